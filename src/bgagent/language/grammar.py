"""Rules of a grammar over tokens: patterns with names, and the chart that finds every way they fit.

A pattern is a line of elements that follow each other:

    word            that word, in any case; signs too (`,` `/` `%` `<=`), with a backslash before ( ) | ? * + { } < >
    {name}          a rule or a category of the lexicon, its value bound to `name`; {label:name} binds it to `label`
    <name>          the same, bound to nothing
    (a|b c)         one of several; x? once or not at all; x* and x+ several times

Words of the noise list ("the", "just") may stand before any word of a pattern. All ends at which a rule can stop are
kept, the first reading of each, so that "buy when A and sell when B" and "buy when A and B" both find their way; every
rule is tried once per place, which keeps the time a low power of the sentence's length.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bgagent.language.tokens import Token

Bindings = tuple[tuple[str, Any], ...]
Action = Callable[..., Any]
Primitive = Callable[["Chart", int], Iterable[tuple[int, Any]]]
FirstKeys = Callable[[], Iterable[str]]
Trie = dict[Any, Any]  # word -> Trie; None -> value of the phrase that ends here

_ENOUGH_ENDS = 24  # of one rule at one place; a rule that can stop at more is a list, whose longest ends matter


class Placed:
    """What wants to know where it stood: a dataclass whose `place` is filled with its half-open range of tokens."""

    __slots__ = ()
    place: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to say what `name` stands for."""

    name: str
    pattern: str
    action: Action


class Rules:
    """Rules as they are written down, by module; `Grammar` puts them together."""

    def __init__(self) -> None:
        self.written: list[Rule] = []
        self.primitives: dict[str, tuple[FirstKeys | None, Primitive]] = {}

    def rule(self, name: str, *patterns: str) -> Callable[[Action], Action]:
        """The decorated function gives the value from what the patterns bound; None means that they do not fit."""

        def register(action: Action) -> Action:
            self.written.extend(Rule(name, pattern, action) for pattern in patterns)
            return action

        return register

    def same(self, name: str, *patterns: str) -> None:
        """Patterns whose one bound value is the value."""
        self.written.extend(Rule(name, pattern, _only_value) for pattern in patterns)

    def value(self, name: str, value: Any, *patterns: str) -> None:
        """Patterns that stand for a fixed value."""
        self.written.extend(Rule(name, pattern, lambda **_: value) for pattern in patterns)

    def primitive(self, name: str, first: FirstKeys | None) -> Callable[[Primitive], Primitive]:
        """A rule written as a function of the chart. first: gives the keys of tokens it can begin with; None: any."""

        def register(function: Primitive) -> Primitive:
            self.primitives[name] = (first, function)
            return function

        return register


def _only_value(**bound: Any) -> Any:
    (value,) = bound.values()
    return value


class Grammar:
    """Rules and categories, compiled. categories: name -> trie of phrases. noise: words allowed before any word."""

    def __init__(self, rules: Sequence[Rules], categories: Mapping[str, Trie], noise: frozenset[str]) -> None:
        self.categories = categories
        self.noise = noise
        self.primitives = {
            name: (None if first is None else frozenset(first()), function)
            for book in rules
            for name, (first, function) in book.primitives.items()
        }
        self.rules: dict[str, list[tuple[Element, Action]]] = {}
        for book in rules:
            for rule in book.written:
                self.rules.setdefault(rule.name, []).append((_Pattern(rule.pattern).read(), rule.action))
        self._check_names()
        self._firsts: dict[str, frozenset[str] | None] = {}
        self._indices: dict[str, dict[str | None, tuple[tuple[Element, Action], ...]]] = {}

    def _check_names(self) -> None:
        for name, ways in self.rules.items():
            for element, _ in ways:
                for used in element.names():
                    if used not in self.rules and used not in self.categories and used not in self.primitives:
                        raise LookupError(f"rule {name} uses {used}, which is no rule, category or primitive")

    def words(self) -> frozenset[str]:
        """Every word that some pattern or category knows."""
        found = {word for ways in self.rules.values() for element, _ in ways for word in element.words()}
        for trie in self.categories.values():
            found.update(_trie_words(trie))
        return frozenset(found)

    def first(self, name: str) -> frozenset[str] | None:
        """Keys of the tokens that `name` can begin with; None when it may be empty or begin with anything."""
        if name in self.categories:
            return frozenset(word for word in self.categories[name] if word is not None)
        if name in self.primitives:
            return self.primitives[name][0]
        if name not in self._firsts:
            self._firsts[name] = frozenset()  # while it is being worked out
            self._firsts[name] = _union(element.first(self) for element, _ in self.rules[name])
        return self._firsts[name]

    def ways(self, name: str, keys: frozenset[str]) -> list[tuple["Element", Action]]:
        """The rules for `name` that can begin with one of `keys`, in the order written."""
        if name not in self._indices:
            index: dict[str | None, list[tuple[int, Element, Action]]] = {None: []}
            for order, (element, action) in enumerate(self.rules[name]):
                for key in element.first(self) or (None,):
                    index.setdefault(key, []).append((order, element, action))
            self._indices[name] = index  # type: ignore[assignment]
        index = self._indices[name]  # type: ignore[assignment]
        found = list(index[None])
        for key in keys:
            found.extend(index.get(key, ()))
        if len(keys) > 1 or index[None]:
            found = sorted({order: (order, element, action) for order, element, action in found}.values(), key=_order)
        return [(element, action) for _, element, action in found]


def _order(way: tuple[int, "Element", Action]) -> int:
    return way[0]


def _union(sets: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    result: set[str] = set()
    for one in sets:
        if one is None:
            return None
        result |= one
    return frozenset(result)


def _trie_words(trie: Trie) -> Iterator[str]:
    for word, below in trie.items():
        if word is not None:
            yield word
            yield from _trie_words(below)


class Chart:
    """Everything a grammar finds in one sentence, worked out once per rule and place."""

    def __init__(self, grammar: Grammar, tokens: Sequence[Token]) -> None:
        self.grammar = grammar
        self.tokens = tokens
        self.keys = [token.key for token in tokens]
        self._found: dict[tuple[str, int], tuple[tuple[int, Any], ...]] = {}
        self._starts = [self._starts_at(place) for place in range(len(tokens) + 1)]
        self._start_keys = [frozenset(self.keys[start] for start in starts) for starts in self._starts]

    def _starts_at(self, place: int) -> tuple[int, ...]:
        starts: list[int] = []
        while place < len(self.tokens):
            starts.append(place)
            if self.tokens[place].word not in self.grammar.noise:
                break
            place += 1
        return tuple(starts)

    def starts(self, place: int) -> tuple[int, ...]:
        """Where a word that is looked for at `place` may stand: there, or after words of the noise list."""
        return self._starts[place]

    def find(self, name: str, place: int) -> tuple[tuple[int, Any], ...]:
        """(end, value) for every end at which `name` can stop when it begins at `place`, longest first."""
        wanted = (name, place)
        found = self._found.get(wanted)
        if found is None:
            self._found[wanted] = ()  # a rule that begins with itself finds nothing
            found = self._find(name, place)
            self._found[wanted] = found
        return found

    def _find(self, name: str, place: int) -> tuple[tuple[int, Any], ...]:
        grammar = self.grammar
        ends: dict[int, Any] = {}
        if name in grammar.primitives:
            first, function = grammar.primitives[name]
            if first is None or self._start_keys[place] & first:
                for start in self._starts[place] or (place,):
                    for end, value in function(self, start):
                        ends.setdefault(end, value)
        elif name in grammar.categories:
            for start in self._starts[place]:
                for end, value in _phrases(grammar.categories[name], self.tokens, start):
                    ends.setdefault(end, value)
        else:
            for element, action in grammar.ways(name, self._start_keys[place]):
                for end, bound in element.match(self, place):
                    if end not in ends:
                        value = action(**dict(bound))
                        if value is not None:
                            ends[end] = value
        longest = sorted(ends.items(), reverse=True)[:_ENOUGH_ENDS]
        return tuple((end, self._placed(value, place, end)) for end, value in longest)

    def _placed(self, value: Any, place: int, end: int) -> Any:
        if isinstance(value, Placed) and value.place is None:
            return replace(value, place=(place, end))  # type: ignore[type-var]
        if isinstance(value, tuple) and any(isinstance(part, Placed) and part.place is None for part in value):
            return tuple(self._placed(part, place, end) for part in value)
        return value


def _phrases(trie: Trie, tokens: Sequence[Token], place: int) -> Iterator[tuple[int, Any]]:
    node: Trie | None = trie
    while node is not None and place < len(tokens):
        node = node.get(tokens[place].word)
        place += 1
        if node is not None and None in node:
            yield place, node[None]


class Element:
    """A part of a pattern."""

    def match(self, chart: Chart, place: int) -> Iterable[tuple[int, Bindings]]:
        """(end, what was bound) for each way it fits at `place`."""
        raise NotImplementedError

    def first(self, grammar: Grammar) -> frozenset[str] | None:
        """Keys of tokens it can begin with; None when it may be empty or begin with anything."""
        raise NotImplementedError

    def names(self) -> Iterator[str]:
        """Rules and categories it refers to."""
        yield from ()

    def words(self) -> Iterator[str]:
        """Words written in it."""
        yield from ()


@dataclass(frozen=True, slots=True)
class _Word(Element):
    word: str

    def match(self, chart: Chart, place: int) -> Iterable[tuple[int, Bindings]]:
        for start in chart.starts(place):
            if chart.tokens[start].word == self.word:
                return ((start + 1, ()),)
        return ()

    def first(self, grammar: Grammar) -> frozenset[str] | None:  # noqa: ARG002
        return frozenset((self.word,))

    def words(self) -> Iterator[str]:
        yield self.word


@dataclass(frozen=True, slots=True)
class _Reference(Element):
    name: str
    label: str | None

    def match(self, chart: Chart, place: int) -> Iterable[tuple[int, Bindings]]:
        label = self.label
        if label is None:
            return [(end, ()) for end, _ in chart.find(self.name, place)]
        return [(end, ((label, value),)) for end, value in chart.find(self.name, place)]

    def first(self, grammar: Grammar) -> frozenset[str] | None:
        return grammar.first(self.name)

    def names(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True, slots=True)
class _Sequence(Element):
    elements: tuple[Element, ...]

    def match(self, chart: Chart, place: int) -> Iterable[tuple[int, Bindings]]:
        reached: dict[int, Bindings] = {place: ()}
        for element in self.elements:
            following: dict[int, Bindings] = {}
            for at, bound in reached.items():
                for end, more in element.match(chart, at):
                    if end not in following:
                        following[end] = bound + more
            if not following:
                return ()
            reached = following
        return reached.items()

    def first(self, grammar: Grammar) -> frozenset[str] | None:
        result: set[str] = set()
        for element in self.elements:
            if isinstance(element, _Optional):
                inner = element.inner.first(grammar)
                if inner is None:
                    return None
                result |= inner
                continue
            inner = element.first(grammar)
            return None if inner is None else frozenset(result | inner)
        return None

    def names(self) -> Iterator[str]:
        for element in self.elements:
            yield from element.names()

    def words(self) -> Iterator[str]:
        for element in self.elements:
            yield from element.words()


@dataclass(frozen=True, slots=True)
class _Choice(Element):
    options: tuple[Element, ...]

    def match(self, chart: Chart, place: int) -> Iterable[tuple[int, Bindings]]:
        found: dict[int, Bindings] = {}
        for option in self.options:
            for end, bound in option.match(chart, place):
                found.setdefault(end, bound)
        return found.items()

    def first(self, grammar: Grammar) -> frozenset[str] | None:
        return _union(option.first(grammar) for option in self.options)

    def names(self) -> Iterator[str]:
        for option in self.options:
            yield from option.names()

    def words(self) -> Iterator[str]:
        for option in self.options:
            yield from option.words()


@dataclass(frozen=True, slots=True)
class _Optional(Element):
    """Once or not at all; with `repeats` any number of times."""

    inner: Element
    repeats: bool = False

    def match(self, chart: Chart, place: int) -> Iterable[tuple[int, Bindings]]:
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

    def first(self, grammar: Grammar) -> frozenset[str] | None:  # noqa: ARG002
        return None

    def names(self) -> Iterator[str]:
        yield from self.inner.names()

    def words(self) -> Iterator[str]:
        yield from self.inner.words()


class _Pattern:
    """Reads the text of a pattern."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def read(self) -> Element:
        element = self.choice()
        if self.place < len(self.text):
            raise ValueError(f"pattern {self.text!r} is not closed at {self.place}")
        return element

    def choice(self) -> Element:
        options = [self.sequence()]
        while self.peek() == "|":
            self.place += 1
            options.append(self.sequence())
        return options[0] if len(options) == 1 else _Choice(tuple(options))

    def sequence(self) -> Element:
        elements: list[Element] = []
        while self.peek() not in ("", "|", ")"):
            elements.append(self.repeated())
        if not elements:
            raise ValueError(f"pattern {self.text!r} has an empty part")
        return elements[0] if len(elements) == 1 else _Sequence(tuple(elements))

    def repeated(self) -> Element:
        element = self.single()
        sign = self.text[self.place : self.place + 1]
        if sign == "?":
            self.place += 1
            return _Optional(element)
        if sign == "*":
            self.place += 1
            return _Optional(element, repeats=True)
        if sign == "+":
            self.place += 1
            return _Sequence((element, _Optional(element, repeats=True)))
        return element

    def single(self) -> Element:
        sign = self.peek()
        if sign == "(":
            self.place += 1
            inner = self.choice()
            if self.peek() != ")":
                raise ValueError(f"pattern {self.text!r} lacks a closing bracket")
            self.place += 1
            return inner
        if sign in ("{", "<"):
            close = self.text.index("}" if sign == "{" else ">", self.place)
            label, _, name = self.text[self.place + 1 : close].rpartition(":")
            self.place = close + 1
            return _Reference(name, (label or name) if sign == "{" else None)
        start = self.place
        while self.place < len(self.text) and self.text[self.place] not in " ()|?*+{}<>":
            self.place += 2 if self.text[self.place] == "\\" else 1
        if start == self.place:
            raise ValueError(f"pattern {self.text!r} cannot be read at {start}")
        return _Word(self.text[start : self.place].replace("\\", ""))

    def peek(self) -> str:
        while self.text[self.place : self.place + 1] == " ":
            self.place += 1
        return self.text[self.place : self.place + 1]
