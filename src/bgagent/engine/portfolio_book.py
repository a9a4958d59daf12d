"""The books of several symbols that share one account: the order logic of `engine.kernel`, all symbols together.

Each phase of a bar is done for all symbols before the next begins, so that what is closed at the open pays for what is
opened there. Orders for a symbol without a bar wait for its next one; its clocks count its own bars.
"""

from typing import Any

from bgagent.engine.codes import ENTRY, RUIN, TARGET, TIME
from bgagent.engine.kernel import Book, Instruction, Lot


def number_of(order: Instruction) -> int:
    """Where an order stands in the log."""
    return order.number


class PortfolioBook(Book):
    """Cash, lots and orders of all symbols. For a symbol s and a bar: opens[s][bar] and so on are its prices, the last
    close where it has no bar; traded[s][bar] says whether it has one; own[s][bar] is the number of its own latest bar.

    held: quantity by symbol, those not 0. moved: symbols that were traded on the bar. payments: (bar, amount,
    equity at the open before it).
    """

    def __init__(
        self,
        capital: float,
        equity_at: Any,
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
        Book.__init__(self, capital, equity_at, first, *terms)
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
        self.moved: set[int] = set()
        self.payments: list[tuple[int, float, float]] = []
        self.has_levels = False  # whether any lot was ever given a level or a clock; most portfolios have none

    def step_all(self, bar: int, payment: float = 0.0) -> None:
        """Lets one bar of all symbols happen. payment: new money that comes in before the open."""
        if self.day_gaps is not None:
            self.accrue(self.day_gaps[bar - self.first], self.owed(0.0))
        self.bar = bar
        self.marks = self.opens
        self.spared = 0.0
        if payment > 0.0 and not self.ruined:
            self.payments.append((bar, payment, self.worth(0.0)))
            self.cash += payment
        if self.orders or self.lots:
            self.trade_all(bar)
        self.marks = self.closes
        self.mark_all(bar, self.worth(0.0))

    def step_through(self, start: int, stop: int) -> None:
        """Steps through the bars from `start` to `stop` - 1, all at once as long as nothing can happen on them."""
        bar = start
        while bar < stop:
            if self.orders or self.has_levels or self.ruined or self.day_gaps is not None:
                self.step_all(bar)
                bar += 1
            else:
                bar = self.mark_quietly(bar, stop)

    def mark_quietly(self, start: int, stop: int) -> int:
        """Marks the books at some closes on which nothing is traded; the bar to go on from, sooner where that ruins."""
        self.fill_in(self.cash, start, stop)
        for symbol, quantity in self.held.items():
            self.add_value(self.closes[symbol], quantity, start, stop)
        self.marks = self.closes
        last = self.first_ruin(start, stop)
        self.bar = last
        self.equity = self.equity_at[last - self.first + 1]
        if self.equity <= 0.0 and self.fill_count > 0:
            self.ruined = True
        return last + 1

    def fill_in(self, amount: float, start: int, stop: int) -> None:
        """An amount as the equity at some closes."""
        offset = 1 - self.first
        for bar in range(start, stop):
            self.equity_at[bar + offset] = amount

    def add_value(self, close: Any, quantity: float, start: int, stop: int) -> None:
        """Adds what a position is worth to the equity at some closes."""
        offset = 1 - self.first
        for bar in range(start, stop):
            self.equity_at[bar + offset] += quantity * close[bar]

    def first_ruin(self, start: int, stop: int) -> int:
        """The first of some bars at whose close nothing is left; the last one where there is none."""
        offset = 1 - self.first
        for bar in range(start, stop):
            if self.equity_at[bar + offset] <= 0.0:
                return bar
        return stop - 1

    def mark_all(self, bar: int, equity: float) -> None:
        """Writes the books at the close of a bar: a row for each symbol that was traded, one if only cash changed."""
        self.equity = equity
        self.equity_at[bar - self.first + 1] = equity
        if equity <= 0.0 and self.fill_count > 0:
            self.ruined = True
            self.orders = []
        for symbol in sorted(self.moved):
            self.write_moved(bar, symbol, self.held.get(symbol, 0.0))
        if self.cash != self.marked_cash:
            self.write_moved(bar, -1, 0.0)
        self.moved.clear()

    def write_moved(self, bar: int, symbol: int, quantity: float) -> None:
        """Writes a row, and makes room for it."""
        if self.change_count == self.change_room:
            self.make_room()
        self.write_change(bar, symbol, quantity)

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
            self.enter_within(
                orders,
                bar,
                self.opens[symbol][bar],
                self.highs[symbol][bar],
                self.lows[symbol][bar],
                self.closes[symbol][bar],
            )
        for lot in self.guarded_lots(bar):
            lot.follow(self.highs[lot.symbol][bar], self.lows[lot.symbol][bar])

    def trading_lots(self, bar: int) -> list[Lot]:
        """The lots whose symbol has a bar of its own."""
        return [lot for lot in self.lots if self.traded[lot.symbol][bar]]

    def guarded_lots(self, bar: int) -> list[Lot]:
        """The same, where any lot has a level or a clock; none where there is nothing to look after."""
        return self.trading_lots(bar) if self.has_levels else []

    def move(self, lot: Lot, order: Instruction) -> None:
        """As for one symbol; from the first level on, lots are looked after."""
        lot.move(order)
        self.look_after(order)

    def look_after(self, order: Instruction) -> None:
        """Notes that there are levels or clocks from now on, if an order brings some."""
        if order.stop_loss_kind or order.take_profit_kind or order.trailing_stop_kind or order.hold_bars:
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
        entries.sort(key=number_of)
        return entries

    def prepare(self, order: Instruction, side: float, bar: int, raw: float, price: float) -> Lot:
        """As for one symbol, with a clock that counts the symbol's own bars."""
        lot = Book.prepare(self, order, side, bar, raw, price)
        if order.hold_bars:
            lot.due = self.own[order.symbol][bar] + order.hold_bars
        self.look_after(order)
        return lot

    def has_lot(self, symbol: int) -> bool:
        """Whether anything is held of a symbol."""
        for lot in self.lots:  # noqa: SIM110 - a generator cannot be compiled here
            if lot.symbol == symbol:
                return True
        return False

    def exchange(
        self, bar: int, lot: Lot, quantity: float, raw: float, price: float, commission: float, kind: int
    ) -> None:
        """Moves money against quantity and writes the fill."""
        symbol = lot.symbol
        self.cash -= quantity * price + commission
        self.spared += commission
        if kind != ENTRY:
            self.last_exit[symbol] = self.own[symbol][bar]
        if self.has_lot(symbol):
            self.held[symbol] = self.held.get(symbol, 0.0) + quantity
        else:
            self.held.pop(symbol, None)  # without lots no rounding is left over
        self.moved.add(symbol)
        self.log_fill(bar, lot, quantity, raw, price, commission, kind)
