"""How far a result hangs on what trading is taken to cost, and on orders being filled at once.

A run is given as a function from costs to the final equity that the same orders come to at those costs.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bgagent.engine.orders import Orders
from bgagent.engine.plan import Costs

COST_FACTORS = (0.0, 1.0, 2.0, 5.0)
LATE_BARS = (1, 2)
HIGHEST_COST_BPS = 10_000.0  # the whole value of a fill

_FIRST_GUESS_BPS = 10.0
_CLOSE_ENOUGH = 1e-9  # of the capital
_NARROW_BPS = 1e-6
_TRIES = 60

FinalEquity = Callable[[Costs], float]


@dataclass(frozen=True, slots=True)
class CostPoint:
    """What a run returns when every cost is multiplied by `factor`."""

    factor: float
    costs: Costs
    total_return: float


def returns_at_costs(
    run: FinalEquity, capital: float, costs: Costs, factors: tuple[float, ...] = COST_FACTORS
) -> tuple[CostPoint, ...]:
    """Total return at multiples of the run's own costs, in the order of the factors.

    Factor 0 is the run without any cost. Raises ValueError unless the capital is above 0.
    """
    return tuple(
        CostPoint(factor, scaled, _total_return(run, capital, scaled))
        for factor, scaled in ((factor, costs.times(factor)) for factor in factors)
    )


def delayed(orders: Orders, bars: int, *, last: int) -> Orders:
    """The same orders, each decided `bars` bars later; those that would come after bar `last` fall away.

    Prices of limits and stops stay as they were decided, distances are measured from the later fill.
    Raises ValueError for fewer than 0 bars.
    """
    if bars < 0:
        raise ValueError(f"orders cannot be filled {-bars} bars earlier than they were decided")
    later = orders.copy()
    later["decided_on"] += bars
    return later[later["decided_on"] <= last]


def break_even_cost_bps(run: FinalEquity, capital: float) -> float | None:
    """Commission on each fill's value, instead of all other costs, at which the total return would be 0; in bps.

    A commission leaves the prices of fills as they are, so that stops and targets stay where they were. None when
    there is no gain even without costs, or when some would be left at 10,000 bps, the whole value of each fill.
    Where higher costs once in a while give a higher return (an order cut differently), one of several roots.
    Raises ValueError unless the capital is above 0. Source: the Illinois variant of regula falsi, Dowell and Jarratt
    (1971), which needs about ten runs.
    """

    def gain(cost_bps: float) -> float:
        return _total_return(run, capital, Costs(slippage_bps=0.0, commission_bps=cost_bps))

    low, gain_low = 0.0, gain(0.0)
    if not gain_low > 0:
        return None
    high = _FIRST_GUESS_BPS
    while (gain_high := gain(high)) > 0:
        if high == HIGHEST_COST_BPS:
            return None
        low, gain_low = high, gain_high
        high = min(4.0 * high, HIGHEST_COST_BPS)
    return _root(gain, low, gain_low, high, gain_high)


def _root(gain: Callable[[float], float], low: float, gain_low: float, high: float, gain_high: float) -> float:
    """Where the gain is 0, between a cost that leaves some and one that leaves none."""
    weight_low, weight_high = gain_low, gain_high
    kept_low = kept_high = False  # whether that end was also kept the time before
    for _ in range(_TRIES):
        if high - low < _NARROW_BPS or gain_high == 0:
            break
        middle = (low * weight_high - high * weight_low) / (weight_high - weight_low)
        gain_middle = gain(middle)
        if abs(gain_middle) < _CLOSE_ENOUGH:
            return middle
        if gain_middle > 0:
            low, weight_low = middle, gain_middle
            weight_high, kept_low, kept_high = weight_high / 2 if kept_high else weight_high, False, True
        else:
            high, weight_high = middle, gain_middle
            weight_low, kept_low, kept_high = weight_low / 2 if kept_low else weight_low, True, False
    return high


def _total_return(run: FinalEquity, capital: float, costs: Costs) -> float:
    if not capital > 0:
        raise ValueError(f"the capital must be above 0, was {capital}")
    return run(costs) / capital - 1.0
