"""The order logic: what fills on a bar, at which price, and what it does to the books. The only place that knows.

Strategies written as code and order logs go through `Book.step`; rules through engine.rule_loop, which has a short way
for books of one lot, made of the same prices, levels, sizes and rows. Plain Python on purpose, so that Cython can
compile this very file with the types of kernel.pxd: simple locals, small classes; both ways give the same numbers.

One bar, in this order: exits due at the open; stops and targets that the open lies beyond; target weights, what they
close before what they open; entries at the open; stops, then targets, inside the bar; limit and stop entries inside the
bar, each with its own stop and target; the close. Several symbols do the same together in engine.portfolio_book.
"""

from array import array
from typing import Any

from bgagent.engine.codes import (
    CANCEL,
    CASH,
    CHANGE_WIDTH,
    ENTER_LONG,
    ENTER_SHORT,
    ENTRY,
    EQUITY,
    EXIT_LONG,
    EXIT_SHORT,
    FILL_WIDTH,
    FRACTION,
    LIMIT,
    MARKET,
    MONEY,
    MOVE,
    POSITION,
    QUANTITY,
    RISKS,
    RUIN,
    STOP,
    STOP_LIMIT,
    STOP_LOSS,
    TAKE_PROFIT,
    TARGET,
    TIME,
    TRADE_WIDTH,
    TRAILING_STOP,
)

NEVER = float("inf")
DUST = 1e-9  # of the quantity asked for; less than that is rounding, not a position


class Instruction:
    """An order on its way; the fields of one record of ORDER_DTYPE, in its order, and its place in the log."""

    def __init__(self, number: int, record: tuple[Any, ...]) -> None:
        self.number = number
        (
            self.decided_on,
            self.symbol,
            self.lot,
            self.hold_bars,
            self.good_for_bars,
            self.action,
            self.type,
            self.reason,
            self.size_kind,
            self.whole_shares,
            self.stop_loss_kind,
            self.take_profit_kind,
            self.trailing_stop_kind,
            self.limit_price,
            self.stop_price,
            self.size_value,
            self.stop_loss,
            self.take_profit,
            self.trailing_stop,
            self.group,
        ) = record
        self.triggered = False  # a stop-limit order whose stop was reached
        self.tries = 0  # bars on which it was open to be filled


def whole(quantity: float) -> float:
    """A quantity above 0 without what is after the point."""
    return quantity // 1.0


class Lot:
    """One entry that is still open. side: +1 long, -1 short; quantity: unsigned.

    stop, target, trail: levels for the next bar; side x infinity (stop: minus that) where there is none.
    """

    def __init__(self) -> None:
        self.number = 0
        self.order = 0  # number of the order that opened it
        self.symbol = 0
        self.side = 0.0
        self.quantity = 0.0
        self.entry_bar = 0
        self.entry_price = 0.0
        self.entry_raw = 0.0
        self.entry_commission = 0.0
        self.due = -1  # bar at whose open it is closed for its time being over
        self.stop = self.first_stop = 0.0
        self.target = self.first_target = 0.0
        self.trail = self.first_trail = 0.0
        self.trail_kind = 0
        self.trail_value = 0.0
        self.anchor = 0.0  # best price since the entry
        self.group = -1  # of the order that opened it

    def begin(self, order: Instruction, number: int, side: float, bar: int, raw: float, price: float) -> None:
        """Becomes the lot that an order would open, with its levels and its clock, still without a quantity."""
        self.number = number
        self.order = order.number
        self.symbol = order.symbol
        self.side = side
        self.quantity = 0.0
        self.entry_bar = bar
        self.entry_price = price
        self.entry_raw = raw
        self.entry_commission = 0.0
        self.due = bar + order.hold_bars if order.hold_bars else -1
        self.stop = -side * NEVER
        self.target = side * NEVER
        self.trail = -side * NEVER
        self.trail_kind = 0
        self.trail_value = 0.0
        self.anchor = price
        self.move(order)
        self.first_stop = self.stop
        self.first_target = self.target
        self.first_trail = self.trail

    def move(self, order: Instruction) -> None:
        """Takes the protective levels of an order; a kind of 0 leaves that level alone."""
        if order.stop_loss_kind:
            self.stop = self.level(-1.0, order.stop_loss_kind, order.stop_loss)
        if order.take_profit_kind:
            self.target = self.level(1.0, order.take_profit_kind, order.take_profit)
        if order.trailing_stop_kind:
            self.trail_kind = order.trailing_stop_kind
            self.trail_value = order.trailing_stop
            self.tighten()

    def level(self, direction: float, kind: int, value: float) -> float:
        """A price on the winning (direction +1) or losing (-1) side of the entry."""
        if kind == FRACTION:
            return self.entry_price * (1.0 + self.side * direction * value)
        if kind == MONEY:
            return self.entry_price + self.side * direction * value
        if kind == RISKS:  # of a target: multiples of the way to the stop loss, which is known by then
            return self.entry_price + value * (self.entry_price - self.stop)
        return value

    def follow(self, high: float, low: float) -> None:
        """Moves a trailing level with the completed bar; never away from the price."""
        if self.trail_kind:
            if self.side > 0.0:
                self.anchor = max(self.anchor, high)
            else:
                self.anchor = min(self.anchor, low)
            self.tighten()

    def tighten(self) -> None:
        """Puts the trailing level at its distance from the best price so far, unless it is nearer already."""
        if self.trail_kind == FRACTION:
            level = self.anchor * (1.0 - self.side * self.trail_value)
        else:
            level = self.anchor - self.side * self.trail_value
        if self.side * level > self.side * self.trail:
            self.trail = level

    def nearest_stop(self) -> float:
        """The nearer of its stop and its trailing level."""
        return self.stop if self.side * self.stop >= self.side * self.trail else self.trail

    def beyond(self, price: float) -> int:
        """Why it is closed at a price that is traded now, if its target or stop lies on this side of it; else 0."""
        side = self.side
        if side * price >= side * self.target:
            return TAKE_PROFIT
        if side * price <= side * self.stop or side * price <= side * self.trail:
            return STOP_LOSS if side * self.stop >= side * self.trail else TRAILING_STOP
        return 0

    def within(self, high: float, low: float) -> int:
        """Why it is closed inside a bar: its stop, else its target, lies in the range; else 0."""
        side = self.side
        if side * (low if side > 0.0 else high) <= side * self.nearest_stop():
            return TRAILING_STOP if side * self.trail > side * self.stop else STOP_LOSS
        if side * (high if side > 0.0 else low) >= side * self.target:
            return TAKE_PROFIT
        return 0

    def reaches_target(self, high: float, low: float) -> bool:
        """Whether the target lies in the bar's range, or this side of it."""
        return self.side * (high if self.side > 0.0 else low) >= self.side * self.target

    def hit(self, reason: int) -> float:
        """The level that `within` says the bar reached, before slippage."""
        if reason == TAKE_PROFIT:
            return self.target
        return self.trail if reason == TRAILING_STOP else self.stop


def rows(count: int, width: int) -> Any:
    """Room for so many rows of numbers, all 0."""
    return array("d", bytes(8 * count * width))


def more_rows(kept: Any) -> Any:
    """Twice the room, with the rows that are there."""
    grown = array("d", bytes(16 * len(kept)))
    memoryview(grown)[: len(kept)] = memoryview(kept)
    return grown


class Book:
    """Cash, open lots and waiting orders of one run, and the rows of what happened.

    equity_at: room for the capital and the equity at each close. first: index of the first bar that will be stepped
    through. Rates are fractions of price. fill_rows, trade_rows (closed ones only), change_rows: the first fill_count
    and so on rows of numbers, as engine.codes describes them.
    """

    def __init__(
        self,
        capital: float,
        equity_at: Any,
        first: int,
        slippage: float,
        commission_rate: float,
        commission_per_share: float,
        commission_per_order: float,
        commission_minimum: float,
        slippage_each: float = 0.0,
        leverage: float = 1.0,
        borrow_rate: float = 0.0,
        cash_interest: float = 0.0,
        day_gaps: list[int] | None = None,
    ) -> None:
        self.first = first
        self.capital = capital
        self.cash = capital
        self.quantity = 0.0
        self.equity = capital
        self.slippage = slippage
        self.commission_rate = commission_rate
        self.commission_per_share = commission_per_share
        self.commission_per_order = commission_per_order
        self.commission_minimum = commission_minimum
        self.slippage_each = slippage_each
        self.leverage = leverage
        self.borrow_rate = borrow_rate
        self.cash_interest = cash_interest
        self.day_gaps = day_gaps
        self.last_close = 0.0
        self.spared = 0.0  # commissions of the bar that a share of the money makes room for, besides its own
        self.lots: list[Lot] = []
        self.orders: list[Instruction] = []
        self.fill_rows = rows(8, FILL_WIDTH)
        self.fill_room = 8
        self.fill_count = 0
        self.trade_rows = rows(4, TRADE_WIDTH)
        self.trade_room = 4
        self.trade_count = 0
        self.change_rows = rows(8, CHANGE_WIDTH)
        self.change_room = 8
        self.change_count = 0
        self.equity_at = equity_at
        self.equity_at[0] = capital
        self.marked_cash = capital
        self.marked_quantity = 0.0
        self.interest_at: list[float] = []
        self.lots_opened = 0
        self.last_exit_bar = -1
        self.cut_orders = 0
        self.ambiguous_bars = 0
        self.last_ambiguous_bar = -1
        self.ruined = False
        self.has_groups = False
        self.has_targets = False
        self.done_groups: set[int] = set()

    def start_over(self) -> None:
        """Empties books that hold no more than rows, for another run over the same bars."""
        self.cash = self.marked_cash = self.equity = self.capital
        self.quantity = self.marked_quantity = 0.0
        self.fill_count = self.trade_count = self.change_count = 0
        self.lots_opened = self.cut_orders = self.ambiguous_bars = 0
        self.last_exit_bar = self.last_ambiguous_bar = -1
        self.ruined = False

    def submit(self, order: Instruction) -> None:
        """Takes an order decided after the last step, for the next one."""
        if not self.ruined:
            self.orders.append(order)
            if order.group >= 0:
                self.has_groups = True
            if order.action == TARGET:
                self.has_targets = True

    def step(self, bar: int, open: float, high: float, low: float, close: float) -> None:
        """Lets one bar happen: fills what it fills, marks the books at its close."""
        if self.day_gaps is not None:
            self.accrue(self.day_gaps[bar - self.first], self.owed(self.last_close))
            self.last_close = close
        if self.orders or self.lots:
            self.trade(bar, open, high, low, close)
        self.mark(bar, self.cash + self.quantity * close)

    def mark(self, bar: int, equity: float) -> None:
        """Writes the books at the close of a bar; none of the money left is ruin."""
        if self.change_count == self.change_room:
            self.make_room()
        self.mark_one(bar, equity)
        if self.ruined:
            self.orders = []

    def mark_one(self, bar: int, equity: float) -> None:
        """The same for a book without waiting orders, where there is room for a row."""
        self.equity = equity
        if equity <= 0.0 and self.fill_count > 0:
            self.ruined = True
        self.equity_at[bar - self.first + 1] = equity
        if self.cash != self.marked_cash or self.quantity != self.marked_quantity:
            self.write_change(bar, 0, self.quantity)

    def write_change(self, bar: int, symbol: int, quantity: float) -> None:
        """Writes cash, and what is held of a symbol, as they are from the close of a bar on; there is room for it."""
        at = self.change_count * CHANGE_WIDTH
        self.change_rows[at] = bar - self.first
        self.change_rows[at + 1] = self.cash
        self.change_rows[at + 2] = symbol
        self.change_rows[at + 3] = quantity
        self.change_count += 1
        self.marked_cash = self.cash
        self.marked_quantity = quantity

    def make_room(self) -> None:
        """Doubles what is nearly full."""
        if self.change_room - self.change_count < 4:
            self.change_rows = more_rows(self.change_rows)
            self.change_room *= 2
        if self.fill_room - self.fill_count < 4:
            self.fill_rows = more_rows(self.fill_rows)
            self.fill_room *= 2
        if self.trade_room - self.trade_count < 2:
            self.trade_rows = more_rows(self.trade_rows)
            self.trade_room *= 2

    def accrue(self, days: int, owed: float) -> None:
        """Pays interest on what was held and owed at the last close, for the calendar days since."""
        lent = self.cash - owed
        interest = self.cash_interest * lent if lent > 0.0 else 0.0
        interest -= self.borrow_rate * (owed - self.cash if self.cash < 0.0 else owed)
        interest *= days / 365.0
        self.cash += interest
        self.interest_at.append(interest)

    def worth(self, price: float) -> float:
        """Cash and position at a price; with several symbols, at what each costs now."""
        return self.cash + self.quantity * price

    def owed(self, price: float) -> float:
        """Value of what is sold short, at a price."""
        return -self.quantity * price if self.quantity < 0.0 else 0.0

    def funds(self, price: float) -> float:
        """Money that may be put into new positions: what a short sale brought in, and its margin, are not free."""
        owed = self.owed(price)
        if self.leverage == 1.0:
            return self.cash - 2.0 * owed
        return self.cash - 2.0 * owed + (self.leverage - 1.0) * self.worth(price)

    def free_cash(self) -> float:
        """The same where nothing is held."""
        if self.leverage == 1.0:
            return self.cash
        return self.cash + (self.leverage - 1.0) * self.cash

    def worse(self, raw: float, side: float) -> float:
        """The price of a purchase (side +1) or sale (-1) at market."""
        price = raw * (1.0 + side * self.slippage) + side * self.slippage_each
        return price if price > 0.0 else 0.0

    def trade(self, bar: int, open: float, high: float, low: float, close: float) -> None:
        """Everything that can fill on a bar, in its order."""
        if self.ruined:
            for lot in self.lots[:]:
                self.close_at_market(lot, bar, open, RUIN)
            return
        entries = self.orders
        if entries:
            self.orders = []
            entries = self.obey(entries, bar, open)
        for lot in self.lots[:]:
            if lot.due == bar:
                self.close_at_market(lot, bar, open, TIME)
            else:
                self.protect_at(lot, bar, open)
        if entries:
            if self.has_targets:
                targets = [order for order in entries if order.action == TARGET]
                entries = [order for order in entries if order.action != TARGET]
                self.has_targets = False
                if targets:
                    self.retarget([(targets[len(targets) - 1], open, self.quantity)], bar, self.worth(open))
            entries = self.enter_at_open(entries, bar, open)
        for lot in self.lots[:]:
            self.protect_within(lot, bar, high, low)
        if entries:
            self.enter_within(entries, bar, open, high, low, close)
        for lot in self.lots:
            lot.follow(high, low)

    def obey(self, orders: list[Instruction], bar: int, open: float) -> list[Instruction]:
        """Does what orders say, apart from entries and target weights; gives those back."""
        entries: list[Instruction] = []
        for order in orders:
            action = order.action
            if action <= ENTER_SHORT or action == TARGET:
                entries.append(order)
            elif action == CANCEL:
                entries = [entry for entry in entries if order.lot >= 0 and entry.number != order.lot]
            else:
                parts: list[Lot] = []
                for lot in self.lots[:]:
                    if lot.symbol != order.symbol or (order.lot >= 0 and lot.number != order.lot):
                        continue
                    if action == MOVE:
                        self.move(lot, order)
                    elif (action == EXIT_LONG and lot.side < 0.0) or (action == EXIT_SHORT and lot.side > 0.0):
                        continue
                    elif order.size_kind:
                        parts.append(lot)
                    else:
                        self.close_at_market(lot, bar, open, order.reason)
                if parts:
                    self.leave(parts, order, bar, open)
        return entries

    def move(self, lot: Lot, order: Instruction) -> None:
        """Gives an open lot the protective levels of an order."""
        lot.move(order)

    def leave(self, lots: list[Lot], order: Instruction, bar: int, open: float) -> None:
        """Closes as much of some lots as an order says, at the open, the oldest first."""
        left = order.size_value
        if order.size_kind == POSITION:
            left *= sum([lot.quantity for lot in lots])
        if order.whole_shares:
            left = whole(left + DUST)
        self.reduce_at_market(lots, left, bar, open, order.reason)

    def reduce_at_market(self, lots: list[Lot], quantity: float, bar: int, raw: float, reason: int) -> None:
        """Closes so much of some lots, the oldest first, at a price made worse by slippage."""
        rounding = quantity * DUST
        for lot in lots:
            if quantity <= rounding:
                return
            part = lot.quantity if lot.quantity <= quantity + rounding else quantity
            quantity -= part
            self.reduce(lot, part, bar, raw, self.worse(raw, -lot.side), reason)

    def retarget(self, targets: list[tuple[Instruction, float, float]], bar: int, equity: float) -> None:
        """Brings positions to shares of equity: closes first, then opens, scaled pro rata to what can be paid.

        targets: order, open and quantity held (signed) of each symbol. equity: marked at the opens; when nothing of it
        is left there are no shares of it.
        """
        if equity <= 0.0:
            return
        openings: list[tuple[Instruction, float, float, float]] = []
        lots_of: dict[int, list[Lot]] = {}  # looked up once: there may be thousands
        for lot in self.lots:
            lots_of.setdefault(lot.symbol, []).append(lot)
        for order, open, held in targets:
            wanted = order.size_value * equity / open
            if order.whole_shares:
                wanted = whole(wanted + DUST) if wanted > 0.0 else -whole(DUST - wanted)
            side = 1.0 if held > 0.0 else -1.0
            kept = min(max(side * wanted, 0.0), side * held)  # of what is held, unsigned
            sold = side * held - kept
            if sold > DUST * abs(held):
                if kept == 0.0 or side < 0.0 or self.is_worth_selling(lots_of[order.symbol], sold, open):
                    self.reduce_at_market(lots_of[order.symbol], sold, bar, open, order.reason)
                else:
                    self.cut_orders += 1
            added = wanted - side * kept if held != 0.0 else wanted
            if abs(added) > DUST * max(abs(wanted), abs(held)) and abs(wanted) > kept:
                side = 1.0 if added > 0.0 else -1.0
                openings.append((order, open, side, abs(added)))
        if openings:
            self.open_together(openings, bar, equity)

    def is_worth_selling(self, lots: list[Lot], quantity: float, raw: float) -> bool:
        """Whether a part of long lots brings in its commission, or cash pays for that."""
        price = self.worse(raw, -1.0)
        left = quantity
        gain = 0.0
        for lot in lots:
            part = lot.quantity if lot.quantity < left else left
            gain += part * price - self.commission(part, price)
            left -= part
            if left <= quantity * DUST:
                break
        return gain >= 0.0 or self.cash + gain >= 0.0

    def open_together(self, openings: list[tuple[Instruction, float, float, float]], bar: int, equity: float) -> None:
        """Opens lots at the open, all cut by the same factor where they cost more than there is.

        openings: order, open, side and quantity of each. equity: before anything was traded at these opens.
        """
        open = openings[0][1]
        funds = self.funds(open)
        share = 1.0
        asked = 0.0
        for _order, raw, _side, quantity in openings:
            asked += raw * quantity
        for _ in range(99):  # Newton's method on a convex sum
            excess = -funds
            slope = 0.0
            for _order, raw, side, quantity in openings:
                price = self.worse(raw, side)
                commission = self.commission(share * quantity, price)
                excess += share * quantity * price + commission
                slope += quantity * price
                if commission > self.commission_minimum:
                    slope += quantity * (price * self.commission_rate + self.commission_per_share)
            if excess <= 0.0 or share <= 0.0 or slope <= 0.0:
                break
            share -= excess / slope + share * 2.3e-16
        else:
            share = 0.0
        without_costs = self.funds(open) + self.leverage * (equity - self.worth(open))
        is_cut = asked > without_costs * (1.0 + DUST)
        for order, raw, side, wanted in openings:
            quantity = wanted * share if share > DUST else 0.0
            if order.whole_shares and quantity > 0.0:
                quantity = whole(quantity + DUST)
            if is_cut or quantity <= 0.0:
                self.cut_orders += 1
            if quantity > 0.0:
                lot = self.prepare(order, side, bar, raw, self.worse(raw, side))
                self.open_lot(lot, quantity, bar)
                self.protect_at(lot, bar, raw)

    def protect_at(self, lot: Lot, bar: int, price: float) -> None:
        """Closes a lot whose target or stop the price that is traded now lies beyond: the open, or an entry's own."""
        reason = lot.beyond(price)
        if reason:
            self.close_for(lot, bar, price, reason)

    def protect_within(self, lot: Lot, bar: int, high: float, low: float) -> None:
        """Closes a lot whose stop, else whose target, lies in the bar's range."""
        reason = lot.within(high, low)
        if reason:
            if reason != TAKE_PROFIT and lot.reaches_target(high, low):
                self.count_ambiguous(bar)
            self.close_for(lot, bar, lot.hit(reason), reason)

    def protect_after_entry_within(self, lot: Lot, bar: int, high: float, low: float, close: float) -> None:
        """The same on the bar of an entry inside it: part of the range may have come before the entry."""
        reason = lot.within(high, low)
        if reason:
            self.count_ambiguous(bar)
            # a target was reached after the entry for certain only where the close is beyond it
            if reason != TAKE_PROFIT or lot.side * close >= lot.side * lot.target:
                self.close_for(lot, bar, lot.hit(reason), reason)

    def close_for(self, lot: Lot, bar: int, raw: float, reason: int) -> None:
        """Closes a lot at its target's price, or at a stop's made worse by slippage."""
        self.reduce(lot, lot.quantity, bar, raw, self.price_of(lot, raw, reason), reason)

    def price_of(self, lot: Lot, raw: float, reason: int) -> float:
        """What a lot is closed at: a target is a limit order and pays no slippage."""
        return raw if reason == TAKE_PROFIT else self.worse(raw, -lot.side)

    def enter_at_open(self, entries: list[Instruction], bar: int, open: float) -> list[Instruction]:
        """Fills the entries that fill at the open; gives back those that wait for a price inside the bar."""
        waiting: list[Instruction] = []
        for order in entries:
            if self.has_groups and self.is_done(order):
                continue
            side = 1.0 if order.action == ENTER_LONG else -1.0
            if order.type == STOP_LIMIT and side * open >= side * order.stop_price:
                order.triggered = True
            if order.type == MARKET or (order.type == STOP and side * open >= side * order.stop_price):
                lot = self.enter(order, bar, open, self.worse(open, side), open)
            elif (order.type == LIMIT or order.triggered) and side * open <= side * order.limit_price:
                lot = self.enter(order, bar, open, open, open)
            else:
                waiting.append(order)
                continue
            if lot is not None:
                self.protect_at(lot, bar, open)
        return waiting

    def enter_within(
        self, entries: list[Instruction], bar: int, open: float, high: float, low: float, close: float
    ) -> None:
        """Fills the limit and stop entries that the bar reaches; keeps the others as long as they are good."""
        if self.has_groups and len(entries) > 1:
            entries = self.nearest_first(entries, bar, open, high, low)
        for order in entries:
            if self.has_groups and self.is_done(order):
                continue
            side = 1.0 if order.action == ENTER_LONG else -1.0
            near = low if side > 0.0 else high  # the better price for an entry
            far = high if side > 0.0 else low
            raw = price = 0.0
            if order.type == LIMIT or order.triggered:
                if side * near <= side * order.limit_price:
                    raw = price = order.limit_price
            elif side * far >= side * order.stop_price:
                raw = order.stop_price
                price = self.worse(raw, side)
                if order.type == STOP_LIMIT:
                    order.triggered = True
                    if side * raw > side * order.limit_price:  # it must come back, and has if the close is there
                        raw = price = order.limit_price if side * close <= side * order.limit_price else 0.0
                    elif side * price > side * order.limit_price:
                        price = order.limit_price
            if raw > 0.0:
                lot = self.enter(order, bar, raw, price, open)
                if lot is not None:
                    self.protect_at(lot, bar, raw)
                    if lot in self.lots:
                        self.protect_after_entry_within(lot, bar, high, low, close)
            else:
                order.tries += 1
                if order.good_for_bars == 0 or order.tries < order.good_for_bars:
                    self.orders.append(order)

    def is_done(self, order: Instruction) -> bool:
        """Whether another order of its group was filled."""
        return (order.group if order.group >= 0 else order.number) in self.done_groups

    def nearest_first(
        self, entries: list[Instruction], bar: int, open: float, high: float, low: float
    ) -> list[Instruction]:
        """The same entries, those of a group by their distance from the open; two that are reached are ambiguous."""
        groups = {order.group for order in entries if order.group >= 0}
        sorted_ones: dict[int, list[Instruction]] = {}
        for group in groups:
            members = [order for order in entries if group in (order.group, order.number)]
            levels = {
                order.number: order.limit_price if order.type == LIMIT or order.triggered else order.stop_price
                for order in members
            }
            if sum([low <= levels[order.number] <= high for order in members]) > 1 and group not in self.done_groups:
                self.count_ambiguous(bar)
            sorted_ones[group] = sorted(members, key=lambda order: abs(levels[order.number] - open))
        result: list[Instruction] = []
        for order in entries:
            group = order.group if order.group >= 0 else order.number
            result.append(sorted_ones[group].pop(0) if group in sorted_ones else order)
        return result

    def enter(self, order: Instruction, bar: int, raw: float, price: float, open: float) -> Lot | None:
        """Opens a lot of the size asked for or of what cash pays, after closing lots of the other side."""
        side = 1.0 if order.action == ENTER_LONG else -1.0
        for lot in self.lots[:]:
            if lot.symbol == order.symbol and lot.side != side:
                self.close(lot, bar, raw, price, order.reason)
        lot = self.prepare(order, side, bar, raw, price)
        quantity = 0.0
        if price > 0.0:
            quantity = self.size(order, lot, price, self.worth(open), self.funds(open))
        if quantity <= 0.0:
            return None
        self.open_lot(lot, quantity, bar)
        return lot

    def prepare(self, order: Instruction, side: float, bar: int, raw: float, price: float) -> Lot:
        """The lot that an order would open, with its levels and its clock, still without a quantity."""
        lot = Lot()
        lot.begin(order, self.lots_opened, side, bar, raw, price)
        if self.has_groups:
            lot.group = order.group if order.group >= 0 else order.number
        return lot

    def open_lot(self, lot: Lot, quantity: float, bar: int) -> None:
        """Puts a lot into the books."""
        if self.has_groups:
            self.done_groups.add(lot.group)
        lot.quantity = quantity
        self.lots_opened += 1
        lot.entry_commission = self.commission(quantity, lot.entry_price)
        self.lots.append(lot)
        self.exchange(bar, lot, lot.side * quantity, lot.entry_raw, lot.entry_price, lot.entry_commission, ENTRY)

    def size(self, order: Instruction, lot: Lot, price: float, equity: float, funds: float) -> float:
        """Quantity that an entry gets: what it asks for, cut to what `funds` pay; 0 when that is nothing."""
        wanted = 0.0
        if order.size_kind == EQUITY:
            wanted = order.size_value * equity / price
        elif order.size_kind == CASH:
            wanted = order.size_value / price
        elif order.size_kind == QUANTITY:
            wanted = order.size_value
        else:
            distance = lot.side * (price - lot.nearest_stop())
            if distance > 0.0:
                wanted = order.size_value * equity / distance
        quantity = self.affordable(wanted, price, funds)
        # an order for a share of the money there is, is not cut when it only makes room for its own commission
        is_cut = quantity < wanted * (1.0 - DUST) and (
            order.size_kind > CASH or wanted * price > funds * (1.0 + DUST) + self.spared
        )
        if order.whole_shares and quantity > 0.0:
            quantity = whole(quantity + DUST)
            if quantity * price + self.commission(quantity, price) > funds:
                quantity -= 1.0
        if quantity <= 0.0 or quantity <= wanted * DUST:
            quantity = 0.0
        if is_cut or quantity == 0.0:
            self.cut_orders += 1
        return quantity

    def affordable(self, wanted: float, price: float, funds: float) -> float:
        """The largest quantity up to `wanted` that `funds` pay, commission included."""
        if wanted <= 0.0 or funds <= 0.0:
            return 0.0
        if wanted * price + self.commission(wanted, price) <= funds:
            return wanted
        costs_each = price * (1.0 + self.commission_rate) + self.commission_per_share
        quantity = (funds - self.commission_per_order) / costs_each
        if quantity <= 0.0 or self.commission(quantity, price) <= self.commission_minimum:
            quantity = (funds - self.commission_minimum) / price
        for _ in range(99):
            excess = quantity * price + self.commission(quantity, price) - funds
            if excess <= 0.0 or quantity <= 0.0:
                return quantity
            quantity -= excess / price + quantity * 2.3e-16  # rounding must not spend what is not there
        return 0.0

    def commission(self, quantity: float, price: float) -> float:
        """Money that filling this quantity costs, slippage aside."""
        charged = (
            self.commission_rate * quantity * price + self.commission_per_share * quantity + self.commission_per_order
        )
        return charged if charged > self.commission_minimum else self.commission_minimum

    def close_at_market(self, lot: Lot, bar: int, raw: float, reason: int) -> None:
        """Closes a lot at a price made worse by slippage."""
        self.reduce(lot, lot.quantity, bar, raw, self.worse(raw, -lot.side), reason)

    def close(self, lot: Lot, bar: int, raw: float, price: float, reason: int) -> None:
        """Closes a lot and writes its trade."""
        self.reduce(lot, lot.quantity, bar, raw, price, reason)

    def reduce(self, lot: Lot, quantity: float, bar: int, raw: float, price: float, reason: int) -> None:
        """Closes a lot or a part of it and writes the trade; what is left keeps its share of the entry's commission."""
        entry_commission = lot.entry_commission
        if quantity >= lot.quantity:
            self.lots.remove(lot)
        else:
            entry_commission *= quantity / lot.quantity
            lot.entry_commission -= entry_commission
            lot.quantity -= quantity
        commission = self.commission(quantity, price)
        self.exchange(bar, lot, -lot.side * quantity, raw, price, commission, reason)
        self.write_trade(lot, quantity, bar, raw, price, reason, entry_commission, commission)

    def close_one(self, lot: Lot, bar: int, raw: float, price: float, reason: int) -> None:
        """Closes the only lot that a book of one symbol holds; there is room for its rows."""
        commission = self.commission(lot.quantity, price)
        self.pay(-lot.side * lot.quantity, price, commission)
        self.quantity = 0.0
        self.write_fill(bar, lot, -lot.side * lot.quantity, raw, price, commission, reason)
        self.write_trade(lot, lot.quantity, bar, raw, price, reason, lot.entry_commission, commission)

    def open_one(self, lot: Lot, quantity: float, bar: int) -> None:
        """Opens the only lot; there is room for its row."""
        lot.quantity = quantity
        self.lots_opened += 1
        lot.entry_commission = self.commission(quantity, lot.entry_price)
        self.pay(lot.side * quantity, lot.entry_price, lot.entry_commission)
        self.quantity = lot.side * quantity
        self.write_fill(bar, lot, self.quantity, lot.entry_raw, lot.entry_price, lot.entry_commission, ENTRY)

    def exchange(
        self, bar: int, lot: Lot, quantity: float, raw: float, price: float, commission: float, kind: int
    ) -> None:
        """Moves money against quantity and writes the fill."""
        self.pay(quantity, price, commission)
        self.quantity = self.quantity + quantity if self.lots else 0.0  # without lots no rounding is left over
        self.log_fill(bar, lot, quantity, raw, price, commission, kind)

    def pay(self, quantity: float, price: float, commission: float) -> None:
        """Takes the money for a signed quantity."""
        self.cash -= quantity * price + commission

    def log_fill(
        self, bar: int, lot: Lot, quantity: float, raw: float, price: float, commission: float, kind: int
    ) -> None:
        """Writes a fill, and makes room for its trade."""
        if self.fill_count == self.fill_room or self.trade_count == self.trade_room:
            self.make_room()
        self.write_fill(bar, lot, quantity, raw, price, commission, kind)

    def write_fill(
        self, bar: int, lot: Lot, quantity: float, raw: float, price: float, commission: float, kind: int
    ) -> None:
        """Writes a fill, for which there is room."""
        at = self.fill_count * FILL_WIDTH
        self.fill_rows[at] = bar
        self.fill_rows[at + 1] = lot.symbol
        self.fill_rows[at + 2] = quantity
        self.fill_rows[at + 3] = price
        self.fill_rows[at + 4] = raw
        self.fill_rows[at + 5] = commission
        self.fill_rows[at + 6] = kind
        self.fill_rows[at + 7] = lot.number
        self.fill_count += 1

    def write_trade(
        self,
        lot: Lot,
        quantity: float,
        bar: int,
        raw: float,
        price: float,
        reason: int,
        entry_commission: float,
        commission: float,
    ) -> None:
        """Writes the trade that closing a lot, or a part of it, makes; there is room for it."""
        costs = entry_commission + commission
        profit = lot.side * quantity * (price - lot.entry_price) - costs
        costs += quantity * (abs(lot.entry_price - lot.entry_raw) + abs(price - raw))
        self.last_exit_bar = bar
        at = self.trade_count * TRADE_WIDTH
        self.trade_rows[at] = lot.number
        self.trade_rows[at + 1] = lot.symbol
        self.trade_rows[at + 2] = lot.side
        self.trade_rows[at + 3] = quantity
        self.trade_rows[at + 4] = lot.entry_bar
        self.trade_rows[at + 5] = lot.entry_price
        self.trade_rows[at + 6] = bar
        self.trade_rows[at + 7] = price
        self.trade_rows[at + 8] = reason
        self.trade_rows[at + 9] = profit
        self.trade_rows[at + 10] = costs
        self.trade_rows[at + 11] = lot.first_stop
        self.trade_rows[at + 12] = lot.first_target
        self.trade_rows[at + 13] = lot.first_trail
        self.trade_rows[at + 14] = bar - lot.entry_bar
        self.trade_count += 1

    def count_ambiguous(self, bar: int) -> None:
        """Counts a bar whose order of events is not known; each bar once."""
        if self.last_ambiguous_bar != bar:
            self.last_ambiguous_bar = bar
            self.ambiguous_bars += 1
