"""The parts that patterns are made of, and how each finds its place in a sentence.

Words of the noise list ("the", "just") may stand before any word of a pattern. All ends at which a part can stop are
kept, the first reading of each.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bgagent.language.tokens import Token

Bindings = tuple[tuple[str, Any], ...]


class Finder(Protocol):
    """What a part asks of the sentence it is looked for in; see chart.Chart."""

    tokens: Sequence[Token]
    start_keys: list[frozenset[str]]

    def first(self, name: str) -> frozenset[str] | None:
        """Keys of the tokens that a rule can begin with; None: any."""

    def starts(self, place: int) -> tuple[int, ...]:
        """Where a word that is looked for at `place` may stand."""

    def find(self, name: str, place: int) -> tuple[tuple[int, Any], ...]:
        """(end, value) of every reading of a rule at `place`."""


class Beginnings(Protocol):
    """What a part asks of the grammar once; see grammar.Grammar."""

    def first(self, name: str) -> frozenset[str] | None:
        """Keys of the tokens that a rule can begin with; None: any."""


def union(sets: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """All keys of all sets; None where one of them is any."""
    result: set[str] = set()
    for one in sets:
        if one is None:
            return None
        result |= one
    return frozenset(result)


def key_of(word: str) -> str:
    """The key of the tokens that are written like this."""
    return "#" if word[0].isdigit() else word


class Element:
    """A part of a pattern."""

    def match(self, chart: Finder, place: int) -> Iterable[tuple[int, Bindings]]:
        """(end, what was bound) for each way it fits at `place`."""
        raise NotImplementedError

    def first(self, grammar: Beginnings) -> frozenset[str] | None:
        """Keys of tokens it can begin with; None when it may be empty or begin with anything."""
        raise NotImplementedError

    def needs(self, grammar: Beginnings) -> tuple[frozenset[str], ...]:
        """Sets of keys of each of which a sentence must hold one for this to fit anywhere, beside those of `must`."""
        first = self.first(grammar)
        return () if first is None else (first,)

    def must(self) -> Iterator[str]:
        """Rules and categories that are part of it however it fits."""
        yield from ()

    def names(self) -> Iterator[str]:
        """Rules and categories it refers to."""
        yield from ()

    def words(self) -> Iterator[str]:
        """Words written in it."""
        yield from ()


@dataclass(frozen=True, slots=True)
class Word(Element):
    word: str

    def match(self, chart: Finder, place: int) -> Iterable[tuple[int, Bindings]]:
        for start in chart.starts(place):
            if chart.tokens[start].word == self.word:
                return ((start + 1, ()),)
        return ()

    def first(self, grammar: Beginnings) -> frozenset[str] | None:  # noqa: ARG002
        return frozenset((key_of(self.word),))

    def words(self) -> Iterator[str]:
        yield self.word


@dataclass(slots=True)
class Reference(Element):
    """What a rule or a category finds, bound to a label; None: to none. keys: tokens it may begin with, once known."""

    name: str
    label: str | None
    keys: frozenset[str] | None = None
    is_known: bool = False

    def match(self, chart: Finder, place: int) -> Iterable[tuple[int, Bindings]]:
        if not self.is_known:
            self.keys, self.is_known = chart.first(self.name), True
        if self.keys is not None and self.keys.isdisjoint(chart.start_keys[place]):
            return ()
        label = self.label
        if label is None:
            return [(end, ()) for end, _ in chart.find(self.name, place)]
        return [(end, ((label, value),)) for end, value in chart.find(self.name, place)]

    def first(self, grammar: Beginnings) -> frozenset[str] | None:
        return grammar.first(self.name)

    def needs(self, grammar: Beginnings) -> tuple[frozenset[str], ...]:  # noqa: ARG002
        return ()  # told by `must`

    def must(self) -> Iterator[str]:
        yield self.name

    def names(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True, slots=True)
class InOrder(Element):
    elements: tuple[Element, ...]

    def match(self, chart: Finder, place: int) -> Iterable[tuple[int, Bindings]]:
        reached = dict(self.elements[0].match(chart, place)) if place >= 0 else {}
        for element in self.elements[1:]:
            if not reached:
                return ()
            if len(reached) == 1:  # the usual case, without bookkeeping
                ((at, bound),) = reached.items()
                found = element.match(chart, at)
                reached = {end: bound + more for end, more in reversed(tuple(found))} if found else {}
                continue
            following: dict[int, Bindings] = {}
            for at, bound in reached.items():
                for end, more in element.match(chart, at):
                    if end not in following:
                        following[end] = bound + more
            reached = following
        return reached.items()

    def first(self, grammar: Beginnings) -> frozenset[str] | None:
        result: set[str] = set()
        for element in self.elements:
            if isinstance(element, Optional):
                inner = element.inner.first(grammar)
                if inner is None:
                    return None
                result |= inner
                continue
            inner = element.first(grammar)
            if inner is None or not result:
                return inner
            return frozenset(result | inner)
        return None

    def needs(self, grammar: Beginnings) -> tuple[frozenset[str], ...]:
        return tuple(need for element in self.elements for need in element.needs(grammar))

    def must(self) -> Iterator[str]:
        for element in self.elements:
            yield from element.must()

    def names(self) -> Iterator[str]:
        for element in self.elements:
            yield from element.names()

    def words(self) -> Iterator[str]:
        for element in self.elements:
            yield from element.words()


@dataclass(frozen=True, slots=True)
class Choice(Element):
    options: tuple[Element, ...]

    def match(self, chart: Finder, place: int) -> Iterable[tuple[int, Bindings]]:
        found: dict[int, Bindings] = {}
        for option in self.options:
            for end, bound in option.match(chart, place):
                found.setdefault(end, bound)
        return found.items()

    def first(self, grammar: Beginnings) -> frozenset[str] | None:
        return union(option.first(grammar) for option in self.options)

    def names(self) -> Iterator[str]:
        for option in self.options:
            yield from option.names()

    def words(self) -> Iterator[str]:
        for option in self.options:
            yield from option.words()


@dataclass(frozen=True, slots=True)
class Optional(Element):
    """Once or not at all; with `repeats` any number of times."""

    inner: Element
    repeats: bool = False

    def match(self, chart: Finder, place: int) -> Iterable[tuple[int, Bindings]]:
        found: dict[int, Bindings] = {}
        frontier: list[tuple[int, Bindings]] = [(place, ())]
        while frontier:
            at, bound = frontier.pop()
            for end, more in self.inner.match(chart, at):
                if end not in found and end != place:
                    found[end] = bound + more
                    if self.repeats:
                        frontier.append((end, bound + more))
        found.setdefault(place, ())
        return found.items()

    def first(self, grammar: Beginnings) -> frozenset[str] | None:  # noqa: ARG002
        return None

    def names(self) -> Iterator[str]:
        yield from self.inner.names()

    def words(self) -> Iterator[str]:
        yield from self.inner.words()


@dataclass(frozen=True, slots=True)
class Row:
    """Several of one thing in a row: a compiled Listing."""

    item: Element
    between: Element | None
    longest: int
    flat: bool

    def find(self, chart: Finder, place: int) -> dict[int, tuple[Any, ...]]:
        """The values of the row by the place where it ends, for every length of it."""
        found: dict[int, tuple[Any, ...]] = {}
        frontier: dict[int, tuple[Any, ...]] = {place: ()}
        for _ in range(self.longest):
            following: dict[int, tuple[Any, ...]] = {}
            for at, values in frontier.items():
                starts = (
                    [at] if not values or self.between is None else [end for end, _ in self.between.match(chart, at)]
                )
                for start in starts:
                    for end, ((_, value),) in self.item.match(chart, start):
                        if end not in found:
                            found[end] = following[end] = (*values, *value) if self.flat else (*values, value)
            if not following:
                break
            frontier = following
        return found
