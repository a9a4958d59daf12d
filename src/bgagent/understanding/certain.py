"""What the embedded reader is sure of, also in a sentence that it does not understand: money, dates, symbols, costs.

Stops, targets and holding times too: how they go together with the rest is a model's to say, what they are is not.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bgagent.language.meanings import (
    BarLength,
    BenchmarkSymbol,
    Capital,
    Cost,
    Holding,
    Prices,
    Protection,
    Universe,
)
from bgagent.language.sentence import cut, vocabulary
from bgagent.language.symbols import is_known, mark_symbols
from bgagent.language.tokens import tokenise
from bgagent.language.windows import Window
from bgagent.understanding.coverage import Span
from bgagent.understanding.pieces import is_long

FIELDS: dict[type, str] = {
    Window: "period",
    Capital: "initial_capital",
    BarLength: "timeframe",
    Cost: "costs",
    BenchmarkSymbol: "benchmark",
    Prices: "price_mode",
    Universe: "symbols",
}
"""The field of the spec that each kind of certain fact becomes."""

_OF_CAPITAL = re.compile(r"capital|account|equity|portfolio|balance|start|invest|fund|with", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CertainFact:
    """One fact and where it stands in the sentence. covers: its words say nothing but what is certain."""

    fact: object
    span: Span
    covers: bool = True

    @property
    def field(self) -> str:
        """The field of the spec that it becomes."""
        return FIELDS[type(self.fact)]


@dataclass(frozen=True, slots=True)
class Literal:
    """A stop, a target or a holding time. span, words: of it alone."""

    fact: Protection | Holding
    span: Span
    words: str

    @property
    def field(self) -> str:
        """The field of a plan that it becomes."""
        return "hold_bars" if isinstance(self.fact, Holding) else self.fact.name


@dataclass(frozen=True, slots=True)
class Outline:
    """A sentence as far as no model is needed. meaningful: spans that are more than filling words."""

    facts: tuple[CertainFact, ...]
    meaningful: tuple[Span, ...]
    literals: tuple[Literal, ...] = ()

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbols that the sentence names, each once, in order."""
        named = (certain.fact.symbols for certain in self.facts if isinstance(certain.fact, Universe))
        return tuple(dict.fromkeys(symbol for symbols in named for symbol in symbols))

    @property
    def mentioned(self) -> tuple[str, ...]:
        """Those symbols, and the benchmark."""
        benchmarks = (certain.fact.symbol for certain in self.facts if isinstance(certain.fact, BenchmarkSymbol))
        return (*self.symbols, *(symbol for symbol in benchmarks if symbol is not None))


def outline(sentence: str) -> Outline:
    """The certain facts of a sentence, and which of its stretches mean something.

    A long text speaks of money, dates and capitals in many ways (`over the last 20 bars`, `the FVG`): there only what
    can be nothing else is certain, and what the text says in two ways is not.
    """
    tokens = mark_symbols(tokenise(sentence), vocabulary()).tokens
    facts: list[CertainFact] = []
    meaningful: list[Span] = []
    literals: list[Literal] = []
    for piece in cut(tokens):
        span = (tokens[piece.start].span[0], tokens[piece.end - 1].span[1])
        if piece.facts or not piece.is_explained:
            meaningful.append(span)
        place = (piece.start, piece.end)
        known = [fact for fact in piece.facts if type(fact) in FIELDS]
        covers = len(known) == len(piece.facts)
        for fact in piece.facts:
            if isinstance(fact, Protection | Holding):
                first, after = fact.place or place
                spot = (tokens[first].span[0], tokens[after - 1].span[1])
                literals.append(Literal(fact, spot, sentence[slice(*spot)]))
        facts += [CertainFact(_placed(fact, place), span, covers) for fact in known]
    sure = [certain for certain in facts if not (isinstance(certain.fact, Window) and certain.fact.problem)]
    if is_long(sentence):
        sure = _undisputed(certain for certain in sure if _can_be_nothing_else(certain, sentence))
    return Outline(tuple(sure), tuple(meaningful), tuple(literals))


def _can_be_nothing_else(certain: CertainFact, sentence: str) -> bool:
    words = sentence[slice(*certain.span)]
    match certain.fact:
        case Universe(symbols):
            is_hour = re.search(r"\d\s*$", sentence[: certain.span[0]]) is not None  # 10 PM is no share
            return not is_hour and all(is_known(symbol) and symbol in words for symbol in symbols)
        case Window(start, end):
            return start is not None or end is not None
        case Capital():
            return _OF_CAPITAL.search(words) is not None
    return True


def _undisputed(facts: Iterable[CertainFact]) -> list[CertainFact]:
    """Those that no other fact of the same field contradicts; symbols may be several."""
    said: dict[tuple[str, str], set[object]] = {}
    kept = list(facts)
    for certain in kept:
        said.setdefault(_subject(certain), set()).add(_without_place(certain.fact))
    return [certain for certain in kept if certain.field == "symbols" or len(said[_subject(certain)]) == 1]


def _subject(certain: CertainFact) -> tuple[str, str]:
    return certain.field, str(getattr(certain.fact, "name", ""))


def _without_place(fact: object) -> object:
    return repr(replace(fact, place=None))  # type: ignore[type-var]


def _placed(fact: object, place: tuple[int, int]) -> object:
    return replace(fact, place=place) if getattr(fact, "place", place) is None else fact  # type: ignore[type-var]
