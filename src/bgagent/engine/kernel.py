"""The order logic: what fills on a bar, at which price, and what it does to the books. The only place that knows.

Rules, strategies written as code and order logs all go through `Book.step`. Plain Python on purpose, so that Cython can
compile this very file: simple locals, small classes, nothing imported; both ways give the same numbers. The names of
the codes below are in engine.orders.

One bar, in this order: exits due at the open; stops and targets that the open lies beyond; entries at the open; stops,
then targets, inside the bar; limit and stop entries inside the bar, each with its own stop and target; the close.
"""

from typing import Any

ENTER_LONG, ENTER_SHORT, EXIT_LONG, EXIT_SHORT, EXIT_ALL, EXIT_LOT, CANCEL, MOVE = range(1, 9)
MARKET, LIMIT, STOP, STOP_LIMIT = range(1, 5)
EQUITY, CASH, QUANTITY, RISK = range(1, 5)
FRACTION, MONEY, LEVEL = range(1, 4)
ENTRY, RULE, STOP_LOSS, TAKE_PROFIT, TRAILING_STOP, TIME, SCHEDULE, REBALANCE, RUIN = range(9)

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
        ) = record
        self.triggered = False  # a stop-limit order whose stop was reached


class Lot:
    """One entry that is still open. side: +1 long, -1 short; quantity: unsigned.

    stop, target, trail: levels for the next bar; side x infinity (stop: minus that) where there is none.
    """

    def __init__(self, number: int, order: int, symbol: int, side: float, bar: int, price: float, raw: float) -> None:
        self.number = number
        self.order = order  # number of the order that opened it
        self.symbol = symbol
        self.side = side
        self.quantity = 0.0
        self.entry_bar = bar
        self.entry_price = price
        self.entry_raw = raw
        self.entry_commission = 0.0
        self.due = -1  # bar at whose open it is closed for its time being over
        self.stop = self.first_stop = -side * NEVER
        self.target = self.first_target = side * NEVER
        self.trail = self.first_trail = -side * NEVER
        self.trail_kind = 0
        self.trail_value = 0.0
        self.anchor = price  # best price since the entry


class Book:
    """Cash, open lots and waiting orders of one run, and the log of what happened.

    bars: how many bars will be stepped through; first: index of the first. Rates are fractions of price.
    After each step `cash_at`, `quantity_at` and `equity_at` hold the bar's close. fills: (bar, symbol, signed quantity,
    price, raw price, commission, kind, lot). trades: (lot, symbol, side, quantity, entry bar, entry price, exit bar,
    exit price, reason, profit, costs, first stop, first target, first trail), closed ones only.
    """

    def __init__(
        self,
        capital: float,
        bars: int,
        first: int,
        slippage: float,
        commission_rate: float,
        commission_per_share: float,
        commission_per_order: float,
        commission_minimum: float,
    ) -> None:
        self.first = first
        self.cash = capital
        self.quantity = 0.0
        self.equity = capital
        self.slippage = slippage
        self.commission_rate = commission_rate
        self.commission_per_share = commission_per_share
        self.commission_per_order = commission_per_order
        self.commission_minimum = commission_minimum
        self.lots: list[Lot] = []
        self.orders: list[Instruction] = []
        self.fills: list[tuple[Any, ...]] = []
        self.trades: list[tuple[Any, ...]] = []
        self.cash_at = [0.0] * bars
        self.quantity_at = [0.0] * bars
        self.equity_at = [0.0] * bars
        self.lots_opened = 0
        self.last_exit_bar = -1
        self.cut_orders = 0
        self.ambiguous_bars = 0
        self.last_ambiguous_bar = -1
        self.ruined = False

    def submit(self, order: Instruction) -> None:
        """Takes an order decided after the last step, for the next one."""
        if not self.ruined:
            self.orders.append(order)

    def step(self, bar: int, open: float, high: float, low: float, close: float) -> None:
        """Lets one bar happen: fills what it fills, marks the books at its close."""
        if self.orders or self.lots:
            self.trade(bar, open, high, low, close)
        self.equity = self.cash + self.quantity * close
        if self.equity <= 0.0:
            self.ruined = True
            self.orders = []
        index = bar - self.first
        self.cash_at[index] = self.cash
        self.quantity_at[index] = self.quantity
        self.equity_at[index] = self.equity

    def trade(self, bar: int, open: float, high: float, low: float, close: float) -> None:
        """Everything that can fill on a bar, in its order."""
        if self.ruined:
            for lot in self.lots[:]:
                self.close_at_market(lot, bar, open, RUIN)
            return
        entries = self.obey(bar, open) if self.orders else self.orders
        for lot in self.lots[:]:
            if lot.due == bar:
                self.close_at_market(lot, bar, open, TIME)
            else:
                self.protect_at(lot, bar, open)
        if entries:
            entries = self.enter_at_open(entries, bar, open)
        for lot in self.lots[:]:
            self.protect_within(lot, bar, high, low)
        if entries:
            self.enter_within(entries, bar, open, high, low, close)
        for lot in self.lots:
            self.follow(lot, high, low)

    def obey(self, bar: int, open: float) -> list[Instruction]:
        """Does what the waiting orders say, apart from entries; gives those back."""
        entries: list[Instruction] = []
        for order in self.orders:
            action = order.action
            if action <= ENTER_SHORT:
                entries.append(order)
            elif action == CANCEL:
                entries = [entry for entry in entries if order.lot >= 0 and entry.number != order.lot]
            else:
                for lot in self.lots[:]:
                    if lot.symbol != order.symbol or (order.lot >= 0 and lot.number != order.lot):
                        continue
                    if action == MOVE:
                        self.move(lot, order)
                    elif not (action == EXIT_LONG and lot.side < 0.0) and not (action == EXIT_SHORT and lot.side > 0.0):
                        self.close_at_market(lot, bar, open, order.reason)
        self.orders = []
        return entries

    def protect_at(self, lot: Lot, bar: int, price: float) -> None:
        """Closes a lot whose target or stop the price that is traded now lies beyond: the open, or an entry's own."""
        side = lot.side
        if side * price >= side * lot.target:
            self.close(lot, bar, price, price, TAKE_PROFIT)
        elif side * price <= side * lot.stop or side * price <= side * lot.trail:
            self.close_at_market(lot, bar, price, STOP_LOSS if side * lot.stop >= side * lot.trail else TRAILING_STOP)

    def protect_within(self, lot: Lot, bar: int, high: float, low: float) -> None:
        """Closes a lot whose stop, else whose target, lies in the bar's range."""
        side = lot.side
        worst = low if side > 0.0 else high
        best = high if side > 0.0 else low
        stop = lot.stop
        reason = STOP_LOSS
        if side * lot.trail > side * stop:
            stop = lot.trail
            reason = TRAILING_STOP
        if side * worst <= side * stop:
            if side * best >= side * lot.target:
                self.count_ambiguous(bar)
            self.close_at_market(lot, bar, stop, reason)
        elif side * best >= side * lot.target:
            self.close(lot, bar, lot.target, lot.target, TAKE_PROFIT)

    def protect_after_entry_within(self, lot: Lot, bar: int, high: float, low: float, close: float) -> None:
        """The same on the bar of an entry inside it: part of the range may have come before the entry."""
        side = lot.side
        worst = low if side > 0.0 else high
        best = high if side > 0.0 else low
        is_stopped = side * worst <= side * lot.stop or side * worst <= side * lot.trail
        if is_stopped or side * best >= side * lot.target:
            self.count_ambiguous(bar)
        if is_stopped:
            self.protect_within(lot, bar, high, low)
        elif side * close >= side * lot.target:  # the target was reached after the entry for certain
            self.close(lot, bar, lot.target, lot.target, TAKE_PROFIT)

    def follow(self, lot: Lot, high: float, low: float) -> None:
        """Moves a trailing level with the completed bar; never away from the price."""
        if lot.trail_kind:
            lot.anchor = max(lot.anchor, high) if lot.side > 0.0 else min(lot.anchor, low)
            self.tighten(lot)

    def tighten(self, lot: Lot) -> None:
        """Puts the trailing level at its distance from the best price so far, unless it is nearer already."""
        if lot.trail_kind == FRACTION:
            level = lot.anchor * (1.0 - lot.side * lot.trail_value)
        else:
            level = lot.anchor - lot.side * lot.trail_value
        if lot.side * level > lot.side * lot.trail:
            lot.trail = level

    def move(self, lot: Lot, order: Instruction) -> None:
        """Gives a lot the protective levels of an order; a kind of 0 leaves that level alone."""
        if order.stop_loss_kind:
            lot.stop = self.level(lot, -1.0, order.stop_loss_kind, order.stop_loss)
        if order.take_profit_kind:
            lot.target = self.level(lot, 1.0, order.take_profit_kind, order.take_profit)
        if order.trailing_stop_kind:
            lot.trail_kind = order.trailing_stop_kind
            lot.trail_value = order.trailing_stop
            self.tighten(lot)

    def level(self, lot: Lot, direction: float, kind: int, value: float) -> float:
        """A price on the winning (direction +1) or losing (-1) side of a lot's entry."""
        if kind == FRACTION:
            return lot.entry_price * (1.0 + lot.side * direction * value)
        if kind == MONEY:
            return lot.entry_price + lot.side * direction * value
        return value

    def enter_at_open(self, entries: list[Instruction], bar: int, open: float) -> list[Instruction]:
        """Fills the entries that fill at the open; gives back those that wait for a price inside the bar."""
        waiting: list[Instruction] = []
        for order in entries:
            side = 1.0 if order.action == ENTER_LONG else -1.0
            if order.type == STOP_LIMIT and side * open >= side * order.stop_price:
                order.triggered = True
            if order.type == MARKET or (order.type == STOP and side * open >= side * order.stop_price):
                lot = self.enter(order, bar, open, open * (1.0 + side * self.slippage), open)
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
        for order in entries:
            side = 1.0 if order.action == ENTER_LONG else -1.0
            near = low if side > 0.0 else high  # the better price for an entry
            far = high if side > 0.0 else low
            raw = price = 0.0
            if order.type == LIMIT or order.triggered:
                if side * near <= side * order.limit_price:
                    raw = price = order.limit_price
            elif side * far >= side * order.stop_price:
                raw = order.stop_price
                price = raw * (1.0 + side * self.slippage)
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
            elif order.good_for_bars == 0 or bar - order.decided_on < order.good_for_bars:
                self.orders.append(order)

    def enter(self, order: Instruction, bar: int, raw: float, price: float, open: float) -> Lot | None:
        """Opens a lot of the size asked for or of what cash pays, after closing lots of the other side."""
        side = 1.0 if order.action == ENTER_LONG else -1.0
        for lot in self.lots[:]:
            if lot.symbol == order.symbol and lot.side != side:
                self.close(lot, bar, raw, price, order.reason)
        lot = Lot(self.lots_opened, order.number, order.symbol, side, bar, price, raw)
        if order.hold_bars:
            lot.due = bar + order.hold_bars
        self.move(lot, order)
        lot.first_stop, lot.first_target, lot.first_trail = lot.stop, lot.target, lot.trail
        lot.quantity = self.size(order, lot, price, open)
        if lot.quantity <= 0.0:
            return None
        self.lots_opened += 1
        lot.entry_commission = self.commission(lot.quantity, price)
        self.lots.append(lot)
        self.exchange(bar, lot, side * lot.quantity, raw, price, lot.entry_commission, ENTRY)
        return lot

    def size(self, order: Instruction, lot: Lot, price: float, open: float) -> float:
        """Quantity that an entry gets: what it asks for, cut to what cash pays; 0 when that is nothing."""
        equity = self.cash + self.quantity * open
        wanted = 0.0
        if order.size_kind == EQUITY:
            wanted = order.size_value * equity / price
        elif order.size_kind == CASH:
            wanted = order.size_value / price
        elif order.size_kind == QUANTITY:
            wanted = order.size_value
        else:
            nearest = lot.stop if lot.side * lot.stop >= lot.side * lot.trail else lot.trail
            distance = lot.side * (price - nearest)
            if distance > 0.0:
                wanted = order.size_value * equity / distance
        short_value = -self.quantity * open if self.quantity < 0.0 else 0.0
        funds = self.cash - 2.0 * short_value  # what a short sale brought in, and its margin, are not free
        quantity = self.affordable(wanted, price, funds)
        # an order for a share of the money there is, is not cut when it only makes room for its own commission
        is_cut = quantity < wanted * (1.0 - DUST) and (order.size_kind > CASH or wanted * price > funds * (1.0 + DUST))
        if order.whole_shares and quantity > 0.0:
            quantity = float(int(quantity + DUST))
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
        self.close(lot, bar, raw, raw * (1.0 - lot.side * self.slippage), reason)

    def close(self, lot: Lot, bar: int, raw: float, price: float, reason: int) -> None:
        """Closes a lot and writes its trade."""
        self.lots.remove(lot)
        quantity = lot.quantity
        commission = self.commission(quantity, price)
        self.exchange(bar, lot, -lot.side * quantity, raw, price, commission, reason)
        costs = lot.entry_commission + commission
        profit = lot.side * quantity * (price - lot.entry_price) - costs
        costs += quantity * (abs(lot.entry_price - lot.entry_raw) + abs(price - raw))
        self.last_exit_bar = bar
        self.trades.append(
            (
                lot.number,
                lot.symbol,
                lot.side,
                quantity,
                lot.entry_bar,
                lot.entry_price,
                bar,
                price,
                reason,
                profit,
                costs,
                lot.first_stop,
                lot.first_target,
                lot.first_trail,
            )
        )

    def exchange(
        self, bar: int, lot: Lot, quantity: float, raw: float, price: float, commission: float, kind: int
    ) -> None:
        """Moves money against quantity and writes the fill."""
        self.cash -= quantity * price + commission
        self.quantity = self.quantity + quantity if self.lots else 0.0  # without lots no rounding is left over
        self.fills.append((bar, lot.symbol, quantity, price, raw, commission, kind, lot.number))

    def count_ambiguous(self, bar: int) -> None:
        """Counts a bar whose order of events is not known; each bar once."""
        if self.last_ambiguous_bar != bar:
            self.last_ambiguous_bar = bar
            self.ambiguous_bars += 1


LONG_ENTRY, LONG_EXIT, SHORT_ENTRY, SHORT_EXIT = 1, 2, 4, 8  # bits of a signal


class RuleOrders:
    """The orders of a plan of rules, as records of ORDER_DTYPE to be stamped with the bar they are decided on.

    long_entry, short_entry, long_exit, short_exit: the records. varying: (position in an entry's record, its value at
    each bar's close). move, moving: the same for levels that follow every completed bar, one order for each open lot.
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
    ) -> None:
        self.long_entry = long_entry
        self.short_entry = short_entry
        self.long_exit = long_exit
        self.short_exit = short_exit
        self.varying = varying
        self.move = move
        self.moving = moving
        self.max_positions = max_positions
        self.wait_bars = wait_bars
        self.log: list[tuple[Any, ...]] = []

    def place(
        self, book: Book, record: tuple[Any, ...], decided_on: int, varying: list[tuple[int, Any]], lot: int
    ) -> None:
        """Stamps a record, submits it and writes it into the log."""
        fields = list(record)
        fields[0] = decided_on
        fields[2] = lot
        for position, values in varying:
            fields[position] = values[decided_on]
        stamped = tuple(fields)
        book.submit(Instruction(len(self.log), stamped))
        self.log.append(stamped)

    def decide(self, book: Book, signal: int, bar: int) -> None:
        """Places the orders that a signal gives for the open of `bar`, as the position stands now."""
        wants_long = signal & LONG_ENTRY and not signal & (SHORT_ENTRY | LONG_EXIT)
        wants_short = signal & SHORT_ENTRY and not signal & (LONG_ENTRY | SHORT_EXIT)
        may_enter = not self.wait_bars or book.last_exit_bar < 0 or bar >= book.last_exit_bar + self.wait_bars
        is_long = bool(book.lots) and book.lots[0].side > 0.0
        is_short = bool(book.lots) and not is_long
        if is_long and signal & LONG_EXIT:
            self.place(book, self.long_exit, bar - 1, [], -1)
            may_enter = not self.wait_bars
            wants_long = 0
        elif is_short and signal & SHORT_EXIT:
            self.place(book, self.short_exit, bar - 1, [], -1)
            may_enter = not self.wait_bars
            wants_short = 0
        elif book.lots:
            may_enter = may_enter and len(book.lots) < self.max_positions
            wants_long = wants_long and is_long
            wants_short = wants_short and is_short
        if may_enter and wants_long:
            self.place(book, self.long_entry, bar - 1, self.varying, -1)
        elif may_enter and wants_short:
            self.place(book, self.short_entry, bar - 1, self.varying, -1)


def run_rules(book: Book, rules: RuleOrders, signals: Any, opens: Any, highs: Any, lows: Any, closes: Any) -> None:
    """Steps a book through all bars from its first, deciding by rules before each.

    signals[bar] holds the bits that were true for an order that fills at the open of `bar`; it is one longer than the
    prices, for what is decided at the last close and has no open to fill at.
    """
    end = len(opens)
    for bar in range(book.first, end):
        if signals[bar] and not book.ruined:
            rules.decide(book, signals[bar], bar)
        book.step(bar, opens[bar], highs[bar], lows[bar], closes[bar])
        if rules.moving and bar + 1 < end and not book.ruined:
            for lot in book.lots:
                rules.place(book, rules.move, bar, rules.moving, lot.number)
    if signals[end] and not book.ruined:
        rules.decide(book, signals[end], end)
