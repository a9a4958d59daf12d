"""One symbol traded by signals, bar by bar, in the plainest way the rules of the page on meaning allow."""

from dataclasses import dataclass, field
from datetime import date
from math import floor

from tests.evals.oracle.indicators import true_range
from tests.evals.oracle.prices import Prices

Signal = list[bool]


@dataclass
class Rules:
    """What to do. Signals are decided at a bar's close; open_on and close_on are days decided before they begin.

    side 1 is long, -1 short. at_start: bought at the first open. whenever_flat: bought at the next open. stop, target,
    trailing: fractions of the entry's fill; stop_range: (multiple, length) of the average true range. hold: bars.
    size: share of equity; None for all. only_when: at the close before a day of open_on. most: lots at once.
    """

    enter: Signal | None = None
    leave: Signal | None = None
    short: Signal | None = None
    cover: Signal | None = None
    at_start: bool = False
    whenever_flat: bool = False
    open_on: set[date] = field(default_factory=set)
    close_on: set[date] = field(default_factory=set)
    only_when: Signal | None = None
    stop: float = 0.0
    stop_range: tuple[float, int] | None = None
    target: float = 0.0
    trailing: float = 0.0
    hold: int = 0
    size: float | None = None
    whole: bool = False
    most: int = 1


@dataclass
class Money:
    """What a test starts with, and what a fill costs. fixed: money an order; rate, slippage: fractions."""

    capital: float = 10_000.0
    slippage: float = 0.0005
    rate: float = 0.0
    fixed: float = 0.0


@dataclass
class Lot:
    side: int
    quantity: float
    entry_bar: int
    entry_price: float
    decided: int
    furthest: float  # high of a long lot since its entry, low of a short one


@dataclass
class Trade:
    symbol: str
    direction: str
    entry_at: str
    entry_price: float
    exit_at: str | None
    exit_price: float | None


@dataclass
class Outcome:
    final_equity: float
    trades: list[Trade]


def trade(prices: Prices, first: int, rules: Rules, money: Money) -> Outcome:
    """Equity at the last close and every lot, in the order of their entries. first: bar the window begins with."""
    return _Test(prices, first, rules, money).run()


class _Test:
    def __init__(self, prices: Prices, first: int, rules: Rules, money: Money) -> None:
        self.prices, self.first, self.rules, self.money = prices, first, rules, money
        self.cash = money.capital
        self.lots: list[Lot] = []
        self.closed: list[tuple[int, Trade]] = []
        self.range = true_range(prices, rules.stop_range[1]) if rules.stop_range else []

    def run(self) -> Outcome:
        wanted, leaving = (1 if self.rules.at_start or self.rules.whenever_flat else 0), False
        for bar in range(self.first, len(self.prices)):
            self._at_the_open(bar, wanted, leaving=leaving)
            for lot in list(self.lots):
                self._within(bar, lot)
            wanted, leaving = self._decide(bar)
        last = self.prices.close[-1]
        equity = self.cash + sum(lot.side * lot.quantity * last for lot in self.lots)
        rows = [*self.closed, *((lot.entry_bar, self._row(lot, None, None)) for lot in self.lots)]
        return Outcome(equity, [row for _, row in sorted(rows, key=lambda pair: pair[0])])

    def _at_the_open(self, bar: int, wanted: int, *, leaving: bool) -> None:
        rules, day = self.rules, self.prices.dates[bar]
        had = len(self.lots)
        opening = self.prices.open[bar]
        for lot in list(self.lots):
            due = rules.hold and bar >= lot.entry_bar + rules.hold
            if leaving or due or day in rules.close_on:
                self._close(bar, lot, opening * (1 - lot.side * self.money.slippage))
        left = bool(rules.leave and rules.leave[bar - 1])
        if day in rules.open_on and not left and (rules.only_when is None or rules.only_when[bar - 1]):
            # decided before the day: what is sold that very morning still counts
            wanted = 1 if had < rules.most and not (had and day in rules.close_on) else 0
        if wanted and len(self.lots) < rules.most:
            self._open(bar, wanted)

    def _open(self, bar: int, side: int) -> None:
        opening = self.prices.open[bar]
        price = opening * (1 + side * self.money.slippage)
        equity = self.cash + sum(lot.side * lot.quantity * opening for lot in self.lots)
        affordable = (self.cash - self.money.fixed) / (price * (1 + self.money.rate))
        quantity = affordable if self.rules.size is None else min(affordable, equity * self.rules.size / price)
        if self.rules.whole:
            quantity = float(floor(quantity + 1e-9))
        if quantity <= 0:
            return
        self.cash -= side * quantity * price + self._commission(quantity, price)
        self.lots.append(Lot(side, quantity, bar, price, bar - 1, price))

    def _within(self, bar: int, lot: Lot) -> None:
        """Open beyond the target, open beyond the stop, stop in the bar, target in the bar: in this order."""
        prices, side = self.prices, lot.side
        opening, high, low = prices.open[bar], prices.high[bar], prices.low[bar]
        target = lot.entry_price * (1 + side * self.rules.target) if self.rules.target else None
        stop = self._stop(lot)
        worst, best = (low, high) if side > 0 else (high, low)
        slipped = 1 - side * self.money.slippage
        if bar > lot.entry_bar and target is not None and side * (opening - target) >= 0:
            self._close(bar, lot, opening)
        elif bar > lot.entry_bar and stop is not None and side * (opening - stop) <= 0:
            self._close(bar, lot, opening * slipped)
        elif stop is not None and side * (worst - stop) <= 0:
            self._close(bar, lot, stop * slipped)
        elif target is not None and side * (best - target) >= 0:
            self._close(bar, lot, target)
        lot.furthest = max(lot.furthest, high) if side > 0 else min(lot.furthest, low)

    def _stop(self, lot: Lot) -> float | None:
        rules, levels = self.rules, []
        if rules.stop:
            levels.append(lot.entry_price * (1 - lot.side * rules.stop))
        if rules.stop_range:
            levels.append(lot.entry_price - lot.side * rules.stop_range[0] * self.range[lot.decided])
        if rules.trailing:
            levels.append(lot.furthest * (1 - lot.side * rules.trailing))
        if not levels:
            return None
        return max(levels) if lot.side > 0 else min(levels)

    def _decide(self, bar: int) -> tuple[int, bool]:
        """Which side is wanted at the next open, 0 for none, and whether what is held is left."""
        rules = self.rules
        enter, leave, short, cover = (
            bool(signal and signal[bar]) for signal in (rules.enter, rules.leave, rules.short, rules.cover)
        )
        if self.lots and self.lots[0].side > 0:
            return (-1, True) if leave and short else (1 if enter and not leave and rules.most > 1 else 0, leave)
        if self.lots:
            return (1, True) if cover and enter else (0, cover)
        long_wanted, short_wanted = (enter and not leave) or rules.whenever_flat, short and not cover
        if long_wanted and short_wanted:
            return 0, False
        return (1 if long_wanted else -1 if short_wanted else 0), False

    def _close(self, bar: int, lot: Lot, price: float) -> None:
        self.cash += lot.side * lot.quantity * price - self._commission(lot.quantity, price)
        self.lots.remove(lot)
        self.closed.append((lot.entry_bar, self._row(lot, bar, price)))

    def _commission(self, quantity: float, price: float) -> float:
        return quantity * price * self.money.rate + self.money.fixed

    def _row(self, lot: Lot, bar: int | None, price: float | None) -> Trade:
        return Trade(
            symbol=self.prices.symbol,
            direction="long" if lot.side > 0 else "short",
            entry_at=self.prices.dates[lot.entry_bar].isoformat(),
            entry_price=lot.entry_price,
            exit_at=None if bar is None else self.prices.dates[bar].isoformat(),
            exit_price=price,
        )
