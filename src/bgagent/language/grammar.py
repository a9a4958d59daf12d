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


_ABBREVIATIONS = frozenset(("vs", "v", "rs", "std", "e", "u", "s", "m", "inc", "corp", "approx", "max", "min", "avg"))
_ENOUGH_NOISE = 4  # words of the noise list before one word


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


@dataclass(frozen=True, slots=True)
class Listing:
    """Several of one thing in a row; see Rules.listing."""

    pattern: str
    between: str
    longest: int
    flat: bool


class Rules:
    """Rules as they are written down, by module; `Grammar` puts them together."""

    def __init__(self) -> None:
        self.written: list[Rule] = []
        self.listings: dict[str, Listing] = {}
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

    def listing(self, name: str, pattern: str, *, longest: int, between: str = "", flat: bool = False) -> None:
        """One or more of a pattern that binds one value, as a tuple; `between` stands between two of them.

        flat: the values are tuples themselves, to be joined.
        """
        self.listings[name] = Listing(pattern, between, longest, flat)

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
        self.listings: dict[str, _Row] = {}
        for book in rules:
            for name, listing in book.listings.items():
                between = _Pattern(listing.between).read() if listing.between else None
                self.listings[name] = _Row(_Pattern(listing.pattern).read(), between, listing.longest, listing.flat)
        self._check_names()
        self._firsts: dict[str, frozenset[str] | None] = {}
        for element in self._elements():
            element.prepare(self)
        self._beginnings = {
            name: tuple(
                Beginning(element.first(self), element.needs(self), tuple(element.must()), (element, action))
                for element, action in ways
            )
            for name, ways in self.rules.items()
        }

    def _check_names(self) -> None:
        known = {*self.rules, *self.listings, *self.categories, *self.primitives}
        for element in self._elements():
            for used in element.names():
                if used not in known:
                    raise LookupError(f"a pattern uses {used}, which is no rule, listing, category or primitive")

    def _elements(self) -> Iterator["Element"]:
        for ways in self.rules.values():
            for element, _ in ways:
                yield element
        for row in self.listings.values():
            yield from filter(None, (row.item, row.between))

    def words(self) -> frozenset[str]:
        """Every word that some pattern or category knows."""
        found = {word for element in self._elements() for word in element.words()}
        for trie in self.categories.values():
            found.update(_trie_words(trie))
        return frozenset(found)

    def first(self, name: str) -> frozenset[str] | None:
        """Keys of the tokens that `name` can begin with; None when it may be empty or begin with anything."""
        if name in self.categories:
            if name not in self._firsts:
                self._firsts[name] = frozenset(_key_of(word) for word in self.categories[name] if word is not None)
            return self._firsts[name]
        if name in self.primitives:
            return self.primitives[name][0]
        if name not in self._firsts:
            self._firsts[name] = frozenset()  # while it is being worked out
            elements = [self.listings[name].item] if name in self.listings else [way[0] for way in self.rules[name]]
            self._firsts[name] = _union(element.first(self) for element in elements)
        return self._firsts[name]

    def beginnings(self, name: str) -> tuple["Beginning", ...]:
        """The rules for `name`, each with what it can begin with and what it needs."""
        return self._beginnings[name]


def _union(sets: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    result: set[str] = set()
    for one in sets:
        if one is None:
            return None
        result |= one
    return frozenset(result)


def _key_of(word: str) -> str:
    """The key of the tokens that are written like this."""
    return "#" if word[0].isdigit() else word


def _trie_words(trie: Trie) -> Iterator[str]:
    for word, below in trie.items():
        if word is not None:
            yield word
            yield from _trie_words(below)


Way = tuple["Element", Action]


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is known of a rule without trying it.

    first: keys it can begin with; None: any. needs: sets of keys of each of which a sentence must hold one. must: rules
    that are part of it in any case.
    """

    first: frozenset[str] | None
    needs: tuple[frozenset[str], ...]
    must: tuple[str, ...]
    way: Way


class TooIntricate(Exception):
    """A sentence takes more tries than any that a person writes."""


class Chart:
    """Everything a grammar finds in one sentence, worked out once per rule and place.

    Raises TooIntricate from `find` when it has tried a rule at a place more than `tries` times.
    """

    def __init__(self, grammar: Grammar, tokens: Sequence[Token], *, tries: int = 1_000_000) -> None:
        self._tries_left = tries
        self.grammar = grammar
        self.tokens = tokens
        self.keys = [token.key for token in tokens]
        self._found: dict[tuple[str, int], tuple[tuple[int, Any], ...]] = {}
        self._ways: dict[tuple[str, frozenset[str], int], tuple[Way, ...]] = {}
        self._possible: dict[tuple[str, int], tuple[Beginning, ...]] = {}
        self._stretches = list(_stretches(tokens))  # which stretch between full stops each place is in
        self._present = [
            frozenset(key for key, stretch in zip(self.keys, self._stretches, strict=True) if stretch == number)
            for number in range(self._stretches[-1] + 1 if tokens else 0)
        ]
        self._starts = [self._starts_at(place) for place in range(len(tokens) + 1)]
        self.start_keys = [frozenset(self.keys[start] for start in starts) for starts in self._starts]

    def _starts_at(self, place: int) -> tuple[int, ...]:
        starts: list[int] = []
        while place < len(self.tokens) and len(starts) < _ENOUGH_NOISE:
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
            self._tries_left -= 1
            if self._tries_left < 0:
                raise TooIntricate
            found = self._find(name, place)
            self._found[wanted] = found
        return found

    def _find(self, name: str, place: int) -> tuple[tuple[int, Any], ...]:
        grammar = self.grammar
        ends: dict[int, Any] = {}
        if name in grammar.primitives:
            first, function = grammar.primitives[name]
            if first is None or self.start_keys[place] & first:
                for start in self._starts[place] or (place,):
                    for end, value in function(self, start):
                        ends.setdefault(end, value)
        elif name in grammar.categories:
            for start in self._starts[place]:
                for end, value in _phrases(grammar.categories[name], self.tokens, start):
                    ends.setdefault(end, value)
        elif name in grammar.listings:
            ends.update(grammar.listings[name].find(self, place))
        else:
            for element, action in self._ways_at(name, place):
                for end, bound in element.match(self, place):
                    if end not in ends:
                        value = action(**dict(bound))
                        if value is not None:
                            ends[end] = value
        if not ends:
            return ()
        if len(ends) == 1:
            ((end, value),) = ends.items()
            return ((end, self._placed(value, place, end)),)
        longest = sorted(ends, reverse=True)[:_ENOUGH_ENDS]
        return tuple((end, self._placed(ends[end], place, end)) for end in longest)

    def _ways_at(self, name: str, place: int) -> tuple["Way", ...]:
        if place >= len(self.tokens):
            return ()
        keys, stretch = self.start_keys[place], self._stretches[place]
        found = self._ways.get((name, keys, stretch))
        if found is None:
            found = tuple(
                beginning.way
                for beginning in self._possible_ways(name, stretch)
                if beginning.first is None or not beginning.first.isdisjoint(keys)
            )
            self._ways[name, keys, stretch] = found
        return found

    def _possible_ways(self, name: str, stretch: int) -> tuple["Beginning", ...]:
        """The rules for `name` whose every part has its words somewhere in the stretch."""
        found = self._possible.get((name, stretch))
        if found is None:
            everything = self._possible[name, stretch] = self.grammar.beginnings(name)  # until it is worked out
            present = self._present[stretch]
            found = tuple(beginning for beginning in everything if self._is_possible(beginning, present, stretch))
            self._possible[name, stretch] = found
        return found

    def _is_possible(self, beginning: "Beginning", present: frozenset[str], stretch: int) -> bool:
        for need in beginning.needs:
            if need.isdisjoint(present):
                return False
        rules = self.grammar.rules
        return all(self._possible_ways(name, stretch) for name in beginning.must if name in rules)

    def _placed(self, value: Any, place: int, end: int) -> Any:
        if isinstance(value, Placed) and value.place is None:
            return replace(value, place=(place, end))  # type: ignore[type-var]
        if isinstance(value, tuple) and any(isinstance(part, Placed) and part.place is None for part in value):
            return tuple(self._placed(part, place, end) for part in value)
        return value


def _stretches(tokens: Sequence[Token]) -> Iterator[int]:
    """The number of the stretch each token is in: stretches end with a full stop, a semicolon, a line.

    No rule asks for words on both sides of such an end, which keeps the search short in long texts.
    """
    number = 0
    for place, token in enumerate(tokens):
        yield number
        ends = token.word in ("\n", ";", "?", "!") or (token.word == "." and not _is_inner_stop(tokens, place))
        number += ends


def _is_inner_stop(tokens: Sequence[Token], place: int) -> bool:
    """True for the stop of an abbreviation, "vs." or "Rs."."""
    return place > 0 and tokens[place - 1].word in _ABBREVIATIONS


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

    def needs(self, grammar: Grammar) -> tuple[frozenset[str], ...]:
        """Sets of keys of each of which a sentence must hold one for this to fit anywhere."""
        first = self.first(grammar)
        return () if first is None else (first,)

    def must(self) -> Iterator[str]:
        """Rules that are part of it however it fits."""
        yield from ()

    def prepare(self, grammar: Grammar) -> None:
        """Works out once what matching needs of the whole grammar."""

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
        return frozenset((_key_of(self.word),))

    def words(self) -> Iterator[str]:
        yield self.word


@dataclass(slots=True)
class _Reference(Element):
    """keys: of tokens that what it refers to can begin with."""

    name: str
    label: str | None
    keys: frozenset[str] | None = None

    def match(self, chart: Chart, place: int) -> Iterable[tuple[int, Bindings]]:
        if self.keys is not None and self.keys.isdisjoint(chart.start_keys[place]):
            return ()
        label = self.label
        if label is None:
            return [(end, ()) for end, _ in chart.find(self.name, place)]
        return [(end, ((label, value),)) for end, value in chart.find(self.name, place)]

    def first(self, grammar: Grammar) -> frozenset[str] | None:
        return grammar.first(self.name)

    def must(self) -> Iterator[str]:
        yield self.name

    def prepare(self, grammar: Grammar) -> None:
        self.keys = grammar.first(self.name)

    def names(self) -> Iterator[str]:
        yield self.name


@dataclass(frozen=True, slots=True)
class _Sequence(Element):
    elements: tuple[Element, ...]

    def match(self, chart: Chart, place: int) -> Iterable[tuple[int, Bindings]]:
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

    def needs(self, grammar: Grammar) -> tuple[frozenset[str], ...]:
        return tuple(dict.fromkeys(need for element in self.elements for need in element.needs(grammar)))

    def must(self) -> Iterator[str]:
        for element in self.elements:
            yield from element.must()

    def prepare(self, grammar: Grammar) -> None:
        for element in self.elements:
            element.prepare(grammar)

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

    def prepare(self, grammar: Grammar) -> None:
        for option in self.options:
            option.prepare(grammar)

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

    def prepare(self, grammar: Grammar) -> None:
        self.inner.prepare(grammar)

    def names(self) -> Iterator[str]:
        yield from self.inner.names()

    def words(self) -> Iterator[str]:
        yield from self.inner.words()


@dataclass(frozen=True, slots=True)
class _Row:
    """Several of one thing in a row: a compiled Listing."""

    item: Element
    between: Element | None
    longest: int
    flat: bool

    def find(self, chart: Chart, place: int) -> dict[int, tuple[Any, ...]]:
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
