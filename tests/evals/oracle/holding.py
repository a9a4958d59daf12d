"""Several symbols held by weights, and money paid in over time; both decided before the day they trade on."""

from collections.abc import Callable
from datetime import date

from tests.evals.oracle.prices import Prices

Weights = Callable[[int], dict[str, float]]  # index of the day -> share of equity by symbol, from closes before it


def period_of(day: date, every: str) -> tuple[int, ...]:
    """Days of the same week, month, quarter or year have the same."""
    match every:
        case "month":
            return day.year, day.month
        case "quarter":
            return day.year, (day.month - 1) // 3
        case "year":
            return (day.year,)
    raise ValueError(every)


def hold_by_weights(
    universe: dict[str, Prices], first: int, weights: Weights, every: str, capital: float, slippage: float = 0.0005
) -> float:
    """Final equity. All symbols have the same days. First weights at the window's first open."""
    days = next(iter(universe.values())).dates
    if any(prices.dates != days for prices in universe.values()):
        raise ValueError("the symbols trade on different days")
    cash, held = capital, dict.fromkeys(universe, 0.0)
    for bar in range(first, len(days)):
        if bar > first and period_of(days[bar], every) == period_of(days[bar - 1], every):
            continue
        openings = {symbol: prices.open[bar] for symbol, prices in universe.items()}
        equity = cash + sum(held[symbol] * openings[symbol] for symbol in universe)
        wanted = weights(bar)
        moves = {symbol: equity * wanted.get(symbol, 0.0) / openings[symbol] - held[symbol] for symbol in universe}
        for symbol, move in moves.items():
            if move < 0:
                held[symbol] += move
                cash -= move * openings[symbol] * (1 - slippage)
        bill = sum(move * openings[symbol] * (1 + slippage) for symbol, move in moves.items() if move > 0)
        part = min(1.0, cash / bill) if bill > 0 else 0.0
        for symbol, move in moves.items():
            if move > 0:
                held[symbol] += part * move
                cash -= part * move * openings[symbol] * (1 + slippage)
    return cash + sum(held[symbol] * prices.close[-1] for symbol, prices in universe.items())


def pay_in(
    prices: Prices, first: int, payment: float, every: str, *, start: float = 0.0, from_first: bool = True
) -> float:
    """Final equity of payments that buy at the open of the first day of each period, 5 bps of slippage on each.

    start: money there from the first open on. from_first: the first payment comes in the window's first period.
    """
    shares = 0.0
    for bar in range(first, len(prices)):
        begins = bar == first or period_of(prices.dates[bar], every) != period_of(prices.dates[bar - 1], every)
        money = (start if bar == first else 0.0) + (payment if begins and (from_first or bar > first) else 0.0)
        shares += money / (prices.open[bar] * 1.0005)
    return shares * prices.close[-1]
