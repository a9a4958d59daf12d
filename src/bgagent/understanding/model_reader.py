"""Reads a sentence with a language model: one call where rules can say it, two where the first answer is bad.

The model proposes; what the embedded reader is sure of (money, dates, symbols, costs) beats it, and no word or number
of the sentence may be left out.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from bgagent.artifacts.clauses import Assumption, Clause, ClauseStatus
from bgagent.artifacts.code_plan import CodePlan
from bgagent.artifacts.spec import RunSpec, StrategySpec, Understood
from bgagent.engine.plan import PaymentPlan, RulePortfolio, WeightPlan
from bgagent.engine.vocabulary import calendar_words, common_words, price_words
from bgagent.errors import ModelUnavailable, NeedsClarification
from bgagent.language import frame
from bgagent.language.frame import LastSession
from bgagent.language.ledger import Contradiction, Ledger
from bgagent.language.meanings import BarLength, BenchmarkSymbol, Capital, Comparison, Cost, Universe
from bgagent.language.quantities import Money
from bgagent.language.read import Defaults
from bgagent.language.say import say
from bgagent.language.windows import Window
from bgagent.llm.call import Model, Question
from bgagent.llm.prompts import fill, load_prompt
from bgagent.llm.repair import ask_for
from bgagent.understanding.certain import CertainFact, Outline, outline
from bgagent.understanding.form import describe
from bgagent.understanding.pieces import is_long, numbered
from bgagent.understanding.proposal import UNRELATED, Proposal
from bgagent.understanding.scrutiny import LeftOut, ReadProposal, read_proposal

_ANSWER_TOKENS = 8000  # what a model thinks to itself among them
_TOO_LONG = "context"  # the kind of ModelUnavailable that a shorter prompt may mend


def read_with_model(
    sentence: str, *, model: Model, now: datetime, defaults: Defaults, last_session: LastSession = frame.last_session
) -> Understood:
    """The spec that the sentence describes, by a language model's reading, with an account of its words.

    now: aware of its zone; relative windows end at the last complete session before it. Raises NeedsClarification for
    what the sentence leaves open or rules cannot say, ModelUnavailable, LimitReached.
    """
    known = outline(sentence)
    answer = _ask(sentence, known, model=model, today=now.date())
    proposal, clauses = answer.proposal, answer.clauses
    _refuse_what_cannot_be_tested(proposal, clauses)
    facts, findings = _weigh(proposal, clauses, known)
    ledger = Ledger()
    try:
        terms = frame.frame_of(facts, (), ledger, now=now, costs=defaults.costs, session=last_session)
    except (Contradiction, frame.Missing) as error:
        raise NeedsClarification("the sentence leaves a question open", questions=(str(error),)) from error
    runs = tuple(RunSpec(run.label or f"{run.plan.held_symbols[0]} strategy", run.plan) for run in proposal.runs)
    spec = StrategySpec(
        summary="",
        runs=runs,
        period=terms.period,
        timeframe=terms.timeframe,
        initial_capital=terms.capital,
        currency=terms.currency,
        costs=terms.costs,
        price_mode=terms.price_mode,
        benchmark=terms.benchmark,
        reader="model",
    )
    odd = (Assumption("reading", text, "the model was asked about it and stayed with it") for text in answer.odd)
    assumed = (*(Assumption(*row) for row in ledger.assumptions), *proposal.assumptions, *findings, *odd)
    return Understood(replace(spec, summary=_said(spec)), _with_certain(clauses, known, ledger, sentence), assumed)


def _said(spec: StrategySpec) -> str:
    """The spec as one sentence; of what only code can say, its own description, beside it the labels of other runs."""
    if not any(isinstance(run.plan, CodePlan) for run in spec.runs):
        return say(spec)
    terms = f"from {spec.period.start} to {spec.period.end} on {spec.timeframe.value} bars"
    money = f"{spec.initial_capital:,.2f}".removesuffix(".00") + f" {spec.currency}"
    described = (
        " ".join(run.plan.description.split()) if isinstance(run.plan, CodePlan) else run.label for run in spec.runs
    )
    return f"{', '.join(spec.symbols)} {terms} with {money}: {' / '.join(described)}"


def question_for(sentence: str, known: Outline, *, today: date, is_short: bool) -> Question:
    """What the model is asked. is_short: for a model with little room."""
    prompt = load_prompt(__package__, "read_sentence_short" if is_short else "read_sentence")
    instructions = fill(
        prompt,
        form=describe(Proposal, without=(RulePortfolio, WeightPlan, PaymentPlan) if is_short else ()),
        words=" ".join(common_words() if is_short else price_words()),
        calendar=" ".join(calendar_words()),
    )
    told = {"today": str(today), "certain": _told(sentence, known) or "nothing"}
    if is_long(sentence):
        lines = (f"{number} {_quoted(text)}".strip() for number, text in numbered(sentence))
        turn = fill(load_prompt(__package__, "pieces"), pieces="\n".join(lines), **told)
    else:
        turn = fill(load_prompt(__package__, "sentence"), sentence=_quoted(sentence), **told)
    return Question(instructions, (turn,), purpose="read the sentence", max_tokens_out=_ANSWER_TOKENS)


def _quoted(text: str) -> str:
    """The text as data: nothing in it can end it."""
    return json.dumps(text, ensure_ascii=False)


def _told(sentence: str, known: Outline) -> str:
    """The certain facts, each as field and words."""
    rows = [f"{certain.field} {json.dumps(sentence[slice(*certain.span)])}" for certain in known.facts]
    return ", ".join(dict.fromkeys(rows)) + (f"; symbols: {' '.join(known.symbols)}" if known.symbols else "")


def _ask(sentence: str, known: Outline, *, model: Model, today: date) -> ReadProposal:
    answers: list[str] = []

    def read(answer: str) -> ReadProposal:
        answers.append(answer)
        return read_proposal(answer, sentence, known, is_patient=len(answers) > 1)

    def asked(*, is_short: bool) -> ReadProposal:
        question = question_for(sentence, known, today=today, is_short=is_short)
        return ask_for(model, question, read, may_go_on=lambda error: isinstance(error, LeftOut))

    try:
        try:
            return asked(is_short=model.short_context)
        except ModelUnavailable as error:
            if error.kind != _TOO_LONG or model.short_context:
                raise
            return asked(is_short=True)
    except ModelUnavailable as error:
        if not isinstance(error.__cause__, LeftOut):
            raise
        words = ", ".join(f"'{words}'" for words in error.__cause__.words)
        raise NeedsClarification(
            f"the model's reading leaves out {words}",
            questions=(f"What do you mean by {words}? Say it in other words, or leave it out.",),
        ) from error


def _refuse_what_cannot_be_tested(proposal: Proposal, clauses: Sequence[Clause]) -> None:
    if proposal.questions:
        raise NeedsClarification("the sentence leaves a question open", questions=proposal.questions)
    missing = [
        clause
        for clause in clauses
        if clause.status is ClauseStatus.UNSUPPORTED and not clause.value.startswith(UNRELATED)
    ]
    if missing:
        words = ", ".join(f"'{clause.text}'" for clause in missing)
        reasons = "; ".join(dict.fromkeys(clause.value for clause in missing if clause.value))
        raise NeedsClarification(
            f"cannot be tested: {words}" + (f" ({reasons})" if reasons else ""),
            questions=tuple(f"Leave out '{clause.text}', or say it by prices, volume and dates?" for clause in missing),
        )


def _weigh(
    proposal: Proposal, clauses: Sequence[Clause], known: Outline
) -> tuple[tuple[object, ...], tuple[Assumption, ...]]:
    """The facts that the terms of the test are made of, and where the two readings disagree.

    A certain fact beats the model's value of the same field. What a certain fact is about may be the model's to say:
    "$500 monthly" is money, and a size rather than the capital.
    """
    proposed = _proposed(proposal)
    kept: list[object] = []
    findings: list[Assumption] = []
    for certain in known.facts:
        if isinstance(certain.fact, Universe):
            continue
        other = _other_role(certain, clauses)
        if other is not None:
            why = f"by itself '{other.text}' would be the {certain.field}; in the sentence it is the {other.field}"
            findings.append(Assumption(other.field, other.value, why))
            continue
        kept.append(certain.fact)
        mine = _value(certain.fact)
        theirs = {_value(fact) for fact in proposed if _is_alike(fact, certain.fact)}
        if theirs and mine not in theirs:
            why = f"the sentence says so; the model read {', '.join(sorted(theirs))}"
            findings.append(Assumption(certain.field, mine, why))
    kinds = {type(fact) for fact in kept}
    filled = [fact for fact in proposed if type(fact) not in kinds]
    return (*kept, *filled), tuple(findings)


def _proposed(proposal: Proposal) -> list[object]:
    """The terms of the proposal, as the facts that the embedded reader would have made of them."""
    symbols = tuple(dict.fromkeys(symbol for run in proposal.runs for symbol in run.plan.needed_symbols))
    facts: list[object] = [Universe(symbols, "versus" if len(symbols) > 1 else "and")]
    if len(proposal.runs) > 1:
        facts.append(Comparison())
    if proposal.start or proposal.end:
        facts.append(Window(proposal.start, proposal.end, to_now=proposal.end is None))
    if proposal.timeframe is not None:
        facts.append(BarLength(proposal.timeframe))
    if proposal.initial_capital is not None:
        facts.append(Capital(Money(proposal.initial_capital, proposal.currency)))
    if proposal.benchmark is not None:
        facts.append(BenchmarkSymbol(proposal.benchmark))
    if proposal.costs is not None:
        facts += [Cost(name, value) for name, value in proposal.costs.stated().items()]
    return facts


def _other_role(certain: CertainFact, clauses: Sequence[Clause]) -> Clause | None:
    """The clause that gives the words of a certain fact another field; None when none does, or one gives the same."""
    start, end = certain.span
    there = [clause for clause in clauses if clause.span[0] < end and start < clause.span[1] and clause.field]
    if not certain.covers or any(_is_field(clause.field, certain.field) for clause in there):
        return None
    return there[0] if there else None


_ALSO = {
    "period": ("start", "end", "window", "date"),
    "initial_capital": ("capital", "cash", "currency"),
    "costs": ("cost", "commission", "slippage"),
    "timeframe": ("bar",),
    "benchmark": ("benchmark",),
    "price_mode": ("price",),
}


def _is_field(named: str, field: str) -> bool:
    return field in named or any(word in named for word in _ALSO.get(field, ()))


def _value(fact: object) -> str:
    """What a fact says, for comparing and for people."""
    match fact:
        case Window(start, end):
            return f"{start or ''} to {end or ''}" if start or end else "relative to now"
        case Capital(Money(amount)):
            return f"{amount:g}"
        case BarLength(timeframe):
            return timeframe.value
        case Cost(name, value):
            return f"{name} {value:g}"
        case BenchmarkSymbol(symbol):
            return str(symbol)
    return str(fact)


def _is_alike(one: object, other: object) -> bool:
    """Whether both are values of the same field."""
    return type(one) is type(other) and getattr(one, "name", None) == getattr(other, "name", None)


def _with_certain(clauses: Sequence[Clause], known: Outline, ledger: Ledger, sentence: str) -> tuple[Clause, ...]:
    """The model's clauses, and those of certain facts that it has no clause for."""
    spans = {certain.fact.place: certain.span for certain in known.facts}  # type: ignore[attr-defined]
    added = []
    for row in ledger.rows:
        span = spans.get(row.place)
        if span is None or any(clause.span[0] < span[1] and span[0] < clause.span[1] for clause in clauses):
            continue
        added.append(Clause(sentence[slice(*span)], span, ClauseStatus.STATED, row.field, row.value))
    return tuple(sorted([*clauses, *added], key=lambda clause: clause.span))
