"""Stops, targets, holding times and percentages of a sentence, held against the plan itself.

What a clause says of itself proves nothing: a clause may repeat "5% stop" while the plan beside it has 8 %.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass

from bgagent.artifacts.clauses import Clause, ClauseStatus
from bgagent.artifacts.code_plan import CodePlan
from bgagent.engine.plan import Distance, DistanceKind, Plan, RulePortfolio
from bgagent.language.meanings import BarLength, Holding, Protection
from bgagent.periods import Timeframe
from bgagent.understanding.certain import Literal, Outline
from bgagent.understanding.coverage import Span
from bgagent.understanding.proposal import Proposal

_PERCENT = re.compile(r"(?<![\w.])(\d[\d,]*\.?\d*|\.\d+)[\s-]?(?:%|percent\b|per cent\b|pct\b)", re.IGNORECASE)
_NUMBER = re.compile(r"\d+\.?\d*(?:e-?\d+)?")
_BARS_OF = {
    "bar": (1.0,),
    "day": (1.0,),
    "week": (5.0, 7.0),
    "month": (21.0, 20.0, 22.0, 30.0),
    "quarter": (63.0, 90.0),
    "year": (252.0, 250.0, 365.0),
}
"""Daily bars that a unit of time may stand for."""


@dataclass(frozen=True, slots=True)
class _Figures:
    """The numbers of some values. fields: of fields that are numbers; texts: of expressions and words."""

    fields: tuple[float, ...]
    texts: tuple[float, ...]

    @classmethod
    def of(cls, *values: object) -> "_Figures":
        numbers: list[float] = []
        texts: list[float] = []
        for value in values:
            for leaf in _leaves(value):
                if isinstance(leaf, str):
                    texts += [float(number) for number in _NUMBER.findall(leaf.replace(",", ""))]
                else:
                    numbers.append(leaf)
        return cls(tuple(numbers), tuple(texts))

    def have_fraction(self, fraction: float) -> bool:
        """Whether it stands there: as it is, or in a text as a percentage or a factor such as 0.95."""
        said = (fraction, 100 * fraction, 1 - fraction, 1 + fraction)
        return _is_in(fraction, self.fields) or any(_is_in(number, self.texts) for number in said)

    def have(self, number: float) -> bool:
        """Whether the number itself stands there."""
        return _is_in(number, (*self.fields, *self.texts))


def misread(proposal: Proposal, known: Outline) -> list[tuple[str, str]]:
    """(what is wrong, words of the sentence) of each stop, target and holding time that a plan has otherwise."""
    return [
        (f"{place}.{field} is {_shown(given)}, and the sentence says '{words}'", words)
        for place, plan in _plans(proposal)
        for field, literals in _by_field(known.literals).items()
        if (given := getattr(plan, field, None)) is not None
        for words in [", ".join(dict.fromkeys(literal.words for literal in literals))]
        if not any(_is_that(given, literal, proposal, known) for literal in literals)
    ]


def missing(proposal: Proposal, clauses: Sequence[Clause], sentence: str, known: Outline) -> list[tuple[str, str]]:
    """(what is wrong, words of the sentence) of each stop, target, holding time and percentage that no plan has.

    Left aside is what a clause calls defaulted, unsupported or unrelated, and what is certain already. Code is written
    from the clauses too, so that there a percentage may stand in the value of one.
    """
    plans = [plan for _, plan in _plans(proposal)]
    figures = _Figures.of(*plans, *(row.value for row in proposal.assumptions))
    excused = [fact.span for fact in known.facts if fact.covers]
    excused += [clause.span for clause in clauses if clause.status is not ClauseStatus.STATED]
    found = [
        (f"the '{literal.words}' of the sentence is in no plan: {literal.field} has to be given, or said in it", words)
        for literal in known.literals
        for words in [literal.words]
        if not _meets(literal.span, excused) and not _has(figures, literal)
    ]
    if any(isinstance(plan, CodePlan) for plan in plans):
        figures = _Figures.of(*plans, *(row.value for row in proposal.assumptions), *(part.value for part in clauses))
    costs = _Figures.of(proposal.costs)
    for match in _PERCENT.finditer(sentence):
        fraction = float(match[1].replace(",", "")) / 100
        is_there = figures.have_fraction(fraction) or _is_in(fraction * 10_000, costs.fields)
        if not is_there and not _meets(match.span(), [*excused, *(literal.span for literal in known.literals)]):
            found.append((f"the {match[0]} of the sentence is in no plan", match[0]))
    return list(dict.fromkeys(found))


def _plans(proposal: Proposal) -> Iterator[tuple[str, Plan]]:
    for index, run in enumerate(proposal.runs):
        if isinstance(run.plan, RulePortfolio):
            yield from ((f"runs[{index}].plan.plans[{i}]", inner) for i, inner in enumerate(run.plan.plans))
        yield f"runs[{index}].plan", run.plan


def _by_field(literals: Iterable[Literal]) -> dict[str, list[Literal]]:
    by_field: dict[str, list[Literal]] = {}
    for literal in literals:
        by_field.setdefault(literal.field, []).append(literal)
    return by_field


def _is_that(given: object, literal: Literal, proposal: Proposal, known: Outline) -> bool:
    """Whether a field of a plan is what the sentence says, or cannot be compared with it."""
    match given, literal.fact:
        case Distance() as distance, Protection(_, said):
            return distance.kind is not said.kind or _is_in(distance.value, (said.value,))
        case int(bars), Holding(duration):
            if duration.unit != "bar" and not _is_daily(proposal, known):
                return True
            return duration.unit not in _BARS_OF or any(
                abs(duration.count * factor - bars) < 1 for factor in _BARS_OF[duration.unit]
            )
    return True


def _is_daily(proposal: Proposal, known: Outline) -> bool:
    said = [certain.fact.timeframe for certain in known.facts if isinstance(certain.fact, BarLength)]
    return all(timeframe is Timeframe.DAY for timeframe in (*said, proposal.timeframe or Timeframe.DAY))


def _has(figures: _Figures, literal: Literal) -> bool:
    match literal.fact:
        case Holding(duration):
            return duration.unit not in _BARS_OF or any(
                figures.have(float(round(duration.count * factor))) for factor in (1.0, *_BARS_OF[duration.unit])
            )
        case Protection(_, distance):
            if distance.kind is DistanceKind.FRACTION:
                return figures.have_fraction(distance.value)
            # a level of the chart can be written in many ways
            return distance.kind is DistanceKind.PRICE or figures.have(distance.value)


def _shown(given: object) -> str:
    return f"{given.value:g} ({given.kind.value})" if isinstance(given, Distance) else str(given)


def _leaves(value: object) -> Iterator[str | float]:
    """Every text and number in a value."""
    match value:
        case bool() | None:
            return
        case str() | int() | float():
            yield value
        case tuple() | list():
            for item in value:
                yield from _leaves(item)
        case _ if is_dataclass(value):
            for field in fields(value):
                yield from _leaves(getattr(value, field.name))


def _is_in(number: float, among: Iterable[float]) -> bool:
    return any(abs(number - other) <= 1e-9 * max(1.0, abs(other)) for other in among)


def _meets(span: Span, others: Iterable[Span]) -> bool:
    return any(span[0] < other[1] and other[0] < span[1] for other in others)
