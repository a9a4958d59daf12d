"""The books of several symbols that share one account: the order logic of `engine.kernel`, all symbols together.

Each phase of a bar is done for all symbols before the next begins, so that what is closed at the open pays for what is
opened there. Orders for a symbol without a bar wait for its next one; its clocks count its own bars.
"""

from typing import Any

from bgagent.engine.kernel import ENTRY, RUIN, TARGET, TIME, Book, Instruction, Lot


class PortfolioBook(Book):
    """Cash, lots and orders of all symbols. For a symbol s and a bar: opens[s][bar] and so on are its prices, the last
    close where it has no bar; traded[s][bar] says whether it has one; own[s][bar] is the number of its own latest bar.

    held: quantity by symbol, those not 0. rows: (index of bar, held) wherever that changed. payments: (bar, amount,
    equity at the open before it).
    """

    def __init__(
        self,
        capital: float,
        bars: int,
        first: int,
        terms: tuple[Any, ...],
        *,
        opens: list[Any],
        highs: list[Any],
        lows: list[Any],
        closes: list[Any],
        traded: list[Any],
        own: list[Any],
    ) -> None:
        super().__init__(capital, bars, first, *terms)
        self.opens = opens
        self.highs = highs
        self.lows = lows
        self.closes = closes
        self.traded = traded
        self.own = own
        self.bar = first
        self.marks = opens
        self.held: dict[int, float] = {}
        self.last_exit = [-1] * len(opens)
        self.rows: list[tuple[int, dict[int, float]]] = []
        self.payments: list[tuple[int, float, float]] = []
        self.has_levels = False  # whether any lot was ever given a level or a clock; most portfolios have none

    def step_all(self, bar: int, payment: float = 0.0) -> None:
        """Lets one bar of all symbols happen. payment: new money that comes in before the open."""
        index = bar - self.first
        if self.day_gaps is not None:
            self.accrue(self.day_gaps[index], self.owed(0.0))
        self.bar = bar
        self.marks = self.opens
        self.spared = 0.0
        if payment > 0.0 and not self.ruined:
            self.payments.append((bar, payment, self.worth(0.0)))
            self.cash += payment
        before = len(self.fills)
        if self.orders or self.lots:
            self.trade_all(bar)
        if len(self.fills) > before:
            self.rows.append((index, dict(self.held)))
        self.marks = self.closes
        self.equity = self.worth(0.0)
        if self.equity <= 0.0 and self.fills:
            self.ruined = True
            self.orders = []
        self.cash_at[index] = self.cash
        self.equity_at[index] = self.equity

    def worth(self, price: float) -> float:  # noqa: ARG002 - each symbol has a price of its own
        """Cash and all positions at the present marks."""
        total = self.cash
        for symbol, quantity in self.held.items():
            total += quantity * self.marks[symbol][self.bar]
        return total

    def owed(self, price: float) -> float:  # noqa: ARG002
        """Value of all that is sold short, at the present marks."""
        total = 0.0
        for symbol, quantity in self.held.items():
            if quantity < 0.0:
                total -= quantity * self.marks[symbol][self.bar]
        return total

    def trade_all(self, bar: int) -> None:
        """Everything that can fill on a bar, in its order, each phase for all symbols."""
        if self.ruined:
            for lot in self.trading_lots(bar):
                self.close_at_market(lot, bar, self.opens[lot.symbol][bar], RUIN)
            return
        entries = self.obey_all(bar) if self.orders else self.orders
        for lot in self.guarded_lots(bar):
            if lot.due == self.own[lot.symbol][bar]:
                self.close_at_market(lot, bar, self.opens[lot.symbol][bar], TIME)
            else:
                self.protect_at(lot, bar, self.opens[lot.symbol][bar])
        if entries:
            targets = {order.symbol: order for order in entries if order.action == TARGET}  # the last one counts
            if targets:
                entries = [order for order in entries if order.action != TARGET]
                wanted = [
                    (order, self.opens[symbol][bar], self.held.get(symbol, 0.0)) for symbol, order in targets.items()
                ]
                self.retarget(wanted, bar, self.worth(0.0))
        waiting: dict[int, list[Instruction]] = {}
        for order in entries:
            for left in self.enter_at_open([order], bar, self.opens[order.symbol][bar]):
                waiting.setdefault(order.symbol, []).append(left)
        for lot in self.guarded_lots(bar):
            self.protect_within(lot, bar, self.highs[lot.symbol][bar], self.lows[lot.symbol][bar])
        for symbol, orders in waiting.items():
            prices = (columns[symbol][bar] for columns in (self.opens, self.highs, self.lows, self.closes))
            self.enter_within(orders, bar, *prices)
        for lot in self.guarded_lots(bar):
            self.follow(lot, self.highs[lot.symbol][bar], self.lows[lot.symbol][bar])

    def trading_lots(self, bar: int) -> list[Lot]:
        """The lots whose symbol has a bar of its own."""
        return [lot for lot in self.lots if self.traded[lot.symbol][bar]]

    def guarded_lots(self, bar: int) -> list[Lot]:
        """The same, where any lot has a level or a clock; none where there is nothing to look after."""
        return self.trading_lots(bar) if self.has_levels else []

    def move(self, lot: Lot, order: Instruction) -> None:
        """As for one symbol; from the first level on, lots are looked after."""
        super().move(lot, order)
        if order.stop_loss_kind or order.take_profit_kind or order.trailing_stop_kind:
            self.has_levels = True

    def obey_all(self, bar: int) -> list[Instruction]:
        """Does what the orders of symbols that trade say; gives back their entries and target weights."""
        by_symbol: dict[int, list[Instruction]] = {}
        later: list[Instruction] = []
        for order in self.orders:
            if self.traded[order.symbol][bar]:
                by_symbol.setdefault(order.symbol, []).append(order)
            else:
                later.append(order)
        self.orders = later
        entries: list[Instruction] = []
        for symbol, orders in by_symbol.items():
            entries += self.obey(orders, bar, self.opens[symbol][bar])
        entries.sort(key=lambda order: order.number)
        return entries

    def prepare(self, order: Instruction, side: float, bar: int, raw: float, price: float) -> Lot:
        """As for one symbol, with a clock that counts the symbol's own bars."""
        lot = super().prepare(order, side, bar, raw, price)
        if order.hold_bars:
            lot.due = self.own[order.symbol][bar] + order.hold_bars
            self.has_levels = True
        return lot

    def exchange(
        self, bar: int, lot: Lot, quantity: float, raw: float, price: float, commission: float, kind: int
    ) -> None:
        """Moves money against quantity and writes the fill."""
        symbol = lot.symbol
        self.cash -= quantity * price + commission
        self.spared += commission
        if kind != ENTRY:
            self.last_exit[symbol] = self.own[symbol][bar]
        if any(other.symbol == symbol for other in self.lots):
            self.held[symbol] = self.held.get(symbol, 0.0) + quantity
        else:
            self.held.pop(symbol, None)  # without lots no rounding is left over
        self.fills.append((bar, symbol, quantity, price, raw, commission, kind, lot.number))
