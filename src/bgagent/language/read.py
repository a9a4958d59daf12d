"""Reads a sentence: tokens, symbols, clauses, plans; and says what it could not explain."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from bgagent.artifacts.clauses import Assumption, Clause, ClauseStatus
from bgagent.artifacts.spec import StrategySpec
from bgagent.engine.plan import Costs, Plan, RulePlan
from bgagent.language import frame
from bgagent.language.context import Context
from bgagent.language.doubts import doubtful, question
from bgagent.language.frame import Frame, LastSession
from bgagent.language.ledger import Beyond, Contradiction, Ledger, Missing
from bgagent.language.meanings import (
    Alternative,
    AnotherLot,
    BuyAndHold,
    Comparison,
    Filter,
    Heading,
    Holding,
    Idea,
    Lengths,
    Levels,
    MostPositions,
    Order,
    Protection,
    ReportLanguage,
    SessionEnd,
    Sides,
    Size,
    State,
    Step,
    StopTitle,
    Style,
    Universe,
    Variant,
    Versus,
    Waiting,
    WholeShares,
    Without,
)
from bgagent.language.measures import Owned, SymbolPrice
from bgagent.language.plans import make_plan
from bgagent.language.portfolio_runs import PortfolioRuns, settled
from bgagent.language.portfolios import is_portfolio
from bgagent.language.say import is_buy_and_hold, label_runs, say
from bgagent.language.sentence import Piece, cut, vocabulary
from bgagent.language.spelling import Correction, corrected
from bgagent.language.spoken import Unclear, learn
from bgagent.language.symbols import mark_symbols, name_words
from bgagent.language.tokens import Token, tokenise
from bgagent.language.windows import Window

LONGEST = 20_000
_STRATEGY = (
    AnotherLot,
    Order,
    Lengths,
    Levels,
    State,
    Idea,
    BuyAndHold,
    Filter,
    Heading,
    StopTitle,
    Protection,
    Step,
    Without,
    Holding,
    SessionEnd,
    Waiting,
    Size,
    WholeShares,
    MostPositions,
    Sides,
)
_WAYS_IN = (Order, State, Idea, BuyAndHold)
_LONG_HOLD = 1_000_000  # bars; longer than any test


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where the sentence is silent, apart from SEMANTICS."""

    costs: Costs = field(default_factory=Costs)


@dataclass(frozen=True, slots=True)
class Unexplained:
    """Words that nothing explains. span: half-open character offsets into the sentence. why: what rules cannot do."""

    text: str
    span: tuple[int, int]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence was read as. spec: None when words are unexplained or questions open.

    language: code of the language the report is wished in; None where the sentence does not say.
    """

    spec: StrategySpec | None
    clauses: tuple[Clause, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    unexplained: tuple[Unexplained, ...] = ()
    questions: tuple[str, ...] = ()
    language: str | None = None


def read(
    sentence: str, *, now: datetime, defaults: Defaults, last_session: LastSession = frame.last_session
) -> Reading:
    """The spec that the sentence describes, with an account of its words; never raises on any text.

    now: aware of its zone; relative windows end at the last complete session before it.
    """
    if len(sentence) > LONGEST:
        return Reading(
            None, questions=(f"The sentence has {len(sentence):,} characters. Can it be said in at most {LONGEST:,}?",)
        )
    typed, corrections = corrected(tokenise(sentence), vocabulary() | name_words())
    marked = mark_symbols(typed, vocabulary())
    reading = _Reader(sentence, marked.tokens, corrections, now, defaults, last_session).reading()
    candidates = [place for place, _ in marked.candidates]
    capitals = [place for place in candidates if typed[place].is_capitals]  # COIN rather than a target
    if _lacks_symbol(reading, marked.tokens) and 1 in (len(candidates), len(capitals)):
        (place,) = capitals if len(capitals) == 1 else candidates
        other = mark_symbols(typed, vocabulary(), chosen=place)
        second = _Reader(sentence, other.tokens, corrections, now, defaults, last_session).reading()
        if second.spec is not None:
            return second
    return reading


def _lacks_symbol(reading: Reading, tokens: Sequence[Token]) -> bool:
    return reading.spec is None and not any(token.key == "@" for token in tokens)


class _Reader:
    """One way of reading one sentence."""

    def __init__(
        self,
        sentence: str,
        tokens: Sequence[Token],
        corrections: Sequence[Correction],
        now: datetime,
        defaults: Defaults,
        session: LastSession,
    ) -> None:
        self.sentence = sentence
        self.tokens = tokens
        self.now = now
        self.defaults = defaults
        self.session = session
        self.pieces = cut(tokens)
        self.facts = settled(tuple(_placed(fact, piece) for piece in self.pieces for fact in piece.facts))
        self.ledger = Ledger()
        for correction in corrections:
            self.ledger.assume("spelling", f"'{correction.typed}' read as '{correction.meant}'", "one letter differs")

    def reading(self) -> Reading:
        unexplained = self.unexplained() or self.named(doubtful(self.pieces, self.facts, self.tokens))
        asked = question(self.facts, self.tokens) or ""
        spec = None
        language = None
        try:
            language = self.language()
            spec = self.spec()
        except Beyond as error:
            unexplained = unexplained or self.named(error.words, str(error))
        except (Contradiction, Missing, Unclear) as error:
            asked = str(error)
        else:
            unexplained += self.without_effect()
        questions = () if unexplained else tuple(filter(None, (asked,)))
        if unexplained or questions:
            spec = None
        assumptions = tuple(Assumption(*row) for row in self.ledger.assumptions)
        return Reading(spec, self.clauses(), assumptions, unexplained, questions, language)

    def unexplained(self) -> tuple[Unexplained, ...]:
        """Runs of words that no piece explains, each as it was typed."""
        found: list[list[int]] = []
        for piece in self.pieces:
            if piece.is_explained:
                continue
            start, end = self.span((piece.start, piece.end))
            if found and not self.sentence[found[-1][1] : start].strip():
                found[-1][1] = end
            else:
                found.append([start, end])
        return tuple(Unexplained(self.sentence[start:end], (start, end)) for start, end in found)

    def without_effect(self) -> tuple[Unexplained, ...]:
        """What was understood but is no part of the spec: none of it may be dropped."""
        stated = {row.place for row in self.ledger.rows}
        places = dict.fromkeys(getattr(fact, "place", None) for fact in self.facts)
        return self.named(place for place in places if place is not None and place not in stated)

    def named(self, places: Iterable[tuple[int, int]], why: str = "") -> tuple[Unexplained, ...]:
        """The words at these places."""
        spans = dict.fromkeys(self.span(place) for place in places)
        return tuple(Unexplained(self.sentence[start:end], (start, end), why) for start, end in spans)

    def span(self, place: tuple[int, int]) -> tuple[int, int]:
        """Characters of a range of tokens, without a sign that only divides it from the next."""
        first, last = place[0], place[1] - 1
        while last > first and self.tokens[last].word in ",;:":
            last -= 1
        return self.tokens[first].span[0], self.tokens[last].span[1]

    def clauses(self) -> tuple[Clause, ...]:
        rows = []
        for row in self.ledger.rows:
            if row.place is None:
                continue
            span = self.span(row.place)
            rows.append(Clause(self.sentence[span[0] : span[1]], span, ClauseStatus.STATED, row.field, row.value))
        return tuple(sorted(rows, key=lambda clause: clause.span))

    def language(self) -> str | None:
        """The language the report is wished in. Raises Beyond or Contradiction."""
        wishes = [fact for fact in self.facts if isinstance(fact, ReportLanguage)]
        for wish in wishes:
            if not wish.is_offered:
                offered = "English, German, Spanish, French, Hindi and Chinese"
                raise Beyond(f"reports are written in {offered}", wish.place)
            self.ledger.state(wish, "report_language", wish.code)
        if len({wish.code for wish in wishes}) > 1:
            raise Contradiction("Two languages are named. Which one should the report be in?")
        return wishes[0].code if wishes else None

    # from facts to spec

    def spec(self) -> StrategySpec:
        dates = frame.dated_window(self.facts, self.session)
        terms = frame.frame_of(
            (*self.facts, dates) if dates else self.facts,
            _symbols_in(self.facts),
            self.ledger,
            now=self.now,
            costs=self.defaults.costs,
            session=self.session,
        )
        for style in (fact for fact in self.facts if isinstance(fact, Style)):
            self.ledger.state(style, "description", style.name)
        runs = label_runs(tuple(self.plans(terms)))
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
        )
        return replace(spec, summary=say(spec))

    def plans(self, terms: Frame) -> Sequence[Plan]:
        if is_portfolio(self.facts) or (len(terms.symbols) > 1 and not terms.separate):
            return PortfolioRuns(
                self.facts,
                tuple(token.word for token in self.tokens),
                self.ledger,
                timeframe=terms.timeframe,
                trading=terms.trading,
                make_rules=lambda symbol, facts: self.plan(symbol, _of_rules(facts), terms),
            ).plans()
        variants = self.variants(terms)
        if terms.separate:
            if len(variants) > 1:
                raise Contradiction(
                    "Should the symbols be compared, or the strategies? Ask for one comparison at a time."
                )
            return [self.plan(symbol, variants[0], terms) for symbol in terms.symbols]
        return [self.plan(terms.symbols[0], variant, terms) for variant in variants]

    def plan(self, symbol: str, facts: Sequence[object], terms: Frame) -> RulePlan:
        context = Context(timeframe=terms.timeframe, trading=terms.trading)
        learn(context, tuple(facts))
        plan = make_plan(symbol, facts, context, self.ledger)
        if not terms.separate and any(other != symbol for other in context.symbols):
            others = (
                place for place, token in enumerate(self.tokens) if token.value in set(context.symbols) - {symbol}
            )
            why = f"a rule on another symbol than the one traded, {symbol}, cannot be read yet"
            raise Beyond(why, *((place, place + 1) for place in others))
        self.check_end(plan, terms)
        for assumed in context.assumed:
            self.ledger.assume(*assumed)
        return plan

    def check_end(self, plan: RulePlan, terms: Frame) -> None:
        """Raises Missing where a holding would end after the window."""
        windows = [fact for fact in self.facts if isinstance(fact, Window)]
        implied = any(fact.implied for fact in self.facts if isinstance(fact, BuyAndHold))
        if implied and is_buy_and_hold(plan) and len(windows) == 1 and windows[0].is_stretch:
            raise Missing("Bought then, and held until when? Give the day the test ends.")
        if any(window.start and window.end and not window.is_stretch for window in windows):
            return  # both ends are given
        dated = re.fullmatch(r"dated\((\d+), (\d+)\)", plan.entry.on) if plan.entry and plan.entry.on else None
        if dated and plan.hold_bars:
            month, day = int(dated[1]), min(int(dated[2]), 28)
            bars = min(plan.hold_bars, _LONG_HOLD)
            leaves = date(terms.period.end.year, month, day) + timedelta(days=round(bars * 1.4))
            if date(terms.period.end.year, month, day) <= terms.period.end < leaves:
                raise Missing("The last purchase would be held beyond the end of the test. When does the test end?")

    def variants(self, terms: Frame) -> Sequence[Sequence[object]]:
        """The facts of each strategy compared; one list when nothing is."""
        facts = [fact for fact in self.facts if isinstance(fact, _STRATEGY)]
        comparisons = [fact for fact in self.facts if isinstance(fact, (Comparison, Versus))]
        alternatives = [fact for fact in self.facts if isinstance(fact, Alternative)]
        for fact in comparisons:
            self.ledger.state(fact, "runs", "one run each")
        marks = [fact for fact in self.facts if isinstance(fact, Variant)]
        if marks:
            return self.marked_variants(marks)
        if alternatives:
            if len(alternatives) > 1:
                raise Contradiction("Two things are to be compared at once. Which one?")
            self.ledger.state(alternatives[0], "runs", "one run each")
            return [[*facts, *option] for option in alternatives[0].options]
        if not comparisons or terms.separate:
            return [facts]
        if all(isinstance(fact, Versus) and fact.is_choice for fact in comparisons):
            raise Contradiction("Which of the two strategies is meant, or should they be compared?")
        ways = [fact for fact in facts if isinstance(fact, _WAYS_IN)]
        holds = [fact for fact in ways if isinstance(fact, BuyAndHold)]
        others = [fact for fact in ways if not isinstance(fact, BuyAndHold)]
        if len(holds) == 1 and others:
            return [[fact for fact in facts if fact is not holds[0]], list(holds)]
        ideas = [fact for fact in others if isinstance(fact, Idea)]
        rest = [fact for fact in facts if fact not in ways]
        if len(ideas) >= 2 and len(ideas) == len(ways):
            if any(isinstance(fact, (Protection, Holding, Filter)) for fact in rest):
                raise Contradiction(
                    "Do the stop, the target, the time or the filter belong to both strategies, or to one of them?"
                )
            return [[idea, *rest] for idea in ideas]
        raise Missing("What should be compared with what? Name two symbols or two strategies.")

    def marked_variants(self, marks: Sequence[Variant]) -> Sequence[Sequence[object]]:
        """Facts after "run 1:" belong to it; those before any mark belong to all."""
        shared: list[object] = []
        variants: dict[str, list[object]] = {}
        current = shared
        for fact in self.facts:
            if isinstance(fact, Variant):
                if fact.mark in variants:
                    raise Contradiction(f"There are two strategies called {fact.mark}. Which rules belong to which?")
                current = variants.setdefault(fact.mark, [])
                self.ledger.state(fact, "runs", f"run {len(variants)}")
            elif isinstance(fact, _STRATEGY):
                current.append(fact)
        if len(marks) == 1:
            return [[*shared, *current]]
        return [[*shared, *facts] for facts in variants.values()]


def _of_rules(facts: Sequence[object]) -> Sequence[object]:
    return [fact for fact in facts if isinstance(fact, _STRATEGY)]


def _placed(fact: object, piece: Piece) -> object:
    if getattr(fact, "place", piece) is None:
        return replace(fact, place=(piece.start, piece.end))  # type: ignore[type-var]
    return fact


def _symbols_in(facts: Sequence[object]) -> list[str]:
    """Symbols whose price a rule speaks of."""
    found: list[str] = []
    stack: list[object] = list(reversed(facts))
    while stack:
        part = stack.pop()
        if isinstance(part, (SymbolPrice, Owned)):
            found.append(part.symbol)
        elif isinstance(part, tuple):
            stack.extend(reversed(part))
        elif hasattr(part, "__dataclass_fields__") and not isinstance(part, Universe):
            stack.extend(getattr(part, name) for name in reversed(list(part.__dataclass_fields__)))
    return found
