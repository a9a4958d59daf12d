"""What a strategy written as code subclasses, and the loop that runs it.

A strategy sees bars only up to now, as columns that end at the current bar, and may do nothing but place orders.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import SupportsFloat

import numpy as np

from bgagent.engine.desk import Desk, Protection
from bgagent.engine.feed import Column, Due, Feed
from bgagent.engine.kernel import Book
from bgagent.engine.orders import Action, Level, Order, OrderError, Orders, pack_orders
from bgagent.engine.plan import Account, Distance, DistanceKind, SizeKind, Sizing
from bgagent.engine.position import Position

__all__ = [
    "Column",
    "Distance",
    "DistanceKind",
    "Driven",
    "Due",
    "Level",
    "Position",
    "SizeKind",
    "Sizing",
    "Strategy",
    "crossed_above",
    "crossed_below",
    "drive",
]


_EXITS = {None: Action.EXIT_ALL, "long": Action.EXIT_LONG, "short": Action.EXIT_SHORT}


class Strategy:
    """A trading strategy for one symbol. Subclass it and write `init` and `on_bar`.

    Decisions are made at the close of a bar and fill at the open of the next one. What is known then:
    open, high, low, close, volume: columns that end at the current bar; `self.close[-1]` is the latest close,
    `self.close[-2]` the one before, `self.close[-20:]` a numpy array of the last 20.

        class Crossover(Strategy):
            def init(self):
                self.fast = self.indicator("sma(close, 50)")
                self.slow = self.indicator("sma(close, 200)")

            def on_bar(self):
                if self.position.is_open and crossed_below(self.fast, self.slow):
                    self.exit()
                elif self.position.is_flat and crossed_above(self.fast, self.slow):
                    self.buy(stop_loss=0.05)
    """

    _desk: Desk
    _position: Position

    def init(self) -> None:
        """Called once, before any bar: declare indicators and calendars here. No price is known yet."""

    def on_start(self) -> None:
        """Called before the window's first open; orders placed here fill there.

        Only bars before the window are known. The place for what needs no price of the window: buy and hold, a dated
        purchase on the first session.
        """

    def on_bar(self) -> None:
        """Called at the close of every bar of the window."""

    def indicator(self, expression: str) -> Column:
        """A column computed from prices, such as `sma(close, 50)`, `rsi(14)` or `highest(high, 20)`; in init only.

        NaN where it is not defined yet; comparing NaN gives False. Raises a ValueError for an unknown expression.
        """
        return self._desk.indicator(expression)

    def calendar(self, expression: str) -> Due:
        """Whether the next session is one, such as `first_of_month`, `weekday == 0` or `dated(11, 1)`; in init only.

        Read it as a truth value: `if self.month_begins: self.buy()` fills at the open of the month's first session.
        """
        return self._desk.calendar(expression)

    def buy(
        self,
        size: float | Sizing | None = None,
        *,
        limit: float | None = None,
        stop: float | None = None,
        stop_loss: Protection = None,
        take_profit: Protection = None,
        trailing_stop: Protection = None,
        hold_bars: int | None = None,
        good_for_bars: int | None = 1,
        cancels: int | None = None,
        reason: str = "rule",
    ) -> int | None:
        """Opens a long position, or adds to it; an open short position is closed first, at the same price.

        size: fraction of equity (None: all of it), or a Sizing by cash, quantity, risk or volatility. It is cut to what
        cash pays. limit: buy at this price or lower; stop: buy when the price rises to it; both: a limit order that
        starts at the stop. Without either it is bought at the next open. good_for_bars: how long a limit or stop order
        waits; None: until cancelled.
        stop_loss, take_profit, trailing_stop: fraction of the entry price (0.05 is 5 %), a Distance in money or ATR, or
        a Level(price); they work inside bars, from the entry on. hold_bars: sold at the open that many bars later.
        cancels: number of an earlier entry; the first of them to be filled cancels the others. Returns the order's
        number, for that and for `cancel`; None, and no order, while the ATR or volatility it needs is undefined.
        Raises OrderError (a ValueError) for a senseless order.
        """
        return self._desk.enter(
            Action.ENTER_LONG,
            size,
            limit=limit,
            stop=stop,
            stop_loss=stop_loss,
            take_profit=take_profit,
            trailing_stop=trailing_stop,
            hold_bars=hold_bars,
            good_for_bars=good_for_bars,
            cancels=cancels,
            reason=reason,
        )

    def sell_short(
        self,
        size: float | Sizing | None = None,
        *,
        limit: float | None = None,
        stop: float | None = None,
        stop_loss: Protection = None,
        take_profit: Protection = None,
        trailing_stop: Protection = None,
        hold_bars: int | None = None,
        good_for_bars: int | None = 1,
        cancels: int | None = None,
        reason: str = "rule",
    ) -> int | None:
        """Opens a short position, or adds to it; an open long position is closed first, at the same price.

        As `buy`, mirrored: limit: sell at this price or higher; stop: sell when the price falls to it; a stop loss lies
        above the entry, a target below. The short's value is its margin, so size 1 is short for all of the equity.
        """
        return self._desk.enter(
            Action.ENTER_SHORT,
            size,
            limit=limit,
            stop=stop,
            stop_loss=stop_loss,
            take_profit=take_profit,
            trailing_stop=trailing_stop,
            hold_bars=hold_bars,
            good_for_bars=good_for_bars,
            cancels=cancels,
            reason=reason,
        )

    def exit(
        self,
        reason: str = "rule",
        lot: int | None = None,
        side: str | None = None,
        *,
        quantity: float | None = None,
        fraction: float | None = None,
    ) -> None:
        """Closes everything, one lot by its number, or one side (`long`, `short`), at the next open.

        quantity, fraction: close only so many shares, or this part; the oldest lots go first.
        Does nothing when flat. reason: `rule`, `time`, `schedule` or `rebalance`, for the list of trades.
        """
        if side not in _EXITS:
            raise OrderError(f"a side to close is 'long', 'short' or None for both, was {side!r}")
        if self._desk.book.lots:
            action = _EXITS[side] if lot is None else Action.EXIT_LOT
            sizing = _part(quantity, fraction)
            self._desk.place(Order(self.index, action, sizing=sizing, reason=reason, lot=lot))

    def target(self, weight: float, *, reason: str = "rebalance") -> None:
        """Buys or sells at the next open until the position is this share of equity; below 0 is short."""
        if not abs(weight) <= self._desk.book.leverage:
            raise OrderError(f"a weight lies between -1 and 1 unless leverage was agreed, was {weight}")
        self._desk.place(Order(self.index, Action.TARGET, weight=float(weight), reason=reason))

    def cancel(self, number: int | None = None) -> None:
        """Takes back waiting entries: all, or the one whose number `buy` or `sell_short` gave."""
        self._desk.place(Order(self.index, Action.CANCEL, lot=number))

    def move_stop(self, price: float, lot: int | None = None) -> None:
        """Puts the stop loss of all open lots, or of one, at a price, from the next bar on."""
        self._desk.place(Order(self.index, Action.MOVE, stop_loss=Level(price), lot=lot))

    def move_target(self, price: float, lot: int | None = None) -> None:
        """Puts the take profit of all open lots, or of one, at a price, from the next bar on."""
        self._desk.place(Order(self.index, Action.MOVE, take_profit=Level(price), lot=lot))

    @property
    def open(self) -> Column:
        """Opening prices."""
        return self._desk.price("open")

    @property
    def high(self) -> Column:
        """Highest prices of the bars."""
        return self._desk.price("high")

    @property
    def low(self) -> Column:
        """Lowest prices of the bars."""
        return self._desk.price("low")

    @property
    def close(self) -> Column:
        """Closing prices."""
        return self._desk.price("close")

    @property
    def volume(self) -> Column:
        """Shares, coins or contracts traded."""
        return self._desk.price("volume")

    @property
    def symbol(self) -> str:
        """The symbol whose bars these are."""
        return self._desk.feed.symbol

    @property
    def index(self) -> int:
        """Index of the current bar, warm-up bars counted; in on_start that of the last bar before the window."""
        return self._desk.index

    @property
    def session(self) -> date | None:
        """The exchange's calendar day of the current bar; None in on_start without earlier bars."""
        index = self._desk.index
        return None if index < 0 else self._desk.feed.sessions[index].item()

    @property
    def next_session(self) -> date | None:
        """The day of the next bar, known ahead from the calendar; None at the end."""
        feed = self._desk.feed
        return feed.sessions[feed.count].item() if feed.count < feed.size else None

    @property
    def time(self) -> datetime | None:
        """When the current bar began, UTC; for daily and longer bars midnight of the day. None as for `session`."""
        index = self._desk.index
        return None if index < 0 else self._desk.feed.times[index].item().replace(tzinfo=UTC)

    @property
    def position(self) -> Position:
        """What is held now."""
        return self._position

    @property
    def cash(self) -> float:
        """Money in the account; what short sales brought in is in it."""
        return self._desk.book.cash

    @property
    def equity(self) -> float:
        """Cash and positions at the last close."""
        return self._desk.book.equity

    @property
    def bars_since_exit(self) -> int | None:
        """Bars since the last exit was filled, 0 when it was on this bar; None when there was none yet."""
        last = self._desk.book.last_exit_bar
        return None if last < 0 else self._desk.index - last


def crossed_above(one: object, other: object) -> bool:
    """True on the bar where `one` comes to lie above `other`: above now, and not above one bar before.

    Columns, arrays or plain numbers; False while either is undefined.
    """
    now, before = _last_two(one)
    other_now, other_before = _last_two(other)
    return now > other_now and before <= other_before


def crossed_below(one: object, other: object) -> bool:
    """True on the bar where `one` comes to lie below `other`: below now, and not below one bar before."""
    now, before = _last_two(one)
    other_now, other_before = _last_two(other)
    return now < other_now and before >= other_before


def _part(quantity: float | None, fraction: float | None) -> Sizing | None:
    """How much of a position is closed; None: all of it."""
    match quantity, fraction:
        case None, None:
            return None
        case float() | int(), None if 0 < quantity < float("inf"):
            return Sizing(SizeKind.QUANTITY, float(quantity))
        case None, float() | int() if 0 < fraction <= 1:
            return Sizing(SizeKind.POSITION, float(fraction))
    raise OrderError(f"close a quantity above 0, or a fraction up to 1; was {quantity}, {fraction}")


def _last_two(values: object) -> tuple[float, float]:
    """The last value and the one before; NaN where there is none."""
    if isinstance(values, Column | np.ndarray | list | tuple):
        if len(values) < 2:
            return float("nan"), float("nan")
        return float(values[-1]), float(values[-2])
    if isinstance(values, SupportsFloat):
        return float(values), float(values)
    raise TypeError(f"a cross is between columns, arrays or numbers, not {type(values).__name__}")


@dataclass(frozen=True, slots=True)
class Driven:
    """What driving a strategy through a feed left behind: its order log, and the books that filled it."""

    orders: Orders
    book: Book


def drive(
    strategy: type[Strategy], feed: Feed, account: Account, *, on_order: Callable[[Order], None] | None = None
) -> Driven:
    """Runs a strategy over all bars of a feed: the one loop, in this process as in the sandbox.

    The feed's `declare` is called once, after init. on_order is called with each order as it is decided, before the
    feed is asked for the next bar. Whatever the strategy raises comes through.
    """
    desk = Desk(feed, account, on_order)
    running = strategy()
    running._desk = desk
    running._position = Position(desk)
    running.init()
    desk.open_for_orders()
    running.on_start()
    while feed.advance():
        desk.step()
        if not desk.book.ruined:
            running.on_bar()
    return Driven(pack_orders(desk.orders), desk.book)
