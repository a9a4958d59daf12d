"""What a backtest gives: fills, trades, the order log and the curves of one run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Bars, Floats
from bgagent.engine.orders import Orders
from bgagent.engine.plan import Account
from bgagent.engine.run_rows import RunRows, rows_of_fills, rows_of_trades
from bgagent.engine.trade import ExitReason, Fill, Trade

__all__ = ["BacktestResult", "ExitReason", "Fill", "Payment", "Trade", "result_of_rows"]


@dataclass(frozen=True, slots=True)
class Payment:
    """New money that came in before the open of a bar. equity_before: at that open, without it."""

    bar: int
    amount: float
    equity_before: float


def _frozen(values: Floats) -> Floats:
    values.flags.writeable = False
    return values


_NOTHING = _frozen(np.zeros(0))
_NOT_TRADED = np.zeros((0, 0), dtype=np.bool_)
_NO_QUANTITIES = _frozen(np.zeros((0, 0)))


@dataclass(frozen=True, slots=True, eq=False)
class BacktestResult:
    """One run, complete: everything a metric, a check or a report reads.

    bars: all bars, warm-up included; first: index of the window's first one; the m bars from there on are the window.
    equity: (m + 1,), the capital, then equity at each close. cash, quantity: (m,), at each close; quantity signed.
    trades: closed and open ones, by entry, then exit. fills: in the order they happened.
    orders: the order log, structured array of ORDER_DTYPE. dropped_orders: entries and exits decided on the last bar,
    which has no next open. cut_orders: entries cut to what cash paid, or to nothing. ambiguous_bars: bars within
    which the order of events is not known and was taken to be the worse one. ruined: equity fell to 0 or below.
    books_error: the largest relative gap between these figures and the same recomputed from the fills alone.
    interest: (m,), money from interest on cash, less fees for what was borrowed, booked before each open; () where
    the account has neither. payments: new money that came in during the run.
    Of several symbols: bars are those of the first, laid onto the sessions of all (a symbol without a bar keeps its
    last price); universe: all of them, so laid, in the order of the symbols' indices; traded: (m, k), where they had a
    bar of their own; quantities: (m, k), held at each close; quantity is that of the first. All are empty for one.
    rows: what the books wrote down; trades, fills, orders and the curves beside equity are made of it when first read.
    """

    bars: Bars
    first: int
    account: Account
    equity: Floats
    cash: Floats
    quantity: Floats
    trades: tuple[Trade, ...]
    fills: tuple[Fill, ...]
    orders: Orders
    dropped_orders: int
    cut_orders: int
    ambiguous_bars: int
    ruined: bool
    books_error: float
    interest: Floats = field(default_factory=lambda: _NOTHING)
    payments: tuple[Payment, ...] = ()
    universe: tuple[Bars, ...] = ()
    traded: NDArray[np.bool_] = field(default_factory=lambda: _NOT_TRADED)
    quantities: Floats = field(default_factory=lambda: _NO_QUANTITIES)
    rows: RunRows | None = field(default=None, repr=False)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """What was not made of the rows so far."""
            make = _MADE.get(name)
            if make is None:
                raise AttributeError(f"a BacktestResult has no attribute {name!r}")
            value = make(self.rows)
            object.__setattr__(self, name, value)
            return value

    @property
    def fill_rows(self) -> Floats:
        """(f, 8): the fills as rows of numbers; see engine.codes."""
        return rows_of_fills(self.fills, self.symbols) if self.rows is None else self.rows.fills

    @property
    def trade_rows(self) -> Floats:
        """(t, 15): the trades as rows of numbers; see engine.codes."""
        return rows_of_trades(self.trades, self.symbols) if self.rows is None else self.rows.trades

    @property
    def final_equity(self) -> float:
        """Equity at the last close."""
        return float(self.equity[-1])

    @property
    def total_return(self) -> float:
        """Final equity over the capital and all payments, less 1; NaN when there were none."""
        return self.final_equity / self.contributed - 1.0 if self.contributed > 0 else float("nan")

    @property
    def contributed(self) -> float:
        """The capital and all payments."""
        return self.account.initial_capital + sum(payment.amount for payment in self.payments)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols of the run, in the order of their indices."""
        return tuple(bars.symbol for bars in self.universe) or (self.bars.symbol,)

    @property
    def is_invested(self) -> NDArray[np.bool_]:
        """(m,): whether anything was held at each close."""
        return np.asarray((self.quantities != 0).any(axis=1) if self.universe else self.quantity != 0)

    @property
    def sessions(self) -> NDArray[np.datetime64]:
        """(m,) datetime64[D]: the day of each bar of the window."""
        return self.bars.sessions[self.first :]

    @property
    def closed_trades(self) -> tuple[Trade, ...]:
        """The trades that have an exit."""
        return tuple(trade for trade in self.trades if not trade.is_open)


_MADE: Mapping[str, Callable[[RunRows], Any]] = {
    "trades": RunRows.made_trades,
    "fills": RunRows.made_fills,
    "orders": lambda rows: rows.place_orders(),
    "cash": RunRows.cash,
    "quantity": RunRows.quantity,
    "quantities": RunRows.quantities,
}

_DEFAULTS: Mapping[str, Any] = {
    "interest": _NOTHING,
    "payments": (),
    "universe": (),
    "traded": _NOT_TRADED,
    "quantities": _NO_QUANTITIES,
}


def result_of_rows(rows: RunRows, **fields: Any) -> BacktestResult:
    """A result whose other fields are made of `rows` when they are first read."""
    result = object.__new__(BacktestResult)
    put = object.__setattr__
    put(result, "rows", rows)
    if "universe" not in fields:
        for name, value in _DEFAULTS.items():
            put(result, name, value)
    for name, value in fields.items():
        put(result, name, value)
    return result
