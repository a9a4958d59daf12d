"""What a strategy reads of one symbol and does with it: columns up to now, a position, orders."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from bgagent.engine.desk import Desk, Protection
from bgagent.engine.feed import Column, Due
from bgagent.engine.orders import Action, Level, Order, OrderError
from bgagent.engine.plan import SizeKind, Sizing, StopStep
from bgagent.engine.position import Position

_EXITS = {None: Action.EXIT_ALL, "long": Action.EXIT_LONG, "short": Action.EXIT_SHORT}


class Trading:
    """One symbol, as a strategy trades it."""

    _desk: Desk
    _position: Position

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
        stop_steps: Sequence[StopStep | tuple[float, float]] = (),
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
        stop_loss, take_profit, trailing_stop: fraction of the entry price (0.05 is 5 %), a Distance, a Level(price), or
        an indicator whose last value is the level; they work inside bars, from the entry on. A target in RISK is that
        many times the way to the stop loss. stop_steps: (0.05, 0.0) puts the stop at break-even on the bar after a gain
        of 5 %. hold_bars: sold at the open that many bars later.
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
            stop_steps=stop_steps,
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
        stop_steps: Sequence[StopStep | tuple[float, float]] = (),
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
            stop_steps=stop_steps,
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

    def target(
        self,
        weight: float,
        *,
        stop_loss: Protection = None,
        take_profit: Protection = None,
        trailing_stop: Protection = None,
        whole_shares: bool = False,
        reason: str = "rebalance",
    ) -> None:
        """Buys or sells at the next open until the position is this share of equity; below 0 is short, 0 closes.

        The protective levels, as in `buy`, are those of what is bought then; one in ATR is left out while the ATR is
        undefined.
        """
        self._desk.target(
            weight,
            stop_loss=stop_loss,
            take_profit=take_profit,
            trailing_stop=trailing_stop,
            whole_shares=whole_shares,
            reason=reason,
        )

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
    def bars_since_exit(self) -> int | None:
        """Bars since the last exit was filled, 0 when it was on this bar; None when there was none yet."""
        return self._desk.bars_since_exit


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
