"""What a plan of weights wants to hold on each of its dates, reckoned once more and date by date.

Shares no code with the engine's own reckoning: it reads each symbol's own bars up to the last one that was complete
before the date, symbol by symbol, as a person with the plan and a price list would.
"""

import math
import statistics
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Bars
from bgagent.engine.plan import Weighting, WeightPlan
from bgagent.engine.rules import parse_calendar
from bgagent.engine.timeline import Timeline
from bgagent.implementation.readings import read_from
from bgagent.implementation.trial import Trial


@dataclass(frozen=True, slots=True)
class Date:
    """One rebalance date. bar: at whose open is traded; weights: of each symbol that may be held."""

    bar: int
    weights: dict[str, float]


def calendar_bars(on: str, timeline: Timeline, *, with_first: bool) -> list[int]:
    """Bars of the window that the calendar names; with_first: the first one always among them."""
    named = np.asarray(parse_calendar(on).evaluate(timeline.sessions, first=timeline.first))
    return [bar for bar in range(timeline.first, len(timeline)) if named[bar] or (with_first and bar == timeline.first)]


class Readings:
    """Expressions read at the last close of a symbol before a bar's open."""

    def __init__(self, trial: Trial) -> None:
        assert trial.timeline is not None
        self._times = trial.timeline.times
        self._own = trial.all_bars
        self._read: dict[tuple[str, str], NDArray[np.float64]] = {}

    def place(self, symbol: str, bar: int) -> int:
        """Index of the symbol's own last bar that is complete before a bar's open; -1 for none."""
        return int(np.searchsorted(self._own[symbol].times, self._times[bar], side="left")) - 1

    def bars(self, symbol: str) -> Bars:
        """The symbol's own bars."""
        return self._own[symbol]

    def is_true(self, text: str, symbol: str, bar: int) -> bool:
        """Whether a condition was true, and defined."""
        return self.number(text, symbol, bar) == 1.0

    def number(self, text: str, symbol: str, bar: int) -> float:
        """A score; NaN where it is not defined. Of a condition 1 where it was true."""
        if (text, symbol) not in self._read:
            reading = read_from(text, symbol, self._own)
            values = reading.evaluate(reading.expression.node)
            self._read[text, symbol] = np.asarray(values, dtype=np.float64)
        at = self.place(symbol, bar)
        return float(self._read[text, symbol][at]) if at >= 0 else math.nan


def wanted_dates(plan: WeightPlan, trial: Trial) -> list[Date]:
    """The dates on which the plan rebalances, as far as calendar and prices say, with the weights of each."""
    assert trial.timeline is not None
    readings = Readings(trial)
    signal = plan.signal_symbol or plan.symbols[0]
    return [
        Date(bar, wanted_weights(plan, readings, bar))
        for bar in calendar_bars(plan.on, trial.timeline, with_first=True)
        if plan.when is None or readings.is_true(plan.when, signal, bar)
    ]


def wanted_weights(plan: WeightPlan, readings: Readings, bar: int) -> dict[str, float]:
    """The weight of each symbol that may be held, for the open of a bar."""
    held = {
        symbol: plan.holds is None or readings.is_true(plan.holds, plan.signal_symbol or symbol, bar)
        for symbol in plan.symbols
    }
    if plan.weighting is Weighting.RANKED:
        kept, left = _ranked(plan, readings, bar, held)
    else:
        whole = _shares(plan, readings, bar)
        kept = {symbol: share if held[symbol] else 0.0 for symbol, share in whole.items()}
        left = sum(share for symbol, share in whole.items() if not held[symbol])
        if plan.weighting is Weighting.FORMULA:
            left = plan.invested - sum(kept.values())
    invested = sum(abs(share) for share in kept.values())
    if plan.spread and invested > 0:
        kept = {symbol: share * (invested + left) / invested for symbol, share in kept.items()}
    if plan.otherwise is not None:
        kept[plan.otherwise] = kept.get(plan.otherwise, 0.0) + left
    return kept


def _shares(plan: WeightPlan, readings: Readings, bar: int) -> dict[str, float]:
    """Shares before those are left out that are not to be held."""
    match plan.weighting:
        case Weighting.FIXED:
            return dict(zip(plan.symbols, plan.weights, strict=True))
        case Weighting.EQUAL:
            return {symbol: plan.invested / len(plan.symbols) for symbol in plan.symbols}
        case Weighting.FORMULA:
            return _by_formula(plan, readings, bar)
    calm = {symbol: _calmness(readings, symbol, bar, plan.volatility_bars) for symbol in plan.symbols}
    whole = sum(calm.values())
    return {symbol: plan.invested * one / whole if whole > 0 else 0.0 for symbol, one in calm.items()}


def _by_formula(plan: WeightPlan, readings: Readings, bar: int) -> dict[str, float]:
    """What the score gives, 0 where that is nothing to hold; all cut alike where it is too much together."""
    assert plan.score is not None
    found = {symbol: readings.number(plan.score, symbol, bar) for symbol in plan.symbols}
    shares = {symbol: number if number > 0 else 0.0 for symbol, number in found.items()}
    whole = sum(shares.values())
    return {symbol: share * min(1.0, plan.invested / whole) if whole else 0.0 for symbol, share in shares.items()}


def _calmness(readings: Readings, symbol: str, bar: int, count: int) -> float:
    """One over the sample deviation of the last `count` returns; 0 where there are fewer, or none that moved."""
    at = readings.place(symbol, bar)
    if at < count:
        return 0.0
    closes = readings.bars(symbol).close[at - count : at + 1].tolist()
    returns = [after / before - 1.0 for before, after in pairwise(closes)]
    return 1.0 / statistics.stdev(returns) if max(returns) > min(returns) else 0.0


def _ranked(plan: WeightPlan, readings: Readings, bar: int, held: dict[str, bool]) -> tuple[dict[str, float], float]:
    """Equal shares of the best, the same below 0 of the worst; and what is left because there were too few.

    A symbol that is not to be held is not ranked or, with `ranked_first`, is ranked and its place stays empty.
    """
    top, bottom = plan.top or 0, plan.bottom or 0
    asked = [symbol for symbol in plan.symbols if plan.ranked_first or held[symbol]]
    scores = {symbol: readings.number(plan.score or "", symbol, bar) for symbol in asked}
    known = [symbol for symbol in asked if not math.isnan(scores[symbol])]
    best_first = sorted(known, key=lambda symbol: -scores[symbol])  # of equal ones the one listed first
    each = plan.invested / (top + bottom)
    kept = dict.fromkeys(plan.symbols, 0.0)
    for symbol in best_first[:top]:
        kept[symbol] = each if held[symbol] else 0.0
    for symbol in best_first[top:][-bottom:] if bottom else []:
        kept[symbol] = -each if held[symbol] else 0.0
    chosen = sum(1 for share in kept.values() if share)
    return kept, plan.invested * (1.0 - chosen / (top + bottom))
