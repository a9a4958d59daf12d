"""All rules put together and compiled: what each can begin with, and what it needs to be worth trying."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bgagent.language.elements import Element, Row, key_of, union
from bgagent.language.patterns import read_pattern
from bgagent.language.phrasebook import Trie, words_of
from bgagent.language.rulebook import Action, Listing, Rule, Rules

Way = tuple[Element, Action]
_REFERENCE = re.compile(r"\{[^}]*\}|<[^>]*>")
_WORD = re.compile(r"(?:\\.|[^\s()|?*+{}<>\\])+")


@dataclass(slots=True)
class Beginning:
    """What is known of a rule without trying it.

    needs: sets of keys of each of which a sentence must hold one. must: rules and categories that are part of it in any
    case. keys: those it can begin with, None: any; worked out when first asked for.
    """

    needs: tuple[frozenset[str], ...]
    must: tuple[str, ...]
    way: Way
    keys: frozenset[str] | None = None
    is_known: bool = False

    def first(self, grammar: "Grammar") -> frozenset[str] | None:
        """Keys it can begin with; None: any."""
        if not self.is_known:
            self.keys, self.is_known = self.way[0].first(grammar), True
        return self.keys


class Grammar:
    """Rules and categories. categories: name -> trie of phrases. noise: words allowed before any word."""

    def __init__(self, rules: Sequence[Rules], categories: Mapping[str, Trie], noise: frozenset[str]) -> None:
        self.categories = categories
        self.noise = noise
        self.primitives = {
            name: (None if first is None else frozenset(first()), function)
            for book in rules
            for name, (first, function) in book.primitives.items()
        }
        self.rules: dict[str, list[Rule]] = {}
        self._written: dict[str, Listing] = {}
        for book in rules:
            for rule in book.written:
                self.rules.setdefault(rule.name, []).append(rule)
            self._written.update(book.listings)
        self._ways: dict[str, tuple[Way, ...]] = {}
        self._rows: dict[str, Row] = {}
        self._firsts: dict[str, frozenset[str] | None] = {}
        self._asked: list[str] = []  # names whose first keys are being worked out
        self._roots: dict[str, str] = {}  # of them those that begin with one that was asked for earlier
        self._partial: dict[str, tuple[frozenset[str] | None, str]] = {}  # keys without those of the root
        self._beginnings: dict[str, tuple[Beginning, ...]] = {}

    def compile(self) -> None:
        """Works out all that can be known without a sentence."""
        for name in self.rules:
            for beginning in self.beginnings(name):
                beginning.first(self)
        for name in self._written:
            self.row(name)

    def check(self) -> None:
        """Raises LookupError for a name with two meanings or with none."""
        names = [*self.rules, *self._written, *self.categories, *self.primitives]
        known = set(names)
        if len(known) < len(names):
            repeated = {name for name in known if names.count(name) > 1}
            raise LookupError(f"{', '.join(sorted(repeated))} names two different things of the grammar")
        for element in self._elements():
            for used in element.names():
                if used not in known:
                    raise LookupError(f"a pattern uses {used}, which is no rule, listing, category or primitive")

    def _elements(self) -> Iterator[Element]:
        for name in self.rules:
            yield from (element for element, _ in self._ways_of(name))
        for name in self._written:
            row = self.row(name)
            assert row is not None
            yield from filter(None, (row.item, row.between))

    def words(self) -> frozenset[str]:
        """Every word that some pattern or category knows."""
        patterns = [rule.pattern for ways in self.rules.values() for rule in ways]
        patterns += [part for row in self._written.values() for part in (row.pattern, row.between)]
        text = _REFERENCE.sub(" ", "\n".join(patterns).replace("\\<", "\\\\ ").replace("\\>", "\\\\ "))
        found = {word.replace("\\", "") for word in _WORD.findall(text)}
        for trie in self.categories.values():
            found.update(words_of(trie))
        return frozenset(found - {""})

    def row(self, name: str) -> Row | None:
        """The listing of that name, compiled; None where it names none."""
        found = self._rows.get(name)
        if found is None and name in self._written:
            written = self._written[name]
            between = read_pattern(written.between) if written.between else None
            found = self._rows[name] = Row(read_pattern(written.pattern), between, written.longest, written.flat)
        return found

    def _ways_of(self, name: str) -> tuple[Way, ...]:
        found = self._ways.get(name)
        if found is None:
            found = self._ways[name] = tuple((read_pattern(rule.pattern), rule.action) for rule in self.rules[name])
        return found

    def first(self, name: str) -> frozenset[str] | None:
        """Keys of the tokens that `name` can begin with; None when it may be empty or begin with anything."""
        if name in self._firsts:
            return self._firsts[name]
        if name in self.primitives:
            return self.primitives[name][0]
        if name in self.categories:
            self._firsts[name] = frozenset(key_of(word) for word in self.categories[name] if word is not None)
            return self._firsts[name]
        if name in self._asked:
            self._note_circle(name)
            return frozenset()
        if name in self._partial:
            self._note_circle(self._partial[name][1])
            return self._partial[name][0]
        self._asked.append(name)
        row = self.row(name)
        elements = [row.item] if row is not None else [element for element, _ in self._ways_of(name)]
        found = union(element.first(self) for element in elements)
        self._asked.pop()
        root = self._roots.pop(name, name)
        if root != name:
            self._partial[name] = (found, root)
            return found
        self._firsts[name] = found
        for other, (keys, their_root) in list(self._partial.items()):
            if their_root == name:  # what begins with `name` begins with all that `name` does
                self._firsts[other] = union((keys, found))
                del self._partial[other]
        return found

    def _note_circle(self, root: str) -> None:
        """What is being worked out after `root` begins with it: their keys are not complete before those of `root`."""
        depth = self._asked.index(root)
        for name in self._asked[depth + 1 :]:
            known = self._roots.get(name, name)
            if known == name or self._asked.index(known) > depth:
                self._roots[name] = root

    def beginnings(self, name: str) -> tuple[Beginning, ...]:
        """The rules for `name`, each with what it can begin with and what it needs."""
        found = self._beginnings.get(name)
        if found is None:
            found = self._beginnings[name] = tuple(
                Beginning(element.needs(self), tuple(element.must()), (element, action))
                for element, action in self._ways_of(name)
            )
        return found
