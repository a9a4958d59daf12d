"""What the closed trades and the fills of a run say: pure functions, NaN where a figure is not defined.

Returns of trades are fractions of their entry's value, net of all costs. A trade that came out even is neither a win
nor a loss. Open trades do not count.
"""

import math
from collections.abc import Sequence

from bgagent.engine.result import Fill, Trade

NAN = math.nan


def win_rate(closed: Sequence[Trade]) -> float:
    """Share of the trades with a profit above 0."""
    return sum(trade.profit > 0 for trade in closed) / len(closed) if closed else NAN


def profit_factor(closed: Sequence[Trade]) -> float:
    """Sum of the profits over sum of the losses, in money; NaN without a loss."""
    lost = -math.fsum(trade.profit for trade in closed if trade.profit < 0)
    return math.fsum(trade.profit for trade in closed if trade.profit > 0) / lost if lost > 0 else NAN


def mean_return(trades: Sequence[Trade]) -> float:
    """Mean return of the trades: of all closed ones it is the expectancy."""
    return math.fsum(trade.return_fraction for trade in trades) / len(trades) if trades else NAN


def best_and_worst(closed: Sequence[Trade]) -> tuple[float, float]:
    """Highest and lowest return of a trade."""
    returns = [trade.return_fraction for trade in closed]
    return (max(returns), min(returns)) if returns else (NAN, NAN)


def mean_bars_held(closed: Sequence[Trade]) -> float:
    """Mean number of closes at which a trade was held."""
    return sum(trade.bars_held for trade in closed) / len(closed) if closed else NAN


def longest_losing_run(closed: Sequence[Trade]) -> float:
    """Most losses in a row, in the order in which the trades were closed; NaN without a trade."""
    if not closed:
        return NAN
    longest = run = 0
    for trade in sorted(closed, key=_close_order):
        run = run + 1 if trade.profit < 0 else 0
        longest = max(longest, run)
    return longest


def traded_value(fills: Sequence[Fill]) -> float:
    """Value of all purchases and sales at the prices of their fills."""
    return math.fsum(abs(fill.quantity) * fill.price for fill in fills)


def _close_order(trade: Trade) -> tuple[int, int, int]:
    return (trade.exit_bar if trade.exit_bar is not None else 0, trade.entry_bar, trade.lot)
