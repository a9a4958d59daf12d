"""What a plan of weights wants to hold at each open, from bars that were complete before it."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Bars, Floats
from bgagent.engine.other_symbols import read_by, words_of
from bgagent.engine.plan import Weighting, WeightPlan
from bgagent.engine.rules import parse, parse_condition
from bgagent.engine.timeline import Timeline
from bgagent.engine.windows import volatility

Conditions = NDArray[np.bool_]


class TargetWeights:
    """The weights that a plan gives, one for each of its `held_symbols`, for orders that fill at the open of a bar.

    bars: of every symbol that the plan needs, by symbol. Raises RuleError for text outside the rule language.
    """

    def __init__(self, plan: WeightPlan, bars: Mapping[str, Bars], timeline: Timeline) -> None:
        self.plan = plan
        self._places = {symbol: place for place, symbol in enumerate(plan.held_symbols)}
        universe = [bars[symbol] for symbol in plan.needed_symbols]
        words = words_of(plan.needed_symbols)
        self._signals = _conditions(plan.when, bars[plan.signal_symbol or plan.symbols[0]], timeline, universe)
        self._holds: Conditions = np.ones((len(timeline), len(plan.symbols)), dtype=np.bool_)
        if plan.holds is not None:
            read_on = [bars[plan.signal_symbol or symbol] for symbol in plan.symbols]
            self._holds = np.column_stack([_conditions(plan.holds, each, timeline, universe) for each in read_on])
        self._scores: Floats = np.zeros((0, 0))
        if plan.score is not None:
            score = parse(plan.score, words)
            read = read_by(score.symbols, universe)
            columns = [score.numbers(bars[symbol], read) for symbol in plan.symbols]
            self._scores = _before(columns, bars, plan, timeline)
        elif plan.weighting is Weighting.INVERSE_VOLATILITY:
            deviations = [volatility(bars[symbol].close, plan.volatility_bars) for symbol in plan.symbols]
            self._scores = 1.0 / _before(deviations, bars, plan, timeline)

    def is_signalled(self, bar: int) -> bool:
        """Whether the plan's `when` is true for the open of a bar."""
        return bool(self._signals[bar])

    def at(self, bar: int) -> Floats:
        """(k,): the weights for the open of a bar."""
        plan, holds = self.plan, self._holds[bar]
        wanted = self._wanted(bar)
        kept = np.where(holds, wanted, 0.0)
        left = float(wanted.sum() - kept.sum())
        if plan.weighting is Weighting.RANKED:
            left = plan.invested * (1.0 - np.count_nonzero(kept) / ((plan.top or 0) + (plan.bottom or 0)))
        elif plan.weighting is Weighting.FORMULA:
            left = plan.invested - float(kept.sum())
        if plan.spread and kept.any():
            kept *= (np.abs(kept).sum() + left) / np.abs(kept).sum()
        weights = np.zeros(len(self._places))
        weights[: len(kept)] = kept
        if plan.otherwise is not None:
            weights[self._places[plan.otherwise]] += left
        return weights

    def _wanted(self, bar: int) -> Floats:
        """(k,): the weights of the plan's symbols before those are left out that are not held."""
        plan, count = self.plan, len(self.plan.symbols)
        match plan.weighting:
            case Weighting.FIXED:
                return np.array(plan.weights)
            case Weighting.EQUAL:
                return np.full(count, plan.invested / count)
            case Weighting.INVERSE_VOLATILITY:
                shares = np.where(np.isfinite(self._scores[bar]), self._scores[bar], 0.0)
                return plan.invested * shares / shares.sum() if shares.any() else np.zeros(count)
            case Weighting.FORMULA:
                shares = np.maximum(np.nan_to_num(self._scores[bar], nan=0.0), 0.0)
                total = float(shares.sum())
                cut: Floats = shares * min(1.0, plan.invested / total) if total else shares
                return cut
        may_rank = ~np.isnan(self._scores[bar])
        return self._ranked(self._scores[bar], may_rank if plan.ranked_first else self._holds[bar] & may_rank)

    def _ranked(self, scores: Floats, holds: Conditions) -> Floats:
        """Equal weights for the best of those that may be held, the same below 0 for the worst."""
        top, bottom = self.plan.top or 0, self.plan.bottom or 0
        weights = np.zeros(len(scores))
        order: NDArray[np.int64] = np.argsort(-scores, kind="stable")
        order = order[holds[order]]
        each = self.plan.invested / (top + bottom)
        weights[order[:top]] = each
        if bottom:
            weights[order[max(top, len(order) - bottom) :]] = -each
        return weights


def _conditions(text: str | None, bars: Bars, timeline: Timeline, universe: Sequence[Bars]) -> Conditions:
    """(n,): whether a condition was true at the last close before each bar's open. universe: bars it may read."""
    if text is None:
        return np.ones(len(timeline), dtype=np.bool_)
    before = timeline.before(bars)
    condition = parse_condition(text, words_of(each.symbol for each in universe))
    return (before >= 0) & condition.conditions(bars, read_by(condition.symbols, universe))[before]


def _before(columns: list[Floats], bars: Mapping[str, Bars], plan: WeightPlan, timeline: Timeline) -> Floats:
    """(n, k): what columns over the symbols' own bars said at the last close before each open; NaN for nothing."""
    result = np.full((len(columns), len(timeline)), np.nan)
    for place, (symbol, column) in enumerate(zip(plan.symbols, columns, strict=True)):
        if timeline.is_common and len(column) == len(timeline):
            result[place, 1:] = column[:-1]
            continue
        before = timeline.before(bars[symbol])
        result[place] = np.where(before >= 0, column[before], np.nan)
    return result.T
