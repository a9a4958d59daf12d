"""What each sentence of the built-in suite must come to, written out by hand.

A separate, slow program: it imports nothing of the one it is held against, and nothing but Python's own library. Bars
come as CSV, strategies stand below, indicators and books are plain loops over lists. `python -m
tests.evals.record_golds` runs it and keeps what it finds as the golds of the suite.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from tests.evals.oracle.holding import hold_by_weights, pay_in
from tests.evals.oracle.indicators import (
    above,
    band,
    below,
    both,
    change,
    crosses_above,
    crosses_below,
    exponential,
    highest,
    lowest,
    macd,
    macd_signal,
    mean,
    strength,
)
from tests.evals.oracle.prices import Prices, weeks
from tests.evals.oracle.trading import Money, Outcome, Rules, trade

Signals = Callable[[Prices], Rules]
Read = Callable[[str], Prices]


@dataclass
class Answer:
    """What is right. Each of the answers is a list of runs; trades are compared where there are any to compare."""

    answers: list[list[Outcome]]
    trades_count: bool = True


def _years(first: int, last: int) -> tuple[date, date]:
    return date(first, 1, 1), date(last, 12, 31)


@dataclass
class Traded:
    """One symbol and its rules; several symbols, or several rules, are one run each."""

    symbols: str
    window: tuple[date, date]
    rules: Signals
    money: Money = field(default_factory=Money)
    weekly: bool = False
    others: tuple[Signals, ...] = ()

    def answer(self, read: Read) -> Answer:
        runs = [
            self._run(read(symbol), rules) for symbol in self.symbols.split() for rules in (self.rules, *self.others)
        ]
        return Answer([runs])

    def _run(self, days: Prices, rules: Signals) -> Outcome:
        start, end = self.window
        first, prices = days.window(start, end)
        if self.weekly:
            prices = weeks(prices, start)
            first = next(index for index, day in enumerate(prices.dates) if day >= start)
        return trade(prices, first, rules(prices), self.money)


def _averages(fast: int, slow: int, kind: Callable[[list[float], int], list[float]] = mean, **more: object) -> Signals:
    def rules(p: Prices) -> Rules:
        one, other = kind(p.close, fast), kind(p.close, slow)
        return Rules(enter=crosses_above(one, other), leave=crosses_below(one, other), **more)  # type: ignore[arg-type]

    return rules


def _levels(low: float, high: float, length: int = 14, **more: object) -> Signals:
    def rules(p: Prices) -> Rules:
        line = strength(p.close, length)
        return Rules(enter=below(line, low), leave=above(line, high), **more)  # type: ignore[arg-type]

    return rules


def _both_sides(fast: int, slow: int, kind: Callable[[list[float], int], list[float]], **more: object) -> Signals:
    def rules(p: Prices) -> Rules:
        one, other = kind(p.close, fast), kind(p.close, slow)
        up, down = crosses_above(one, other), crosses_below(one, other)
        return Rules(enter=up, leave=down, short=down, cover=up, **more)  # type: ignore[arg-type]

    return rules


def _held(_: Prices) -> Rules:
    return Rules(at_start=True)


def _trend_and_strength(p: Prices) -> Rules:
    line = strength(p.close)
    return Rules(enter=both(below(line, 40), above(p.close, mean(p.close, 200))), leave=above(line, 60))


def _strength_crossing(p: Prices) -> Rules:
    line = strength(p.close)
    return Rules(enter=crosses_above(line, 35), leave=crosses_below(line, 60))


def _touch(p: Prices) -> Rules:
    lower, upper = band(p.close, 20, -2), band(p.close, 20, 2)
    enter = [low <= level for low, level in zip(p.low, lower, strict=True)]
    return Rules(enter=enter, leave=[high >= level for high, level in zip(p.high, upper, strict=True)])


def _band_close(p: Prices) -> Rules:
    return Rules(enter=below(p.close, band(p.close, 20, -2)), leave=above(p.close, mean(p.close, 20)))


def _distance(p: Prices) -> Rules:
    lower, middle = band(p.close, 50, -2), mean(p.close, 50)
    enter = [close <= level for close, level in zip(p.close, lower, strict=True)]
    return Rules(enter=enter, leave=[close >= level for close, level in zip(p.close, middle, strict=True)])


def _macd(**more: object) -> Signals:
    def rules(p: Prices) -> Rules:
        line, signal = macd(p.close), macd_signal(p.close)
        return Rules(enter=crosses_above(line, signal), leave=crosses_below(line, signal), **more)  # type: ignore[arg-type]

    return rules


def _macd_zero(p: Prices) -> Rules:
    line = macd(p.close)
    return Rules(enter=crosses_above(line, 0), leave=crosses_below(line, 0))


def _breakout(p: Prices) -> Rules:
    return Rules(enter=above(p.close, highest(p.high, 55)), leave=below(p.close, lowest(p.low, 20)))


def _breakout_on_volume(p: Prices) -> Rules:
    usual = [1.5 * value for value in mean(p.volume, 20)]
    enter = both(above(p.close, highest(p.high, 20)), above(p.volume, usual))
    return Rules(enter=enter, leave=below(p.close, lowest(p.low, 10)))


def _while_above(p: Prices) -> Rules:
    line = mean(p.close, 150)
    return Rules(enter=above(p.close, line), leave=[not state for state in above(p.close, line)])


def _price_cross(p: Prices) -> Rules:
    line = mean(p.close, 50)
    return Rules(enter=crosses_above(p.close, line), leave=crosses_below(p.close, line))


def _trailing_only(p: Prices) -> Rules:
    return Rules(enter=crosses_above(mean(p.close, 10), mean(p.close, 30)), trailing=0.07)


def _short(p: Prices) -> Rules:
    line = strength(p.close)
    return Rules(short=above(line, 70), cover=below(line, 50), stop=0.08)


def _season(p: Prices) -> Rules:
    years = range(2015, 2025)
    return Rules(
        open_on={_session(p, date(year, 11, 1)) for year in years},
        close_on={_session(p, date(year, 5, 1)) for year in years},
    )


def _session(p: Prices, day: date) -> date:
    """The day itself, or the first session after it."""
    return next(own for own in p.dates if own >= day)


def _on(p: Prices, weekday: int) -> set[date]:
    return {day for day in p.dates if day.weekday() == weekday}


def _week(p: Prices) -> Rules:
    """In on Mondays, out on Fridays; without a Friday's session on the next one, without a Monday's not in."""
    fridays = set()
    for before, day in zip(p.dates, p.dates[1:], strict=False):
        passed = [date.fromordinal(number).weekday() for number in range(before.toordinal() + 1, day.toordinal() + 1)]
        if 4 in passed:
            fridays.add(day)
    return Rules(open_on=_on(p, 0), close_on=fridays)


def _weak_monday(p: Prices) -> Rules:
    return Rules(open_on=_on(p, 0), only_when=below(strength(p.close), 45), hold=3)


def _after_drop(p: Prices) -> Rules:
    return Rules(enter=[move <= -0.03 for move in change(p.close, 1)], hold=4)


def _wide_day(p: Prices) -> Rules:
    wide = [(high - low) / close > 0.07 for high, low, close in zip(p.high, p.low, p.close, strict=True)]
    return Rules(enter=wide, hold=3, target=0.08)


def _target_lines(p: Prices) -> Rules:
    return Rules(enter=below(strength(p.close, 7), 25), target=0.06, stop=0.05, hold=15)


def _lots(p: Prices) -> Rules:
    return Rules(open_on=_on(p, 0), size=0.02, most=3, stop=0.08, target=0.15)


@dataclass
class Weighted:
    """A portfolio. weights: by the day's index and the prices of all symbols."""

    symbols: str
    window: tuple[date, date]
    every: str
    capital: float
    weights: Callable[[dict[str, Prices], int], dict[str, float]]

    def answer(self, read: Read) -> Answer:
        cut = {symbol: read(symbol).window(*self.window) for symbol in self.symbols.split()}
        universe = {symbol: prices for symbol, (_, prices) in cut.items()}
        first = next(first for first, _ in cut.values())
        equity = hold_by_weights(universe, first, lambda bar: self.weights(universe, bar), self.every, self.capital)
        return Answer([[Outcome(equity, [])]], trades_count=False)


def _fixed(**shares: float) -> Callable[[dict[str, Prices], int], dict[str, float]]:
    return lambda _, __: shares


def _either(universe: dict[str, Prices], bar: int) -> dict[str, float]:
    gains = _gains(universe, bar, 63)
    return {"XLK" if gains["XLK"] > gains["SPY"] else "SPY": 1.0}


def _best(universe: dict[str, Prices], bar: int) -> dict[str, float]:
    gains = _gains(universe, bar, 126)
    return {max(gains, key=lambda symbol: gains[symbol]): 1.0}


def _gains(universe: dict[str, Prices], bar: int, length: int) -> dict[str, float]:
    """Returns up to the close before the day."""
    return {symbol: p.close[bar - 1] / p.close[bar - 1 - length] - 1 for symbol, p in universe.items()}


@dataclass
class Paid:
    """Money paid in every month. either: with or without a payment on the first day, both are right."""

    symbol: str
    window: tuple[date, date]
    payment: float
    start: float = 0.0

    def answer(self, read: Read) -> Answer:
        first, prices = read(self.symbol).window(*self.window)
        begins = (True, False) if self.start else (True,)
        found = [pay_in(prices, first, self.payment, "month", start=self.start, from_first=each) for each in begins]
        return Answer([[Outcome(equity, [])] for equity in found], trades_count=False)


CASES: dict[str, Traded | Weighted | Paid] = {
    "crossover-simple": Traded("MSFT", _years(2021, 2023), _averages(20, 50), Money(25_000)),
    "crossover-golden": Traded("SPY", _years(2012, 2022), _averages(50, 200), Money(40_000)),
    "crossover-exponential": Traded("NFLX", _years(2022, 2023), _averages(9, 21, exponential), Money(15_000)),
    "crossover-lines": Traded("GOOGL", _years(2020, 2022), _averages(15, 45, stop=0.06), Money(30_000)),
    "crossover-percent-costs": Traded(
        "IWM", _years(2021, 2023), _averages(10, 40), Money(25_000, slippage=0.001, rate=0.001)
    ),
    "crossover-fixed-costs": Traded("DIA", _years(2018, 2021), _averages(12, 48), Money(slippage=0, fixed=2)),
    "rsi-levels": Traded("QCOM", _years(2022, 2023), _levels(35, 65), Money(12_000)),
    "rsi-two-days": Traded("QQQ", _years(2019, 2023), _levels(8, 85, 2)),
    "rsi-trend-lines": Traded("UNH", _years(2015, 2023), _trend_and_strength, Money(20_000)),
    "rsi-crossing": Traded("BAC", _years(2018, 2022), _strength_crossing),
    "rsi-defaults": Traded("AMD", _years(2019, 2023), _levels(30, 70)),
    "bands-touch": Traded("META", _years(2021, 2022), _touch, Money(15_000)),
    "bands-close": Traded("KO", _years(2020, 2023), _band_close),
    "bands-distance": Traded("SLV", _years(2020, 2023), _distance),
    "macd-signal": Traded("COST", _years(2021, 2023), _macd()),
    "macd-lines": Traded("ADBE", _years(2020, 2022), _macd(target=0.12, stop=0.06), Money(18_000)),
    "macd-zero": Traded("CAT", _years(2017, 2021), _macd_zero),
    "breakout-high": Traded("NVDA", _years(2019, 2022), _breakout, Money(20_000)),
    "breakout-volume-lines": Traded("LLY", _years(2020, 2023), _breakout_on_volume),
    "trend-state": Traded("SPY", _years(2010, 2020), _while_above, Money(50_000)),
    "trend-price-cross": Traded("XOM", _years(2019, 2022), _price_cross),
    "stop-and-target": Traded("AMZN", _years(2021, 2022), lambda _: Rules(whenever_flat=True, stop=0.04, target=0.08)),
    "stop-trailing": Traded("JPM", _years(2016, 2020), _trailing_only),
    "stop-of-range": Traded("HD", _years(2015, 2019), _averages(20, 60, stop_range=(2.0, 14))),
    "target-lines": Traded("DIS", _years(2021, 2023), _target_lines),
    "short-rsi": Traded("TSLA", _years(2021, 2023), _short),
    "both-crossover": Traded("QQQ", _years(2018, 2022), _both_sides(20, 60, mean), Money(40_000)),
    "both-trailing-lines": Traded(
        "ETH-USD", _years(2021, 2023), _both_sides(12, 26, exponential, trailing=0.05), Money(5_000)
    ),
    "dated-season": Traded("SPY", _years(2015, 2024), _season, Money(100_000)),
    "weekday-week": Traded("XLF", _years(2022, 2023), _week),
    "weekday-condition": Traded("IWM", _years(2020, 2023), _weak_monday),
    "hold-after-drop": Traded("INTC", _years(2019, 2022), _after_drop, Money(20_000)),
    "hold-range": Traded("BTC-USD", _years(2022, 2023), _wide_day, Money(25_000)),
    "size-share": Traded("PFE", _years(2020, 2022), _averages(5, 20, exponential, size=0.3), Money(60_000)),
    "size-whole-shares": Traded("AMD", _years(2020, 2022), _averages(10, 30, whole=True), Money(5_000)),
    "size-lots-lines": Traded("TSLA", _years(2021, 2021), _lots, Money(100_000)),
    "weekly-crossover": Traded("GLD", _years(2010, 2020), _averages(5, 20), weekly=True),
    "weekly-rsi": Traded("PG", _years(2012, 2022), _levels(45, 60), weekly=True),
    "crypto-crossover": Traded("BTC-USD", _years(2020, 2022), _averages(10, 40)),
    "crypto-dip": Traded("ETH-USD", _years(2020, 2021), _levels(30, 55, stop=0.12), Money(8_000)),
    "hold-one": Traded("JNJ", _years(2019, 2022), _held),
    "hold-last-years": Traded("VTI", (date(2022, 6, 30), date(2025, 6, 30)), _held),
    "compare-hold": Traded("AAPL ORCL IBM", _years(2023, 2023), _held),
    "compare-stop": Traded("CRM", _years(2019, 2022), _averages(20, 50), others=(_averages(20, 50, stop=0.05),)),
    "portfolio-quarterly": Weighted("SPY TLT", _years(2012, 2022), "quarter", 100_000, _fixed(SPY=0.6, TLT=0.4)),
    "portfolio-lines": Weighted("VTI BND GLD", _years(2015, 2020), "year", 50_000, _fixed(VTI=0.5, BND=0.3, GLD=0.2)),
    "portfolio-equal": Weighted(
        "AAPL MSFT AMZN", _years(2018, 2021), "month", 30_000, _fixed(AAPL=1 / 3, MSFT=1 / 3, AMZN=1 / 3)
    ),
    "rotation-either": Weighted("XLK SPY", _years(2019, 2022), "month", 50_000, _either),
    "rotation-best": Weighted("SPY EFA IEF", _years(2014, 2020), "month", 20_000, _best),
    "payments-monthly": Paid("SPY", _years(2018, 2022), 500),
    "payments-start": Paid("QQQ", _years(2019, 2021), 200, start=5_000),
}
