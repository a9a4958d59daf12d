"""What a backtest gives: fills, trades, the order log and the curves of one run."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Bars, Floats
from bgagent.engine.orders import Orders
from bgagent.engine.plan import Account


class ExitReason(StrEnum):
    """Why a trade ended, or that it has not."""

    RULE = "rule"
    STOP_LOSS = "stop_loss"
    TAKE_PROFIT = "take_profit"
    TRAILING_STOP = "trailing_stop"
    TIME = "time"
    SCHEDULE = "schedule"
    REBALANCE = "rebalance"
    RUIN = "ruin"
    END_OPEN = "end_open"


@dataclass(frozen=True, slots=True)
class Fill:
    """One purchase or sale that happened.

    bar: index in the result's bars. quantity: signed, + bought, - sold. price: paid or received, slippage included.
    raw_price: the same before slippage, always inside the bar's range. kind: `entry`, or the reason of an exit.
    lot: number of the lot it opened or closed, counted from 0 in order of entry.
    """

    bar: int
    symbol: str
    quantity: float
    price: float
    raw_price: float
    commission: float
    kind: str
    lot: int


@dataclass(frozen=True, slots=True)
class Trade:
    """One lot from its entry to its exit, or to the last close if it is still open.

    quantity is unsigned. profit is net of all costs; an open trade's is marked at the last close. return_fraction is
    profit over entry value. costs: commission and slippage of its fills. bars_held: closes at which it was held.
    stop_loss, take_profit, trailing_stop: levels as they stood at the entry's fill; None where it had none.
    """

    symbol: str
    direction: str
    quantity: float
    entry_bar: int
    entry_price: float
    exit_bar: int | None
    exit_price: float | None
    exit_reason: ExitReason
    profit: float
    return_fraction: float
    costs: float
    bars_held: int
    lot: int
    stop_loss: float | None = None
    take_profit: float | None = None
    trailing_stop: float | None = None

    @property
    def is_open(self) -> bool:
        """True when it was never closed."""
        return self.exit_bar is None


@dataclass(frozen=True, slots=True)
class Payment:
    """New money that came in before the open of a bar. equity_before: at that open, without it."""

    bar: int
    amount: float
    equity_before: float


def _nothing() -> Floats:
    return np.zeros(0)


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
    interest: Floats = field(default_factory=_nothing)
    payments: tuple[Payment, ...] = ()
    universe: tuple[Bars, ...] = ()
    traded: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.bool_))
    quantities: Floats = field(default_factory=lambda: np.zeros((0, 0)))

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
