"""All rules put together and compiled: what each can begin with, and what it needs to be worth trying."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bgagent.language.elements import Element, Row, key_of, union
from bgagent.language.patterns import read_pattern
from bgagent.language.phrasebook import Trie, words_of
from bgagent.language.rulebook import Action, Rules

Way = tuple[Element, Action]


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
                self.rules.setdefault(rule.name, []).append((read_pattern(rule.pattern), rule.action))
        self.listings: dict[str, Row] = {}
        for book in rules:
            for name, listing in book.listings.items():
                between = read_pattern(listing.between) if listing.between else None
                self.listings[name] = Row(read_pattern(listing.pattern), between, listing.longest, listing.flat)
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
        names = [*self.rules, *self.listings, *self.categories, *self.primitives]
        if repeated := {name for name in names if names.count(name) > 1}:
            raise LookupError(f"{', '.join(sorted(repeated))} names two different things of the grammar")
        for element in self._elements():
            for used in element.names():
                if used not in names:
                    raise LookupError(f"a pattern uses {used}, which is no rule, listing, category or primitive")

    def _elements(self) -> Iterator[Element]:
        for ways in self.rules.values():
            for element, _ in ways:
                yield element
        for row in self.listings.values():
            yield from filter(None, (row.item, row.between))

    def words(self) -> frozenset[str]:
        """Every word that some pattern or category knows."""
        found = {word for element in self._elements() for word in element.words()}
        for trie in self.categories.values():
            found.update(words_of(trie))
        return frozenset(found)

    def first(self, name: str) -> frozenset[str] | None:
        """Keys of the tokens that `name` can begin with; None when it may be empty or begin with anything."""
        if name in self.categories:
            if name not in self._firsts:
                self._firsts[name] = frozenset(key_of(word) for word in self.categories[name] if word is not None)
            return self._firsts[name]
        if name in self.primitives:
            return self.primitives[name][0]
        if name not in self._firsts:
            self._firsts[name] = frozenset()  # while it is being worked out
            elements = [self.listings[name].item] if name in self.listings else [way[0] for way in self.rules[name]]
            self._firsts[name] = union(element.first(self) for element in elements)
        return self._firsts[name]

    def beginnings(self, name: str) -> tuple[Beginning, ...]:
        """The rules for `name`, each with what it can begin with and what it needs."""
        return self._beginnings[name]
