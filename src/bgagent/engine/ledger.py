"""The books once more, from the fills alone: what the kernel kept step by step must come out the same.

Shares no arithmetic with the kernel: cash and quantities are running sums over the fills, profits are reckoned lot by
lot from what was paid and received. Compiled with the types of ledger.pxd where that can be.
"""

from typing import Any


class Ledger:
    """One reading of the books of k symbols over the m bars of a window.

    fills, trades, changes: rows of numbers as engine.codes describes them, bars counted from `first`; trades: open ones
    as well. equity: (m + 1,) with the capital first. closes: of each symbol, (m,). payments: (bar, amount) rows.
    interest: (m,), days: (m,) calendar days since the bar before; both empty where the account has no interest.
    terms: slippage, commission by value, by share, by order, at least; slippage by share; interest on cash, borrow
    rate. error: the largest relative gap found, 0 is perfect, infinite when a book is not finite.
    Money is measured against the largest amount in the books, quantities against the largest fill of their symbol,
    prices of fills against themselves. Compared are, on each bar, cash, quantity, interest, and equity = cash +
    positions; the final profit and the trades' sum, in total and lot by lot; each fill's price and commission with the
    costs agreed.
    """

    def __init__(
        self,
        closes: list[Any],
        first: int,
        terms: Any,
        *,
        fills: Any,
        trades: Any,
        changes: Any,
        equity: Any,
        lots: int,
        room: Any,
        payments: Any = (),
        interest: Any = (),
        days: Any = (),
    ) -> None:
        """room: k times four numbers, two for each lot, and, of several symbols, m; all 0."""
        self.closes = closes
        self.symbols = len(closes)
        self.first = first
        self.bars = len(equity) - 1
        self.lots = lots
        self.capital = equity[0]
        self.money = self.told_cash = self.capital
        self.scale = self.capital
        self.gap = self.quantity_gap = self.price_gap = 0.0
        self.profit = self.paid = self.earned = 0.0
        self.broken = False
        self.read_fills(fills, terms, room)
        self.walk(fills, changes, equity, payments, interest, days, terms, room)
        self.read_lots(fills, trades, room)
        self.compare(abs(equity[self.bars] - self.capital - self.paid - self.earned - self.profit))
        scale = self.scale if self.scale > 0.0 else 1.0
        self.error = max(self.gap / scale, self.quantity_gap, self.price_gap)
        if self.broken or not self.error >= 0.0:
            self.error = float("inf")

    def compare(self, gap: float) -> None:
        """Keeps the largest gap in money."""
        if not gap <= self.gap:
            if gap >= 0.0:
                self.gap = gap
            else:
                self.broken = True

    def grow(self, amount: float) -> None:
        """Keeps the largest amount in the books."""
        if amount > self.scale:
            self.scale = amount
        elif -amount > self.scale:
            self.scale = -amount

    def read_fills(self, fills: Any, terms: Any, room: Any) -> None:
        """Largest fill of each symbol; prices and commissions as agreed."""
        for at in range(0, len(fills), 8):
            symbol = int(fills[at + 1])
            shares = abs(fills[at + 2])
            price = fills[at + 3]
            raw = fills[at + 4]
            commission = fills[at + 5]
            room[symbol] = max(room[symbol], shares)
            agreed = terms[1] * shares * price + terms[2] * shares + terms[3]
            agreed = max(agreed, terms[4])
            worst = raw * (1.0 + terms[0]) + terms[5] if fills[at + 2] > 0.0 else raw * (1.0 - terms[0]) - terms[5]
            worst = max(worst, 0.0)
            outside = max(min(raw, worst) - price, price - max(raw, worst), 0.0)
            against = max(shares * price, agreed)
            gap = max(
                outside / price if price > 0.0 else outside,
                abs(commission - agreed) / against if against > 0.0 else 0.0,
            )
            if not gap <= self.price_gap:
                self.price_gap = gap

    def walk(
        self, fills: Any, changes: Any, equity: Any, payments: Any, interest: Any, days: Any, terms: Any, room: Any
    ) -> None:
        """Goes through the window from one bar on which something happened to the next."""
        fill = change = payment = bar = 0
        owed = lent = 0.0
        while bar < self.bars:
            if len(interest):
                if bar > 0:
                    agreed = terms[6] * lent - terms[7] * (owed + (-self.money if self.money < 0.0 else 0.0))
                    self.compare(abs(interest[bar] - agreed * days[bar] / 365.0))
                else:
                    self.compare(abs(interest[bar]))
                self.money += interest[bar]
                self.earned += interest[bar]
            while payment < len(payments) and payments[payment] - self.first <= bar:
                self.money += payments[payment + 1]
                self.paid += payments[payment + 1]
                payment += 2
            while fill < len(fills) and fills[fill] - self.first <= bar:
                self.money -= fills[fill + 2] * fills[fill + 3] + fills[fill + 5]
                symbol = int(fills[fill + 1])
                room[self.symbols + symbol] += fills[fill + 2]
                fill += 8
            while change < len(changes) and changes[change] <= bar:
                self.told_cash = changes[change + 1]
                symbol = int(changes[change + 2])
                if symbol >= 0:
                    room[2 * self.symbols + symbol] = changes[change + 3]
                change += 4
            self.compare(abs(self.money - self.told_cash))
            self.grow(self.money)
            until = self.bars
            if len(interest):
                until = bar + 1
            if fill < len(fills) and fills[fill] - self.first < until:
                until = int(fills[fill]) - self.first
            if change < len(changes) and changes[change] < until:
                until = int(changes[change])
            if payment < len(payments) and payments[payment] - self.first < until:
                until = int(payments[payment]) - self.first
            if self.symbols == 1:
                self.mark(self.closes[0], room[1], room[2], equity, bar, until)
                self.compare_quantity(room, 0)
            else:
                self.mark_all(room, equity, bar, until)
            if len(interest):
                owed = 0.0
                for symbol in range(self.symbols):
                    value = room[self.symbols + symbol] * self.closes[symbol][bar]
                    if value < 0.0:
                        owed -= value
                lent = self.money - owed if self.money > owed else 0.0
            bar = until

    def compare_quantity(self, room: Any, symbol: int) -> None:
        """Keeps the largest gap between a quantity and the one that was told."""
        apart = abs(room[self.symbols + symbol] - room[2 * self.symbols + symbol])
        if apart != 0.0:
            gap = apart / room[symbol] if room[symbol] > 0.0 else apart
            if not gap <= self.quantity_gap:
                self.quantity_gap = gap

    def mark(self, close: Any, held: float, told: float, equity: Any, start: int, until: int) -> None:
        """Equity of one symbol against cash and position, from its fills and as told."""
        money = self.money
        cash = self.told_cash
        worst = self.gap
        largest = self.scale
        for bar in range(start, until):
            now = equity[bar + 1]
            value = held * close[bar]
            gap = abs(now - (money + value))
            gap_2 = abs(now - cash - told * close[bar])
            if not (gap <= worst and gap_2 <= worst):
                self.compare(gap)
                self.compare(gap_2)
                worst = self.gap
            if value > largest or -value > largest:
                self.grow(value)
                largest = self.scale

    def mark_all(self, room: Any, equity: Any, start: int, until: int) -> None:
        """The same of several symbols."""
        base = 4 * self.symbols + 2 * self.lots
        for bar in range(start, until):
            room[base + bar] = 0.0
        for symbol in range(self.symbols):
            held = room[self.symbols + symbol]
            if held != 0.0 or room[2 * self.symbols + symbol] != 0.0:
                self.compare_quantity(room, symbol)
                self.add_value(self.closes[symbol], held, room, base, start, until)
        for bar in range(start, until):
            self.compare(abs(equity[bar + 1] - (self.money + room[base + bar])))

    def add_value(self, close: Any, held: float, room: Any, base: int, start: int, until: int) -> None:
        """Adds what is held of a symbol to the value of all, bar by bar."""
        for bar in range(start, until):
            value = held * close[bar]
            self.grow(value)
            room[base + bar] += value

    def read_lots(self, fills: Any, trades: Any, room: Any) -> None:
        """What each lot's fills paid and received, and what is left of it at the last close, against its trades."""
        base = 4 * self.symbols
        for symbol in range(self.symbols):
            room[3 * self.symbols + symbol] = self.closes[symbol][self.bars - 1]
        for at in range(0, len(fills), 8):
            lot = base + 2 * int(fills[at + 7])
            symbol = int(fills[at + 1])
            last = room[3 * self.symbols + symbol]
            room[lot] -= fills[at + 2] * fills[at + 3] + fills[at + 5]
            room[lot + 1] += fills[at + 2] * last
        for at in range(0, len(trades), 15):
            lot = base + 2 * int(trades[at])
            room[lot] -= trades[at + 9]
            self.profit += trades[at + 9]
        for number in range(self.lots):
            self.compare(abs(room[base + 2 * number] + room[base + 2 * number + 1]))
