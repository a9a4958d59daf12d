"""The order logic: what fills on a bar, at which price, and what it does to the books. The only place that knows.

Rules, strategies written as code and order logs all go through `Book.step`. Plain Python on purpose, so that Cython can
compile this very file: simple locals, small classes, nothing imported; both ways give the same numbers. The names of
the codes below are in engine.orders.

One bar, in this order: exits due at the open; stops and targets that the open lies beyond; target weights, what they
close before what they open; entries at the open; stops, then targets, inside the bar; limit and stop entries inside the
bar, each with its own stop and target; the close. Several symbols do the same together in engine.portfolio_book.
"""

from typing import Any

ENTER_LONG, ENTER_SHORT, EXIT_LONG, EXIT_SHORT, EXIT_ALL, EXIT_LOT, CANCEL, MOVE, TARGET = range(1, 10)
MARKET, LIMIT, STOP, STOP_LIMIT = range(1, 5)
EQUITY, CASH, QUANTITY, RISK, POSITION = range(1, 6)
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
            self.group,
        ) = record
        self.triggered = False  # a stop-limit order whose stop was reached
        self.tries = 0  # bars on which it was open to be filled


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
        self.group = -1  # of the order that opened it


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
        slippage_each: float = 0.0,
        leverage: float = 1.0,
        borrow_rate: float = 0.0,
        cash_interest: float = 0.0,
        day_gaps: list[int] | None = None,
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
        self.slippage_each = slippage_each
        self.leverage = leverage
        self.borrow_rate = borrow_rate
        self.cash_interest = cash_interest
        self.day_gaps = day_gaps
        self.last_close = 0.0
        self.spared = 0.0  # commissions of the bar that a share of the money makes room for, besides its own
        self.lots: list[Lot] = []
        self.orders: list[Instruction] = []
        self.fills: list[tuple[Any, ...]] = []
        self.trades: list[tuple[Any, ...]] = []
        self.cash_at = [0.0] * bars
        self.quantity_at = [0.0] * bars
        self.equity_at = [0.0] * bars
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
        self.equity = self.cash + self.quantity * close
        if self.equity <= 0.0:
            self.ruined = True
            self.orders = []
        index = bar - self.first
        self.cash_at[index] = self.cash
        self.quantity_at[index] = self.quantity
        self.equity_at[index] = self.equity

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
                    self.retarget([(targets[-1], open, self.quantity)], bar, self.worth(open))
            entries = self.enter_at_open(entries, bar, open)
        for lot in self.lots[:]:
            self.protect_within(lot, bar, high, low)
        if entries:
            self.enter_within(entries, bar, open, high, low, close)
        for lot in self.lots:
            self.follow(lot, high, low)

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

    def leave(self, lots: list[Lot], order: Instruction, bar: int, open: float) -> None:
        """Closes as much of some lots as an order says, at the open, the oldest first."""
        left = order.size_value
        if order.size_kind == POSITION:
            left *= sum([lot.quantity for lot in lots])
        if order.whole_shares:
            left = float(int(left + DUST))
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
        for order, open, held in targets:
            wanted = order.size_value * equity / open
            if order.whole_shares:
                wanted = float(int(wanted + DUST)) if wanted > 0.0 else -float(int(DUST - wanted))
            side = 1.0 if held > 0.0 else -1.0
            kept = min(max(side * wanted, 0.0), side * held)  # of what is held, unsigned
            if side * held - kept > DUST * abs(held):
                lots = [lot for lot in self.lots if lot.symbol == order.symbol]
                self.reduce_at_market(lots, side * held - kept, bar, open, order.reason)
            added = wanted - side * kept if held != 0.0 else wanted
            if abs(added) > DUST * max(abs(wanted), abs(held)) and abs(wanted) > kept:
                side = 1.0 if added > 0.0 else -1.0
                openings.append((order, open, side, abs(added)))
        if openings:
            self.open_together(openings, bar, equity)

    def open_together(self, openings: list[tuple[Instruction, float, float, float]], bar: int, equity: float) -> None:
        """Opens lots at the open, all cut by the same factor where they cost more than there is.

        openings: order, open, side and quantity of each. equity: before anything was traded at these opens.
        """
        open = openings[0][1]
        funds = self.funds(open)
        share = 1.0
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
        is_cut = sum([raw * quantity for _, raw, _, quantity in openings]) > without_costs * (1.0 + DUST)
        for order, raw, side, wanted in openings:
            quantity = wanted * share if share > DUST else 0.0
            if order.whole_shares and quantity > 0.0:
                quantity = float(int(quantity + DUST))
            if is_cut or quantity <= 0.0:
                self.cut_orders += 1
            if quantity > 0.0:
                lot = self.prepare(order, side, bar, raw, self.worse(raw, side))
                self.open_lot(lot, quantity, bar)
                self.protect_at(lot, bar, raw)

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
        quantity = self.size(order, lot, price, open) if price > 0.0 else 0.0
        if quantity <= 0.0:
            return None
        self.open_lot(lot, quantity, bar)
        return lot

    def prepare(self, order: Instruction, side: float, bar: int, raw: float, price: float) -> Lot:
        """The lot that an order would open, with its levels and its clock, still without a quantity."""
        lot = Lot(self.lots_opened, order.number, order.symbol, side, bar, price, raw)
        if order.hold_bars:
            lot.due = bar + order.hold_bars
        self.move(lot, order)
        lot.first_stop, lot.first_target, lot.first_trail = lot.stop, lot.target, lot.trail
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

    def size(self, order: Instruction, lot: Lot, price: float, open: float) -> float:
        """Quantity that an entry gets: what it asks for, cut to what cash pays; 0 when that is nothing."""
        equity = self.worth(open)
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
        funds = self.funds(open)
        quantity = self.affordable(wanted, price, funds)
        # an order for a share of the money there is, is not cut when it only makes room for its own commission
        is_cut = quantity < wanted * (1.0 - DUST) and (
            order.size_kind > CASH or wanted * price > funds * (1.0 + DUST) + self.spared
        )
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
        costs = entry_commission + commission
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


ACTION_PLACE, STOP_LOSS_PLACE = 5, 16  # of the action and of the stop loss in a record
LONG_ENTRY, LONG_EXIT, SHORT_ENTRY, SHORT_EXIT, SESSION_EXIT = 1, 2, 4, 8, 16  # bits of a signal


class RuleOrders:
    """The orders of a plan of rules, as records of ORDER_DTYPE to be stamped with the bar they are decided on.

    long_entry, short_entry, long_exit, short_exit: the records. varying: (position in an entry's record, its value at
    each bar's close). move, moving: the same for levels that follow every completed bar, one order for each open lot.
    session_exit: the record that closes all before the session does. steps: (gain, where the stop lies from then on),
    fractions of the entry price; step: the record of the order that moves a stop to a price.
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
        wants_long = signal & LONG_ENTRY and not signal & (SHORT_ENTRY | LONG_EXIT)
        wants_short = signal & SHORT_ENTRY and not signal & (LONG_ENTRY | SHORT_EXIT)
        is_long = bool(lots) and lots[0].side > 0.0
        is_short = bool(lots) and not is_long
        if lots and signal & SESSION_EXIT:
            self.place(book, self.session_exit, bar - 1, [], -1, at)
            may_enter = False
        elif is_long and signal & LONG_EXIT:
            self.place(book, self.long_exit, bar - 1, [], -1, at)
            may_enter = not self.wait_bars
            wants_long = 0
        elif is_short and signal & SHORT_EXIT:
            self.place(book, self.short_exit, bar - 1, [], -1, at)
            may_enter = not self.wait_bars
            wants_short = 0
        elif lots:
            may_enter = may_enter and len(lots) < self.max_positions
            wants_long = wants_long and is_long
            wants_short = wants_short and is_short
        if may_enter and wants_long:
            self.place(book, self.long_entry, bar - 1, self.varying, -1, at)
        elif may_enter and wants_short:
            self.place(book, self.short_entry, bar - 1, self.varying, -1, at)

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
    end = len(opens)
    wait = rules.wait_bars
    moves = bool(rules.moving or rules.steps)
    for bar in range(book.first, end):
        if signals[bar] and not book.ruined:
            rested = not wait or book.last_exit_bar < 0 or bar >= book.last_exit_bar + wait
            rules.decide(book, book.lots, signals[bar], bar, rested, bar - 1)
        book.step(bar, opens[bar], highs[bar], lows[bar], closes[bar])
        if moves and book.lots and bar + 1 < end and not book.ruined:
            rules.follow(book, book.lots, bar, highs[bar], lows[bar], bar)
    if signals[end] and not book.ruined:
        rested = not wait or book.last_exit_bar < 0 or end >= book.last_exit_bar + wait
        rules.decide(book, book.lots, signals[end], end, rested, end - 1)
