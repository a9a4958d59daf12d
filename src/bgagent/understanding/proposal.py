"""What a model answers when it reads a sentence: a plan per run, and a ledger of every part of the sentence.

The answer is parsed once, here, against the sentence; all that is wrong with it goes back to the model together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from itertools import chain

from bgagent.artifacts.clauses import Assumption, Clause, ClauseStatus
from bgagent.engine.plan import Rule, RulePlan, SizeKind
from bgagent.engine.rules import RuleError, parse_calendar, parse_condition
from bgagent.language.contradictions import impossible
from bgagent.llm.answers import Unreadable, read_object
from bgagent.periods import Timeframe
from bgagent.understanding.certain import Outline
from bgagent.understanding.coverage import Span, find_words, numbers_left_out, words_left_out
from bgagent.understanding.form import read_form

UNRELATED = "says nothing of a backtest; nothing of it is done"
"""The value of a clause that the sentence could do without."""


class Became(StrEnum):
    """What a part of the sentence became."""

    STATED = "stated"  # a value of the answer
    DEFAULTED = "defaulted"  # it points at a value that a default fills
    UNSUPPORTED = "unsupported"  # it belongs to the backtest and cannot be said
    UNRELATED = "unrelated"  # it says nothing of a backtest


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the sentence. words: copied from it. field: which value it became. value: what it was read as."""

    words: str
    status: Became
    field: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One strategy. label: a few words that tell it from the others."""

    plan: RulePlan
    label: str = ""


@dataclass(frozen=True, slots=True)
class StatedCosts:
    """What the sentence says of costs; see `bgagent.engine.plan.Costs`."""

    slippage_bps: float | None = None
    commission_bps: float | None = None
    commission_per_share: float | None = None
    commission_per_order: float | None = None
    commission_minimum: float | None = None

    def __post_init__(self) -> None:
        for name, value in self.stated().items():
            if value < 0:
                raise ValueError(f"{name} must be 0 or more, was {value}")

    def stated(self) -> dict[str, float]:
        """Name and value of each that is said."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Proposal:
    """The whole answer; what the sentence does not say is left out."""

    clauses: tuple[Part, ...]
    runs: tuple[Run, ...] = ()
    start: date | None = None
    end: date | None = None
    timeframe: Timeframe | None = None
    initial_capital: float | None = None
    currency: str | None = None
    costs: StatedCosts | None = None
    benchmark: str | None = None
    assumptions: tuple[Assumption, ...] = ()
    questions: tuple[str, ...] = ()


class LeftOut(Unreadable):
    """Nothing but words or numbers of the sentence that no clause accounts for."""

    def __init__(self, message: str, words: tuple[str, ...]) -> None:
        super().__init__(message)
        self.words = words


def read_proposal(answer: str, sentence: str, known: Outline) -> tuple[Proposal, tuple[Clause, ...]]:
    """The answer and its ledger, bound to the places of the sentence. Raises Unreadable naming all that is wrong.

    known: what needs no model; the answer must name its symbols and account for the rest of its words.
    """
    problems: list[str] = []
    proposal = read_form(read_object(answer), Proposal, "answer", problems)
    if proposal is None:
        raise Unreadable("\n".join(problems))
    for index, run in enumerate(proposal.runs):
        problems.extend(f"runs[{index}].plan.{problem}" for problem in _problems_of(run.plan))
    problems.extend(_problems_of_answer(proposal, known))
    clauses = _placed(proposal.clauses, sentence, problems)
    if problems:
        raise Unreadable("\n".join(problems))
    if not proposal.questions:
        _check_nothing_left_out(proposal, clauses, sentence, known)
    return proposal, clauses


def _problems_of(plan: RulePlan) -> list[str]:
    """What the engine would refuse, rule by rule."""
    rules: dict[str, Rule | None] = {
        name: getattr(plan, name) for name in ("entry", "exit", "short_entry", "short_exit")
    }
    parsers: tuple[tuple[str, Callable[[str], object]], ...] = (("when", parse_condition), ("on", parse_calendar))
    problems = []
    for name, rule in rules.items():
        for key, parse in parsers if rule is not None else ():
            try:
                if (text := getattr(rule, key)) is not None:
                    parse(text)
            except RuleError as error:
                problems.append(f"{name}.{key}: {error}")
                continue
            if key == "when" and text is not None and impossible(parse_condition(text).node):
                problems.append(f"{name}.when: can never be true; if the sentence says it so, ask")
    if plan.sizing.kind is SizeKind.RISK and plan.stop_loss is None:
        problems.append("sizing: a size by risk needs a stop_loss")
    if plan.exit is not None and plan.entry is None:
        problems.append("exit: there is no entry; a short position is closed by short_exit")
    if plan.short_exit is not None and plan.short_entry is None:
        problems.append("short_exit: there is no short_entry")
    return problems


def _problems_of_answer(proposal: Proposal, known: Outline) -> list[str]:
    unsupported = any(part.status is Became.UNSUPPORTED for part in proposal.clauses)
    if not proposal.runs:
        return [] if proposal.questions or unsupported else ["runs: there is none"]
    problems = []
    named = [run.plan.symbol for run in proposal.runs] + ([proposal.benchmark] if proposal.benchmark else [])
    if known.symbols:
        sure = ", ".join(known.symbols)
        strangers = [symbol for symbol in dict.fromkeys(named) if symbol not in known.mentioned]
        problems += [f"the sentence names {sure}, and the answer has {symbol}" for symbol in strangers]
        missing = [symbol for symbol in known.symbols if symbol not in named and not unsupported]
        problems += [f"the symbol {symbol} of the sentence is in no run" for symbol in missing]
    elif not any("symbol" in part.field for part in proposal.clauses if part.status is Became.STATED):
        problems.append("clauses: none says where the symbol comes from; ask for it if the sentence names none")
    problems += [
        f"runs[{index}].plan.{name}: no clause and no assumption says where it comes from"
        for index, run in enumerate(proposal.runs)
        for name in _unfounded(run.plan, proposal)
    ]
    if len({run.label for run in proposal.runs}) < len(proposal.runs):
        problems.append("runs: each needs a label of its own")
    return problems


def _unfounded(plan: RulePlan, proposal: Proposal) -> list[str]:
    """Fields of the plan that nothing in the answer accounts for; the symbol is held against the sentence itself."""
    told = [part.field for part in proposal.clauses if part.status in (Became.STATED, Became.DEFAULTED)]
    told += [assumption.field for assumption in proposal.assumptions]
    given = [
        field.name for field in fields(plan) if getattr(plan, field.name) != field.default and field.name != "symbol"
    ]
    return [name for name in given if not any(name in field for field in told)]


def _placed(parts: Sequence[Part], sentence: str, problems: list[str]) -> tuple[Clause, ...]:
    """The parts at their places, in the order of the sentence."""
    taken: list[Span] = []
    clauses: list[Clause] = []
    for index, part in enumerate(parts):
        span = find_words(part.words, sentence, taken)
        if span is None:
            problems.append(f'clauses[{index}].words: "{part.words}" does not stand in the sentence; copy its words')
            continue
        if part.status is Became.UNRELATED and any(sign.isdigit() or sign == "%" for sign in part.words):
            problems.append(f'clauses[{index}]: "{part.words}" has a number in it, so it is not unrelated')
        taken.append(span)
        clauses.append(_clause(part, sentence[slice(*span)], span))
    return tuple(sorted(clauses, key=lambda clause: clause.span))


def _clause(part: Part, words: str, span: Span) -> Clause:
    if part.status is Became.UNRELATED:
        return Clause(words, span, ClauseStatus.UNSUPPORTED, "", UNRELATED)
    return Clause(words, span, ClauseStatus(part.status.value), part.field, part.value)


def _check_nothing_left_out(proposal: Proposal, clauses: Sequence[Clause], sentence: str, known: Outline) -> None:
    """Raises LeftOut unless every word is in a clause and every number in a value."""
    certain = [fact.span for fact in known.facts if fact.covers]
    covered = [clause.span for clause in clauses]
    words = words_left_out(sentence, [*covered, *certain], within=known.meaningful)
    refused = [clause.span for clause in clauses if clause.status is ClauseStatus.UNSUPPORTED]
    numbers = numbers_left_out(sentence, _texts(proposal), known=[*certain, *refused])
    problems = [f'clauses: no clause accounts for the words "{stretch}"' for stretch in words]
    problems += [f"the number {number} of the sentence is in no value of the answer" for number in numbers]
    if problems:
        raise LeftOut("\n".join(problems), (*words, *numbers))


def _texts(value: object) -> list[str]:
    """Every text and number in a value, the words copied from the sentence aside."""
    if isinstance(value, tuple):
        return list(chain.from_iterable(map(_texts, value)))
    if is_dataclass(value):
        names = [field.name for field in fields(value) if field.name != "words"]
        return list(chain.from_iterable(_texts(getattr(value, name)) for name in names))
    return [] if value is None else [str(value)]
