"""Bars written by hand, row by row, and orders filled on them."""

from collections.abc import Sequence

import numpy as np

from bgagent.bars import Bars, daily_bars
from bgagent.engine.backtest import replay
from bgagent.engine.orders import Action, Order, pack_orders
from bgagent.engine.plan import Account, Costs, Sizing
from bgagent.engine.result import BacktestResult, Trade

FREE = Costs(slippage_bps=0.0)
Row = tuple[float, float, float, float]


def bars_from(rows: Sequence[Row], *, volume: Sequence[float] | None = None, start: str = "2024-01-01") -> Bars:
    """Daily bars from (open, high, low, close), on weekdays from `start`, which is a Monday unless said otherwise."""
    open_, high, low, close = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    days = np.busday_offset(start, np.arange(len(rows)), roll="forward")
    traded = np.full(len(rows), 1000.0) if volume is None else np.array(volume, dtype=np.float64)
    return daily_bars("TEST", days, {"open": open_, "high": high, "low": low, "close": close, "volume": traded})


def flat(price: float) -> Row:
    """A bar on which nothing moved."""
    return (price, price, price, price)


def account(capital: float = 1000.0, costs: Costs = FREE) -> Account:
    """Money without costs, unless said otherwise."""
    return Account(capital, costs)


def buy(decided_on: int, **fields: object) -> Order:
    """An order to buy with all equity."""
    return Order(decided_on, Action.ENTER_LONG, **{"sizing": Sizing(), **fields})  # type: ignore[arg-type]


def short(decided_on: int, **fields: object) -> Order:
    """An order to sell short for all equity."""
    return Order(decided_on, Action.ENTER_SHORT, **{"sizing": Sizing(), **fields})  # type: ignore[arg-type]


def leave(decided_on: int, **fields: object) -> Order:
    """An order to close everything."""
    return Order(decided_on, Action.EXIT_ALL, **fields)  # type: ignore[arg-type]


def fill(
    orders: Sequence[Order], rows: Sequence[Row], *, first: int = 0, capital: float = 1000.0, costs: Costs = FREE
) -> BacktestResult:
    """The orders filled on the rows; the books are looked at on the way."""
    result = replay(pack_orders(tuple(orders)), bars_from(rows), first=first, account=Account(capital, costs))
    assert result.books_error < 1e-12
    return result


def exits(result: BacktestResult) -> list[tuple[int | None, float | None, str]]:
    """Bar, price and reason of each trade's end."""
    return [(trade.exit_bar, _rounded(trade.exit_price), str(trade.exit_reason)) for trade in result.trades]


def entries(result: BacktestResult) -> list[tuple[int, float | None, str]]:
    """Bar, price and direction of each trade's beginning."""
    return [(trade.entry_bar, _rounded(trade.entry_price), trade.direction) for trade in result.trades]


def only(result: BacktestResult) -> Trade:
    """The one trade of a result."""
    assert len(result.trades) == 1, result.trades
    return result.trades[0]


def _rounded(price: float | None) -> float | None:
    return None if price is None else round(price, 9)
