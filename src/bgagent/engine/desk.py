"""What stands between a strategy and the books: its wishes become orders, its lots become readable."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite, isnan

import numpy as np

from bgagent.bars import Floats, Times
from bgagent.engine.feed import Column, Due, Feed
from bgagent.engine.kernel import Book, Instruction, Lot
from bgagent.engine.orders import Action, Level, Order, OrderError, OrderType
from bgagent.engine.plan import Distance, DistanceKind, SizeKind, Sizing, StopStep
from bgagent.engine.sizing import VOLATILITY_CLOSES, bars_in_a_year, volatility_fractions

Protection = float | Distance | Level | Column | None


@dataclass(frozen=True, slots=True)
class OpenLot:
    """One entry that is still open, as it stood at the last close. quantity: signed; levels: None where not set.

    bars_left: bars to the open at which it is closed for its time, 1 at the next one; None without such a time.
    """

    number: int
    quantity: float
    entry_price: float
    entry_index: int
    bars_held: int
    stop_loss: float | None
    take_profit: float | None
    trailing_stop: float | None
    bars_left: int | None = None


class Desk:
    """Places the orders of one run with its book and hands each to `on_order` as it is decided."""

    def __init__(self, feed: Feed, book: Book, on_order: Callable[[Order], None] | None = None) -> None:
        self.feed = feed
        self.book = book
        self.orders: list[Order] = []
        self.is_open = False
        self._on_order = on_order
        self.columns: dict[str, Column] = {}
        self.calendars: dict[str, Due] = {}
        self._following: dict[int, dict[str, Distance]] = {}
        self._steps: dict[int, tuple[StopStep, ...]] = {}
        self._prices = {name: Column(feed) for name in ("open", "high", "low", "close", "volume")}

    @property
    def index(self) -> int:
        """Index of the current bar; -1 before the first."""
        return self.feed.count - 1

    def price(self, name: str) -> Column:
        """One of the five columns of prices."""
        return self._prices[name]

    def indicator(self, expression: str) -> Column:
        """The column of an expression on prices. Raises OrderError once bars have begun to flow."""
        self._refuse_late_declaration()
        return self.columns.setdefault(expression, Column(self.feed))

    def calendar(self, expression: str) -> Due:
        """Whether an expression on the calendar is true of the next session. Raises OrderError as `indicator` does."""
        self._refuse_late_declaration()
        return self.calendars.setdefault(expression, Due(self.feed))

    def _refuse_late_declaration(self) -> None:
        if self.is_open:
            raise OrderError("indicators and calendars are declared in init, not later")

    def open_for_orders(self) -> None:
        """Declares to the feed what init asked for, and lets orders be placed from now on."""
        columns, calendars = self.feed.declare(tuple(self.columns), tuple(self.calendars))
        for column, row in zip(self.columns.values(), columns, strict=True):
            column.bind(row)
        for due, conditions in zip(self.calendars.values(), calendars, strict=True):
            due.bind(conditions)
        self.bind_prices()
        self.is_open = True

    def bind_prices(self) -> None:
        """Says where the columns of prices stand; they may be laid out anew when expressions are declared."""
        for name, price in self._prices.items():
            price.bind(getattr(self.feed, name))

    def step(self) -> None:
        """Lets the bar that has just become known happen, and moves the levels that follow it."""
        feed, bar = self.feed, self.feed.count - 1
        if self.book.day_gaps is not None:
            days = 0 if bar == feed.first else int((feed.sessions[bar] - feed.sessions[bar - 1]).astype(np.int64))
            self.book.day_gaps.append(days)
        self.book.step(bar, feed.open.item(bar), feed.high.item(bar), feed.low.item(bar), feed.close.item(bar))
        if self.follows and feed.count < feed.size and not self.book.ruined:
            for lot in self.book.lots:
                self.follow(lot, feed.high.item(bar), feed.low.item(bar))

    @property
    def follows(self) -> bool:
        """Whether any level has to be moved with the bars."""
        return bool(self._following or self._steps)

    def follow(self, lot: Lot, high: float, low: float) -> None:
        """Places the orders that move a lot's levels after a completed bar, for the next one."""
        distances = self._following.get(lot.order)
        if distances is not None:
            levels = {name: self._protection(distance) for name, distance in distances.items()}
            self.place(Order(self.index, Action.MOVE, lot=lot.number, **levels))  # type: ignore[arg-type]
        best, stop = high if lot.side > 0.0 else low, lot.stop
        for step in self._steps.get(lot.order, ()):
            level = lot.entry_price * (1.0 + lot.side * step.stop_at)
            is_reached = lot.side * best >= lot.side * lot.entry_price * (1.0 + lot.side * step.gain)
            if is_reached and lot.side * level > lot.side * stop:
                stop = level
        if stop != lot.stop:
            self.place(Order(self.index, Action.MOVE, lot=lot.number, stop_loss=Level(stop)))

    def place(self, order: Order) -> int:
        """Submits an order; its number in the log."""
        if not self.is_open:
            raise OrderError("orders are placed in on_start and on_bar, not in init")
        number = len(self.orders)
        instruction = Instruction(number, order.record())
        self.orders.append(order)
        self.book.submit(instruction)
        if self._on_order is not None:
            self._on_order(order)
        return number

    def enter(
        self,
        action: Action,
        size: float | Sizing | None,
        *,
        limit: float | None,
        stop: float | None,
        stop_loss: Protection,
        take_profit: Protection,
        trailing_stop: Protection,
        stop_steps: Sequence[StopStep | tuple[float, float]],
        hold_bars: int | None,
        good_for_bars: int | None,
        cancels: int | None,
        reason: str,
    ) -> int | None:
        """Places an entry; None when its size or a distance is not defined yet. OrderError when it is senseless."""
        for name, price in (("limit", limit), ("stop", stop)):
            if price is not None and not (isfinite(price) and price > 0):
                raise OrderError(f"{name} is a price above 0, was {price}")
        for name, bars in (("hold_bars", hold_bars), ("good_for_bars", good_for_bars)):
            if bars is not None and not (float(bars).is_integer() and bars >= 1):
                raise OrderError(f"{name} is a whole number of bars, 1 or more, or None; was {bars!r}")
        given = {"stop_loss": stop_loss, "take_profit": take_profit, "trailing_stop": trailing_stop}
        if any(_is_undefined(value) for value in given.values()):
            return None
        wishes = {name: _wish(name, value) for name, value in given.items()}
        if any(isinstance(wish, Distance) and isnan(self._atr(wish)) for wish in wishes.values()):
            return None
        _refuse_no_risk(wishes)
        sizing = self._sizing(size)
        if sizing is None:
            return None
        if sizing.kind is SizeKind.RISK and wishes["stop_loss"] is None and wishes["trailing_stop"] is None:
            raise OrderError("a size by risk needs a stop_loss or a trailing_stop to reckon with")
        steps = tuple(step if isinstance(step, StopStep) else StopStep(*step) for step in stop_steps)
        order = Order(
            self.index,
            action,
            type=_TYPES[limit is not None, stop is not None],
            sizing=sizing,
            limit_price=limit,
            stop_price=stop,
            hold_bars=hold_bars,
            good_for_bars=good_for_bars,
            reason=reason,
            group=self._group(cancels),
            **{name: self._protection(wish) for name, wish in wishes.items()},  # type: ignore[arg-type]
        )
        number = self.place(order)
        following = {name: wish for name, wish in wishes.items() if isinstance(wish, Distance) and _follows(wish)}
        if following:
            self._following[number] = following
        if steps:
            self._steps[number] = steps
        return number

    def target(
        self,
        weight: float,
        *,
        stop_loss: Protection,
        take_profit: Protection,
        trailing_stop: Protection,
        whole_shares: bool,
        reason: str,
    ) -> int:
        """Places an order that brings the position to a share of equity; its number in the log."""
        if not abs(weight) <= self.book.leverage * (1 + 1e-9):
            raise OrderError(f"a weight lies between -1 and 1 unless leverage was agreed, was {weight}")
        given = {"stop_loss": stop_loss, "take_profit": take_profit, "trailing_stop": trailing_stop}
        wishes = {name: None if _is_undefined(value) else _wish(name, value) for name, value in given.items()}
        if any(isinstance(wish, Distance) and _follows(wish) for wish in wishes.values()):
            raise OrderError("a level that follows the ATR is not supported with target weights")
        levels = {name: self._protection(wish) for name, wish in wishes.items() if weight and not self._lacks(wish)}
        order = Order(
            self.index,
            Action.TARGET,
            weight=float(weight),
            whole_shares=whole_shares,
            reason=reason,
            **levels,  # type: ignore[arg-type]
        )
        return self.place(order)

    def _lacks(self, wish: Distance | Level | None) -> bool:
        """Whether the ATR that a distance is made of is not there yet, or is nothing."""
        return isinstance(wish, Distance) and not self._atr(wish) > 0.0

    def _group(self, number: int | None) -> int | None:
        """The group of the entry with this number. Raises OrderError when there is no such entry."""
        if number is None:
            return None
        if not (0 <= number < len(self.orders) and self.orders[number].is_entry):
            raise OrderError(f"order {number} is not an entry that was placed before")
        group = self.orders[number].group
        return number if group is None else group

    def _sizing(self, size: float | Sizing | None) -> Sizing | None:
        if size is None:
            return Sizing()
        if not isinstance(size, Sizing):
            most = self.book.leverage
            if not 0 < size <= most:
                raise OrderError(
                    f"a size is a fraction of equity, above 0 and at most {most:g}, or a Sizing; was {size}"
                )
            return Sizing(SizeKind.EQUITY, float(size))
        if size.kind is not SizeKind.VOLATILITY:
            return size
        closes = self.own_closes(VOLATILITY_CLOSES)
        if len(closes) < VOLATILITY_CLOSES:
            return None
        year = bars_in_a_year(self.own_sessions(), self.feed.timeframe)[-1:]
        fraction = volatility_fractions(closes, year, size.value)
        return replace(size, kind=SizeKind.EQUITY, value=float(fraction[-1]))

    def _protection(self, wish: Distance | Level | None) -> Distance | Level | None:
        if isinstance(wish, Distance) and wish.kind is DistanceKind.ATR:
            return Distance(DistanceKind.MONEY, wish.value * self._atr(wish))
        return wish

    def _atr(self, distance: Distance) -> float:
        """The ATR that a distance is made of, now; 1 for other kinds, NaN where it is not defined."""
        if distance.kind is not DistanceKind.ATR:
            return 1.0
        wanted = f"atr({distance.atr_length})"
        for expression, column in self.columns.items():
            if expression.replace(" ", "") == wanted:
                return column[-1] if len(column) else float("nan")
        raise OrderError(f'a distance in ATR needs self.indicator("{wanted}") in init')

    def own_closes(self, count: int) -> Floats:
        """The last `count` closes; fewer where there are not so many."""
        return self.feed.close[max(self.feed.count - count, 0) : self.feed.count]

    def own_sessions(self) -> Times:
        """The days of all bars so far."""
        return self.feed.sessions[: self.feed.count]

    @property
    def bars_since_exit(self) -> int | None:
        """Bars since the last exit was filled; None when there was none yet."""
        last = self.book.last_exit_bar
        return None if last < 0 else self.index - last

    def bars_held(self, lot: Lot) -> int:
        """Closes since a lot's entry, the present one included."""
        return self.index - lot.entry_bar + 1

    def bars_left(self, lot: Lot) -> int | None:
        """Bars to the open at which a lot is closed for its time; None where it has no time."""
        return None if lot.due < 0 else lot.due - self.index

    def open_lots(self) -> tuple[OpenLot, ...]:
        """The lots held at the last close, by entry."""
        return tuple(self._open_lot(lot) for lot in self.book.lots)

    def _open_lot(self, lot: Lot) -> OpenLot:
        return OpenLot(
            number=lot.number,
            quantity=lot.side * lot.quantity,
            entry_price=lot.entry_price,
            entry_index=lot.entry_bar,
            bars_held=self.bars_held(lot),
            stop_loss=_set(lot.stop),
            take_profit=_set(lot.target),
            trailing_stop=_set(lot.trail),
            bars_left=self.bars_left(lot),
        )


_TYPES = {
    (False, False): OrderType.MARKET,
    (True, False): OrderType.LIMIT,
    (False, True): OrderType.STOP,
    (True, True): OrderType.STOP_LIMIT,
}
_LARGEST_FRACTION = {"stop_loss": 1.0, "trailing_stop": 1.0, "take_profit": 10.0}


def _wish(name: str, value: Protection) -> Distance | Level | None:
    """What a strategy wrote for a protective level, told apart; a bare number is a fraction of the entry price."""
    if isinstance(value, Column):
        value = Level(float(value))
    if isinstance(value, Level) and name == "trailing_stop":
        raise OrderError("a trailing stop is a distance, not a level")
    if isinstance(value, Distance) and value.kind is DistanceKind.PRICE:
        raise OrderError("a level is given as Level(price), or as an indicator whose last value it is")
    if value is None or isinstance(value, Distance | Level):
        return value
    if not 0 < value < _LARGEST_FRACTION[name]:
        raise OrderError(f"{name} is a fraction (0.05 is 5 %), a Distance or a Level(price); was {value}")
    return Distance(DistanceKind.FRACTION, float(value))


def _is_undefined(value: Protection) -> bool:
    """Whether an indicator that names a level gives none now."""
    return isinstance(value, Column) and not (len(value) and 0 < float(value) < inf)


def _refuse_no_risk(wishes: Mapping[str, Distance | Level | None]) -> None:
    for name, wish in wishes.items():
        if isinstance(wish, Distance) and wish.kind is DistanceKind.RISK:
            if name != "take_profit":
                raise OrderError("only a target is a multiple of the risk")
            if wishes["stop_loss"] is None:
                raise OrderError("a target as a multiple of the risk needs a stop_loss")


def _follows(distance: Distance) -> bool:
    return distance.kind is DistanceKind.ATR and distance.follows


def _set(level: float) -> float | None:
    return level if isfinite(level) else None
