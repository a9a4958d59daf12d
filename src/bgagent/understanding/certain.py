"""What the embedded reader is sure of, also in a sentence that it does not understand: money, dates, symbols, costs."""

from dataclasses import dataclass, replace

from bgagent.language.meanings import BarLength, BenchmarkSymbol, Capital, Cost, Prices, Universe
from bgagent.language.sentence import cut, vocabulary
from bgagent.language.symbols import mark_symbols
from bgagent.language.tokens import tokenise
from bgagent.language.windows import Window
from bgagent.understanding.coverage import Span

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
class Outline:
    """A sentence as far as no model is needed. meaningful: spans that are more than filling words."""

    facts: tuple[CertainFact, ...]
    meaningful: tuple[Span, ...]

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
    """The certain facts of a sentence, and which of its stretches mean something."""
    tokens = mark_symbols(tokenise(sentence), vocabulary()).tokens
    facts: list[CertainFact] = []
    meaningful: list[Span] = []
    for piece in cut(tokens):
        span = (tokens[piece.start].span[0], tokens[piece.end - 1].span[1])
        if piece.facts or not piece.is_explained:
            meaningful.append(span)
        place = (piece.start, piece.end)
        known = [fact for fact in piece.facts if type(fact) in FIELDS]
        covers = len(known) == len(piece.facts)
        facts += [CertainFact(_placed(fact, place), span, covers) for fact in known]
    return Outline(tuple(facts), tuple(meaningful))


def _placed(fact: object, place: tuple[int, int]) -> object:
    return replace(fact, place=place) if getattr(fact, "place", place) is None else fact  # type: ignore[type-var]
