"""Holds a model's answer against the sentence and the engine, once, before anything else sees it.

All that is wrong with it goes back to the model together. What is only odd goes back too, once: a model that stays with
it is believed, and the report says so.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from itertools import chain

from bgagent.artifacts.clauses import Clause, ClauseStatus
from bgagent.artifacts.code_plan import CodePlan
from bgagent.engine.plan import Plan, Rule, RulePlan, RulePortfolio, SizeKind
from bgagent.engine.rules import RuleError, parse, parse_calendar, parse_condition
from bgagent.language.contradictions import impossible
from bgagent.llm.answers import Unreadable, read_object
from bgagent.understanding.certain import Outline
from bgagent.understanding.coverage import Span, find_words, numbers_left_out, words_left_out
from bgagent.understanding.form import read_form
from bgagent.understanding.literals import misread, missing
from bgagent.understanding.pieces import is_long, named_pieces, pieces_of
from bgagent.understanding.proposal import UNRELATED, Became, Part, Proposal


class LeftOut(Unreadable):
    """Nothing but words or numbers of the sentence that no clause accounts for."""

    def __init__(self, message: str, words: tuple[str, ...]) -> None:
        super().__init__(message)
        self.words = words


@dataclass(frozen=True, slots=True)
class ReadProposal:
    """An answer that can be used. clauses: at their places in the sentence. odd: what a person should look at."""

    proposal: Proposal
    clauses: tuple[Clause, ...]
    odd: tuple[str, ...] = ()


def read_proposal(answer: str, sentence: str, known: Outline, *, is_patient: bool = False) -> ReadProposal:
    """The answer and its ledger, bound to the places of the sentence. Raises Unreadable naming all that is wrong.

    known: what needs no model; the answer must account for the rest of its words. is_patient: what is only odd is
    listed in the result instead of raised.
    """
    problems: list[str] = []
    proposal = read_form(read_object(answer), Proposal, "answer", problems)
    if proposal is None:
        raise Unreadable("\n".join(problems))
    for index, run in enumerate(proposal.runs):
        problems.extend(f"runs[{index}].plan.{problem}" for problem in _problems_of(run.plan))
    problems.extend(_problems_of_answer(proposal))
    placed = _placed(proposal.clauses, sentence, problems)
    clauses = tuple(sorted((clause for _, clause in placed), key=lambda clause: clause.span))
    problems.extend(_wrong_symbols(proposal, clauses, sentence, known))
    odd = [*_unlikely_symbols(proposal, sentence, known), *_unfounded(proposal), *_unlikely_parts(placed)]
    if is_long(sentence) and not proposal.questions:  # it may be one of an explanation or an example
        odd += [problem for problem, _ in misread(proposal, known)]
        odd += [_NO_VALUE.format(number) for number in _numbers_left_out(proposal, clauses, sentence, known)]
    if problems or (odd and not is_patient):
        raise Unreadable("\n".join([*problems, *odd]))
    if not proposal.questions:
        _check_nothing_left_out(proposal, clauses, sentence, known)
    return ReadProposal(proposal, clauses, tuple(odd))


def _problems_of(plan: Plan) -> list[str]:
    """What the engine would refuse, rule by rule."""
    match plan:
        case RulePlan():
            return _problems_of_rules(plan)
        case RulePortfolio(plans):
            return [f"plans[{i}].{problem}" for i, inner in enumerate(plans) for problem in _problems_of_rules(inner)]
    readers: tuple[tuple[Sequence[str], Callable[[str], object]], ...] = (
        (plan.conditions, parse_condition), (plan.scores, parse), (plan.calendars, parse_calendar)
    )  # fmt: skip
    problems = []
    for texts, parse_text in readers:
        for text in texts:
            try:
                parse_text(text)
            except RuleError as error:
                problems.append(f"{text!r}: {error}")
    if isinstance(plan, CodePlan) and plan.sizing is not None and plan.sizing.kind is SizeKind.POSITION:
        problems.append("sizing: an entry is not sized by what is held")
    return problems


def _problems_of_rules(plan: RulePlan) -> list[str]:
    rules: dict[str, Rule | None] = {
        name: getattr(plan, name) for name in ("entry", "exit", "short_entry", "short_exit")
    }
    parsers: tuple[tuple[str, Callable[[str], object]], ...] = (("when", parse_condition), ("on", parse_calendar))
    problems = []
    for name, rule in rules.items():
        for key, parse_text in parsers if rule is not None else ():
            try:
                if (text := getattr(rule, key)) is not None:
                    parse_text(text)
            except RuleError as error:
                problems.append(f"{name}.{key}: {error}")
                continue
            if key == "when" and text is not None and impossible(parse_condition(text).node):
                problems.append(f"{name}.when: can never be true; if the sentence says it so, ask")
    for text in plan.scores:
        try:
            parse(text)
        except RuleError as error:
            problems.append(f"level {text!r}: {error}")
    if plan.sizing.kind is SizeKind.RISK and plan.stop_loss is None and plan.trailing_stop is None:
        problems.append("sizing: a size by risk needs a stop_loss")
    if plan.sizing.kind is SizeKind.POSITION:
        problems.append("sizing: an entry is not sized by what is held")
    if plan.exit is not None and plan.entry is None:
        problems.append("exit: there is no entry; a short position is closed by short_exit")
    if plan.short_exit is not None and plan.short_entry is None:
        problems.append("short_exit: there is no short_entry")
    return problems


def _problems_of_answer(proposal: Proposal) -> list[str]:
    if not proposal.runs:
        unsupported = any(part.status is Became.UNSUPPORTED for part in proposal.clauses)
        return [] if proposal.questions or unsupported else ["runs: there is none"]
    labels = {run.label for run in proposal.runs}
    return ["runs: each needs a label of its own"] if len(labels) < len(proposal.runs) else []


def _named(proposal: Proposal) -> list[str]:
    """Every symbol of the answer, the benchmark among them."""
    symbols = [symbol for run in proposal.runs for symbol in run.plan.needed_symbols]
    return list(dict.fromkeys([*symbols, *([proposal.benchmark] if proposal.benchmark else [])]))


def _wrong_symbols(proposal: Proposal, clauses: Sequence[Clause], sentence: str, known: Outline) -> Iterator[str]:
    """Symbols that the sentence names and the answer does not have, or the other way round."""
    if not proposal.runs:
        return
    named = _named(proposal)
    if not known.symbols:
        if not any("symbol" in part.field for part in proposal.clauses if part.status is Became.STATED):
            yield "clauses: none says where the symbol comes from; ask for it if the sentence names none"
        return
    sure = ", ".join(known.symbols)
    strangers = [symbol for symbol in named if symbol not in known.mentioned]
    if strangers and (not is_long(sentence) or not set(named) & set(known.mentioned)):
        yield from (f"the sentence names {sure}, and the answer has {symbol}" for symbol in strangers)
    if is_long(sentence):
        return
    for symbol in known.symbols:
        if symbol not in named and not _is_accounted_for(symbol, clauses, known):
            yield f"the symbol {symbol} of the sentence is in no run"


def _is_accounted_for(symbol: str, clauses: Sequence[Clause], known: Outline) -> bool:
    """Whether every place of the symbol belongs to a clause that does not take it for one that is traded."""
    places = [certain.span for certain in known.facts if symbol in getattr(certain.fact, "symbols", ())]
    covering = [[clause for clause in clauses if _meet(clause.span, place)] for place in places]
    return all(found and not any("symbol" in clause.field for clause in found) for found in covering)


def _meet(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _unlikely_symbols(proposal: Proposal, sentence: str, known: Outline) -> Iterator[str]:
    """In a long text a symbol may be an example; so the answer may leave one out, when told of it."""
    if not proposal.runs or not is_long(sentence):
        return
    named = _named(proposal)
    yield from (f"the symbol {symbol} of the text is in no run" for symbol in known.symbols if symbol not in named)


_ALSO_TOLD_BY = {
    "hold_bars": ("hold", "time", "exit"),
    "wait_bars": ("wait", "cool", "entry"),
    "sizing": ("siz", "risk", "position", "capital"),
    "max_positions": ("position", "entry", "pyramid"),
    "stop_steps": ("stop", "break"),
    "stop_loss": ("stop", "risk"),
    "trailing_stop": ("trail",),
    "take_profit": ("profit", "target", "exit"),
    "flat_overnight": ("overnight", "session", "exit", "day", "close"),
    "short_exit": ("exit",),
    "watched": ("symbol",),
    "weighting": ("weight", "score", "top", "rank", "alloc"),
    "weights": ("weight", "alloc"),
    "score": ("rank", "top", "entry"),
    "top": ("rank", "score", "position"),
    "bottom": ("rank", "score", "short"),
    "on": ("rebalanc", "schedule", "entry", "amount"),
    "volatility_bars": ("volatil", "weight"),
    "holds": ("entry", "exit", "filter", "condition"),
    "signal_symbol": ("symbol", "holds", "entry", "condition"),
    "otherwise": ("symbol", "exit", "holds"),
    "spread": ("weight", "holds"),
    "slots": ("position", "entry"),
    "amount": ("payment", "entry", "sizing"),
}
_NEVER_UNFOUNDED = ("symbol", "symbols", "plans", "description", "sides", "lookback_bars")


def _unfounded(proposal: Proposal) -> Iterator[str]:
    """Fields of the plans that nothing in the answer accounts for; symbols are held against the sentence itself."""
    told = [part.field for part in proposal.clauses if part.status in (Became.STATED, Became.DEFAULTED)]
    told += [assumption.field for assumption in proposal.assumptions]
    for index, run in enumerate(proposal.runs):
        for plan in run.plan.plans if isinstance(run.plan, RulePortfolio) else (run.plan,):
            for field in fields(plan):
                name = field.name
                if name in _NEVER_UNFOUNDED or getattr(plan, name) == field.default:
                    continue
                words = (name, *(_ALSO_TOLD_BY.get(name, ())))
                if not any(word in given for word in words for given in told):
                    yield f"runs[{index}].plan.{name}: no clause and no assumption says where it comes from"


def _unlikely_parts(placed: Sequence[tuple[Part, Clause]]) -> Iterator[str]:
    for part, clause in placed:
        has_number = any(sign.isdigit() or sign == "%" for sign in clause.text)
        if part.status is Became.UNRELATED and has_number and not part.value:
            yield f'clauses: "{part.words}" has a number in it; if it decides no trade, say why in its value'
        if part.status is Became.UNSUPPORTED:
            yield (
                f'clauses: "{part.words}" is unsupported, so that nothing is tested at all. Can code do it? Then give '
                "a plan of code. Is it about costs, fills or which markets to trade? Then say what stands in for it, "
                "as defaulted. Only if it can neither be done nor left to a default, stay with it"
            )


def _placed(parts: Sequence[Part], sentence: str, problems: list[str]) -> list[tuple[Part, Clause]]:
    """Each part with the clause that it makes, at its place in the sentence."""
    taken: list[Span] = []
    placed: list[tuple[Part, Clause]] = []
    pieces = pieces_of(sentence)
    for index, part in enumerate(parts):
        span = named_pieces(part.words, pieces) or find_words(part.words, sentence, taken)
        if span is None:
            advice = f"name one of the {len(pieces)} pieces, or copy words" if pieces else "copy its words"
            problems.append(f'clauses[{index}].words: "{part.words}" does not stand in the sentence; {advice}')
            continue
        taken.append(span)
        placed.append((part, _clause(part, sentence[slice(*span)], span)))
    return placed


def _clause(part: Part, words: str, span: Span) -> Clause:
    if part.status is Became.UNRELATED:
        value = f"{UNRELATED} ({part.value})" if part.value else UNRELATED
        return Clause(words, span, ClauseStatus.UNSUPPORTED, "", value)
    return Clause(words, span, ClauseStatus(part.status.value), part.field, part.value)


def _check_nothing_left_out(proposal: Proposal, clauses: Sequence[Clause], sentence: str, known: Outline) -> None:
    """Raises LeftOut unless every word is in a clause, and, of a short sentence, every number in a value."""
    certain = [fact.span for fact in known.facts if fact.covers]
    covered = [clause.span for clause in clauses]
    words = words_left_out(sentence, [*covered, *certain], within=known.meaningful)
    numbers = () if is_long(sentence) else _numbers_left_out(proposal, clauses, sentence, known)
    problems = [f'clauses: no clause accounts for the words "{stretch}"' for stretch in words]
    problems += [_NO_VALUE.format(number) for number in numbers]
    wrong = [] if is_long(sentence) else [*misread(proposal, known), *missing(proposal, clauses, sentence, known)]
    problems += [problem for problem, _ in wrong if proposal.runs]
    if problems:
        raise LeftOut("\n".join(problems), tuple(dict.fromkeys((*words, *numbers, *(literal for _, literal in wrong)))))


_NO_VALUE = "the number {} of the sentence is in no value of the answer"


def _numbers_left_out(proposal: Proposal, clauses: Sequence[Clause], sentence: str, known: Outline) -> tuple[str, ...]:
    """Numbers of the sentence that the answer has nowhere; none where code is held against the sentence itself later.

    0 is often only a way to say which side.
    """
    if any(isinstance(run.plan, CodePlan) for run in proposal.runs):
        return ()
    certain = [fact.span for fact in known.facts if fact.covers]
    refused = [clause.span for clause in clauses if clause.status is ClauseStatus.UNSUPPORTED]
    found = numbers_left_out(sentence, _texts(proposal), known=[*certain, *refused])
    return tuple(number for number in dict.fromkeys(found) if number.strip("0.") != "")


def _texts(value: object) -> list[str]:
    """Every text and number in a value, the words copied from the sentence aside."""
    if isinstance(value, tuple):
        return list(chain.from_iterable(map(_texts, value)))
    if is_dataclass(value):
        names = [field.name for field in fields(value) if field.name != "words"]
        return list(chain.from_iterable(_texts(getattr(value, name)) for name in names))
    return [] if value is None else [str(value)]
