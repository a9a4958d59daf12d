"""A book stepped through all bars by the signals of rules; engine.kernel has the order logic.

`run_rules` is the general way, an order object for each decision. Books that never hold more than one lot, whose levels
no order moves, take a short way: `OneLot` goes from event to event and makes no objects, on the same prices, levels,
sizes and rows. Compiled with the types of rule_loop.pxd where that can be; both ways give the same numbers.
"""

from typing import Any

from bgagent.engine.codes import (
    ENTER_LONG,
    LEAVES_ALL,
    LEAVES_LONG,
    LEAVES_SHORT,
    LONG_ENTRY,
    LONG_EXIT,
    PLACED_WIDTH,
    PLACES_LONG,
    PLACES_SHORT,
    SESSION_EXIT,
    SHORT_ENTRY,
    SHORT_EXIT,
    SIZE_PLACE,
    STOP_LOSS_PLACE,
    TAKE_PROFIT,
    TAKE_PROFIT_PLACE,
    TIME,
    TRAILING_STOP_PLACE,
)
from bgagent.engine.kernel import Book, Instruction, Lot, more_rows, rows

NEVER = float("inf")


def wishes(signal: int, side: float, lots: int, may_enter: bool, max_positions: int, wait_bars: int) -> int:
    """What a signal makes of a position, as bits: what is left, what is entered.

    side: of the lots held, 0 without one. may_enter: whether it has rested long enough.
    """
    wants_long = (signal & LONG_ENTRY) != 0 and (signal & (SHORT_ENTRY | LONG_EXIT)) == 0
    wants_short = (signal & SHORT_ENTRY) != 0 and (signal & (LONG_ENTRY | SHORT_EXIT)) == 0
    if side != 0.0 and (signal & SESSION_EXIT) != 0:
        return LEAVES_ALL
    leaves = 0
    if side > 0.0 and (signal & LONG_EXIT) != 0:
        leaves = LEAVES_LONG
        may_enter = wait_bars == 0
        wants_long = False
    elif side < 0.0 and (signal & SHORT_EXIT) != 0:
        leaves = LEAVES_SHORT
        may_enter = wait_bars == 0
        wants_short = False
    elif side != 0.0:
        may_enter = may_enter and lots < max_positions
        wants_long = wants_long and side > 0.0
        wants_short = wants_short and side < 0.0
    if may_enter and wants_long:
        return leaves | PLACES_LONG
    if may_enter and wants_short:
        return leaves | PLACES_SHORT
    return leaves


class RuleOrders:
    """The orders of a plan of rules, as records of ORDER_DTYPE to be stamped with the bar they are decided on.

    long_entry, short_entry, long_exit, short_exit: the records. varying: (position in a long entry's record, its value
    at each bar's close); short_varying: in a short one's. move, moving: the same for levels that follow every completed
    bar, one order for each open lot. session_exit: the record that closes all before the session does. steps: (gain,
    where the stop lies from then on), fractions of the entry price; step: the record of the order that moves a stop to
    a price.
    """

    def __init__(
        self,
        long_entry: tuple[Any, ...],
        short_entry: tuple[Any, ...],
        long_exit: tuple[Any, ...],
        short_exit: tuple[Any, ...],
        varying: list[tuple[int, Any]],
        move: tuple[Any, ...],
        moving: list[tuple[int, Any]],
        max_positions: int,
        wait_bars: int,
        session_exit: tuple[Any, ...],
        step: tuple[Any, ...],
        steps: list[tuple[float, float]],
        short_varying: list[tuple[int, Any]],
    ) -> None:
        self.long_entry = long_entry
        self.short_entry = short_entry
        self.long_exit = long_exit
        self.short_exit = short_exit
        self.varying = varying
        self.short_varying = short_varying
        self.move = move
        self.moving = moving
        self.max_positions = max_positions
        self.wait_bars = wait_bars
        self.session_exit = session_exit
        self.step = step
        self.steps = steps
        self.log: list[tuple[Any, ...]] = []

    def place(
        self, book: Book, record: tuple[Any, ...], decided_on: int, varying: list[tuple[int, Any]], lot: int, at: int
    ) -> None:
        """Stamps a record, submits it and writes it into the log. at: index of the values that vary."""
        fields = list(record)
        fields[0] = decided_on
        fields[2] = lot
        for position, values in varying:
            fields[position] = values[at]
        stamped = tuple(fields)
        book.submit(Instruction(len(self.log), stamped))
        self.log.append(stamped)

    def decide(self, book: Book, lots: list[Lot], signal: int, bar: int, may_enter: bool, at: int) -> None:
        """Places the orders that a signal gives for the open of `bar`, as the position stands now.

        lots: those of the symbol. may_enter: whether it has rested long enough. at: the symbol's own last bar.
        """
        side = lots[0].side if lots else 0.0
        wished = wishes(signal, side, len(lots), may_enter, self.max_positions, self.wait_bars)
        if wished & LEAVES_ALL:
            self.place(book, self.session_exit, bar - 1, [], -1, at)
        elif wished & LEAVES_LONG:
            self.place(book, self.long_exit, bar - 1, [], -1, at)
        elif wished & LEAVES_SHORT:
            self.place(book, self.short_exit, bar - 1, [], -1, at)
        if wished & PLACES_LONG:
            self.place(book, self.long_entry, bar - 1, self.varying, -1, at)
        elif wished & PLACES_SHORT:
            self.place(book, self.short_entry, bar - 1, self.short_varying, -1, at)

    def follow(self, book: Book, lots: list[Lot], bar: int, high: float, low: float, at: int) -> None:
        """Places the orders that move levels after a completed bar, for the next one."""
        for lot in lots:
            if self.moving:
                self.place(book, self.move, bar, self.moving, lot.number, at)
            best = high if lot.side > 0.0 else low
            stop = lot.stop
            for gain, stop_at in self.steps:
                level = lot.entry_price * (1.0 + lot.side * stop_at)
                reached = lot.side * best >= lot.side * lot.entry_price * (1.0 + lot.side * gain)
                if reached and lot.side * level > lot.side * stop:
                    stop = level
            if stop != lot.stop:
                self.place(book, self.step, bar, [(STOP_LOSS_PLACE, [stop])], lot.number, 0)


def run_rules(book: Book, rules: RuleOrders, signals: Any, opens: Any, highs: Any, lows: Any, closes: Any) -> None:
    """Steps a book through all bars from its first, deciding by rules before each.

    signals[bar] holds the bits that were true for an order that fills at the open of `bar`; it is one longer than the
    prices, for what is decided at the last close and has no open to fill at.
    """
    run_rules_from(book, rules, book.first, signals, opens, highs, lows, closes)


def run_rules_from(
    book: Book, rules: RuleOrders, start: int, signals: Any, opens: Any, highs: Any, lows: Any, closes: Any
) -> None:
    """The same from some bar on, whatever the book holds by then."""
    end = len(closes)
    wait = rules.wait_bars
    moves = bool(rules.moving or rules.steps)
    for bar in range(start, end):
        if signals[bar] and not book.ruined:
            rested = wait == 0 or book.last_exit_bar < 0 or bar >= book.last_exit_bar + wait
            rules.decide(book, book.lots, signals[bar], bar, rested, bar - 1)
        book.step(bar, opens[bar], highs[bar], lows[bar], closes[bar])
        if moves and book.lots and bar + 1 < end and not book.ruined:
            rules.follow(book, book.lots, bar, highs[bar], lows[bar], bar)
    if signals[end] and not book.ruined:
        rested = wait == 0 or book.last_exit_bar < 0 or end >= book.last_exit_bar + wait
        rules.decide(book, book.lots, signals[end], end, rested, end - 1)


class Varying:
    """What of an entry is another on each bar; see `RuleOrders`."""

    def __init__(self, varying: list[tuple[int, Any]]) -> None:
        columns = dict(varying)
        nothing = rows(0, 1)
        self.stops_vary = STOP_LOSS_PLACE in columns
        self.targets_vary = TAKE_PROFIT_PLACE in columns
        self.trails_vary = TRAILING_STOP_PLACE in columns
        self.sizes_vary = SIZE_PLACE in columns
        self.stops = columns.get(STOP_LOSS_PLACE, nothing)
        self.targets = columns.get(TAKE_PROFIT_PLACE, nothing)
        self.trails = columns.get(TRAILING_STOP_PLACE, nothing)
        self.sizes = columns.get(SIZE_PLACE, nothing)


class OneLot:
    """The short way through a plan that holds one lot at most: no following levels, no steps, no interest.

    placed: the first placed_count rows of what was placed. dropped: how many of them have no open to fill at.
    """

    def __init__(self, book: Book, rules: RuleOrders, bars: int) -> None:
        self.book = book
        self.lot = Lot()
        self.is_held = False
        self.wait_bars = rules.wait_bars
        self.long_order = Instruction(0, rules.long_entry)
        self.short_order = Instruction(0, rules.short_entry)
        self.long_reason = Instruction(0, rules.long_exit).reason
        self.short_reason = Instruction(0, rules.short_exit).reason
        self.session_reason = Instruction(0, rules.session_exit).reason
        self.long_varying = Varying(rules.varying)
        self.short_varying = Varying(rules.short_varying)
        self.end = bars
        self.bar = book.first
        self.placed = rows(8, PLACED_WIDTH)
        self.placed_room = 8
        self.placed_count = 0
        self.dropped = 0

    def run(self, signals: Any, opens: Any, highs: Any, lows: Any, closes: Any) -> bool:
        """Steps the book through all bars; False when it was ruined on the way, before `self.bar`."""
        while self.bar < self.end and not self.book.ruined:
            self.make_room()
            self.go_on(self.book, self.lot, signals, opens, highs, lows, closes)
        if self.book.ruined:
            return self.bar == self.end
        if signals[self.end]:
            self.make_room()
            before = self.placed_count
            self.decide(self.book, self.lot, signals[self.end], self.end)
            self.dropped = self.placed_count - before
        return True

    def start_over(self, book: Book) -> None:
        """Begins again at the first bar."""
        self.is_held = False
        self.bar = book.first
        self.placed_count = self.dropped = 0

    def end_ruined(self, opens: Any, highs: Any, lows: Any, closes: Any) -> None:
        """Steps books that were ruined to the last bar, the general way."""
        if self.is_held and self.bar < self.end:
            self.book.lots = [self.lot]
        for bar in range(self.bar, self.end):
            self.book.step(bar, opens[bar], highs[bar], lows[bar], closes[bar])
        self.book.lots = []

    def make_room(self) -> None:
        """Doubles what is nearly full."""
        self.book.make_room()
        if self.placed_room - self.placed_count < 4:
            self.placed = more_rows(self.placed)
            self.placed_room *= 2

    def has_room(self, book: Book) -> bool:
        """Whether the rows of one more bar fit."""
        return (
            book.fill_room - book.fill_count >= 4
            and book.trade_room - book.trade_count >= 2
            and book.change_room - book.change_count >= 2
            and self.placed_room - self.placed_count >= 2
        )

    def go_on(self, book: Book, lot: Lot, signals: Any, opens: Any, highs: Any, lows: Any, closes: Any) -> None:
        """Steps on until all is done, the book is ruined or rows have to grow."""
        while self.bar < self.end and not book.ruined and self.has_room(book):
            if signals[self.bar] == 0:
                if self.is_held:
                    self.hold(book, lot, signals, opens, highs, lows, closes)
                else:
                    self.rest(book, signals)
            if self.bar < self.end and not book.ruined:
                bar = self.bar
                self.step(book, lot, signals[bar], bar, opens[bar], highs[bar], lows[bar], closes[bar])
                self.bar = bar + 1

    def rest(self, book: Book, signals: Any) -> None:
        """Goes to the next signal with nothing held."""
        equity_at = book.equity_at
        offset = 1 - book.first
        cash = book.cash
        bar = self.bar
        while bar < self.end and signals[bar] == 0:
            equity_at[bar + offset] = cash
            bar += 1
        self.bar = bar
        book.equity = cash

    def hold(self, book: Book, lot: Lot, signals: Any, opens: Any, highs: Any, lows: Any, closes: Any) -> None:
        """Goes with the lot to the next bar that has a signal, reaches a level, is the last of its time or ruins."""
        equity_at = book.equity_at
        offset = 1 - book.first
        cash = book.cash
        quantity = book.quantity
        equity = book.equity
        last = self.end
        if lot.due >= 0 and lot.due < last:
            last = lot.due
        stop = lot.nearest_stop()
        target = lot.target
        is_long = lot.side > 0.0
        trails = lot.trail_kind != 0
        has_levels = abs(stop) < NEVER or abs(target) < NEVER
        bar = self.bar
        while bar < last and signals[bar] == 0:
            if has_levels:
                if is_long:
                    if lows[bar] <= stop or highs[bar] >= target or opens[bar] <= stop or opens[bar] >= target:
                        break
                elif highs[bar] >= stop or lows[bar] <= target or opens[bar] >= stop or opens[bar] <= target:
                    break
                if trails:
                    lot.follow(highs[bar], lows[bar])
                    stop = lot.nearest_stop()
            equity = cash + quantity * closes[bar]
            equity_at[bar + offset] = equity
            bar += 1
            if equity <= 0.0:
                book.mark_one(bar - 1, equity)
                break
        self.bar = bar
        book.equity = equity

    def step(
        self, book: Book, lot: Lot, signal: int, bar: int, open: float, high: float, low: float, close: float
    ) -> None:
        """Lets one bar happen, as `Book.step` does for orders of these rules alone."""
        wished = self.decide(book, lot, signal, bar) if signal else 0
        if self.is_held:
            if wished & LEAVES_LONG:
                self.leave(book, lot, bar, open, self.long_reason)
            elif wished & LEAVES_SHORT:
                self.leave(book, lot, bar, open, self.short_reason)
            elif wished & LEAVES_ALL:
                self.leave(book, lot, bar, open, self.session_reason)
            elif lot.due == bar:
                self.leave(book, lot, bar, open, TIME)
            else:
                reason = lot.beyond(open)
                if reason:
                    self.leave(book, lot, bar, open, reason)
        if wished & PLACES_LONG:
            self.enter(book, lot, self.long_order, bar, open)
        elif wished & PLACES_SHORT:
            self.enter(book, lot, self.short_order, bar, open)
        if self.is_held:
            reason = lot.within(high, low)
            if reason:
                if reason != TAKE_PROFIT and lot.reaches_target(high, low):
                    book.count_ambiguous(bar)
                self.leave(book, lot, bar, lot.hit(reason), reason)
            else:
                lot.follow(high, low)
        book.mark_one(bar, book.cash + book.quantity * close)

    def decide(self, book: Book, lot: Lot, signal: int, bar: int) -> int:
        """What a signal wishes for the open of a bar, written down and made ready."""
        wait = self.wait_bars
        last_exit = book.last_exit_bar
        rested = wait == 0 or last_exit < 0 or bar >= last_exit + wait
        side = lot.side if self.is_held else 0.0
        wished = wishes(signal, side, 1 if self.is_held else 0, rested, 1, wait)
        if wished >= LEAVES_LONG:
            self.place(wished & (LEAVES_LONG | LEAVES_SHORT | LEAVES_ALL), bar - 1)
        if wished & PLACES_LONG:
            self.vary(self.long_order, self.long_varying, bar - 1)
            self.place(PLACES_LONG, bar - 1)
        elif wished & PLACES_SHORT:
            self.vary(self.short_order, self.short_varying, bar - 1)
            self.place(PLACES_SHORT, bar - 1)
        return wished

    def place(self, which: int, decided_on: int) -> None:
        """Writes down that a record was placed."""
        at = self.placed_count * PLACED_WIDTH
        self.placed[at] = which
        self.placed[at + 1] = decided_on
        self.placed_count += 1

    def vary(self, order: Instruction, varying: "Varying", at: int) -> None:
        """Gives an entry its number, and what of it the bar it is decided on says."""
        order.number = self.placed_count
        if varying.stops_vary:
            order.stop_loss = varying.stops[at]
        if varying.targets_vary:
            order.take_profit = varying.targets[at]
        if varying.trails_vary:
            order.trailing_stop = varying.trails[at]
        if varying.sizes_vary:
            order.size_value = varying.sizes[at]

    def enter(self, book: Book, lot: Lot, order: Instruction, bar: int, open: float) -> None:
        """Opens the lot at the open, and closes it there if a level lies on this side of it already."""
        side = 1.0 if order.action == ENTER_LONG else -1.0
        price = book.worse(open, side)
        lot.begin(order, book.lots_opened, side, bar, open, price)
        quantity = 0.0
        if price > 0.0:
            # nothing is held: the equity is the cash
            quantity = book.size(order, lot, price, book.cash, book.free_cash())
        if quantity > 0.0:
            book.open_one(lot, quantity, bar)
            self.is_held = True
            reason = lot.beyond(open)
            if reason:
                self.leave(book, lot, bar, open, reason)

    def leave(self, book: Book, lot: Lot, bar: int, raw: float, reason: int) -> None:
        """Closes the lot."""
        book.close_one(lot, bar, raw, book.price_of(lot, raw, reason), reason)
        self.is_held = False


def run_one_lot(book: Book, rules: RuleOrders, signals: Any, opens: Any, highs: Any, lows: Any, closes: Any) -> OneLot:
    """Steps a book through all bars the short way; a book that is ruined goes on the general way."""
    way = OneLot(book, rules, len(closes))
    ended = way.run(signals, opens, highs, lows, closes)
    if way.is_held:
        book.lots.append(way.lot)
    if not ended:
        for bar in range(way.bar, way.end):
            book.step(bar, opens[bar], highs[bar], lows[bar], closes[bar])
    return way


def is_one_lot(book: Book, rules: RuleOrders) -> bool:
    """Whether the short way leads through."""
    return rules.max_positions == 1 and not rules.moving and not rules.steps and book.day_gaps is None
