"""Everything a grammar finds in one sentence.

Every rule is tried once per place, which keeps the time a low power of the sentence's length; rules whose words are not
in the stretch of text at all are not tried.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from bgagent.language.grammar import Beginning, Grammar, Way
from bgagent.language.phrasebook import phrases_at
from bgagent.language.tokens import Placed, Token

_ENOUGH_ENDS = 24  # of one rule at one place; a rule that can stop at more is a list, whose longest ends matter
_ENOUGH_NOISE = 4  # words of the noise list before one word
_ABBREVIATIONS = frozenset(("vs", "v", "rs", "std", "e", "u", "s", "m", "inc", "corp", "approx", "max", "min", "avg"))


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

    def first(self, name: str) -> frozenset[str] | None:
        """Keys of the tokens that a rule can begin with; None: any."""
        return self.grammar.first(name)

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
            starts = (place,) if first is None else [at for at in self._starts[place] if self.keys[at] in first]
            for start in starts:
                for end, value in function(self, start):
                    ends.setdefault(end, value)
        elif name in grammar.categories:
            for start in self._starts[place]:
                for end, value in phrases_at(grammar.categories[name], self.tokens, start):
                    ends.setdefault(end, value)
        elif (row := grammar.row(name)) is not None:
            ends.update(row.find(self, place))
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

    def _ways_at(self, name: str, place: int) -> tuple[Way, ...]:
        if place >= len(self.tokens):
            return ()
        keys, stretch = self.start_keys[place], self._stretches[place]
        found = self._ways.get((name, keys, stretch))
        if found is None:
            found = tuple(
                beginning.way
                for beginning in self._possible_ways(name, stretch)
                if (first := beginning.first(self.grammar)) is None or not first.isdisjoint(keys)
            )
            self._ways[name, keys, stretch] = found
        return found

    def _possible_ways(self, name: str, stretch: int) -> tuple[Beginning, ...]:
        """The rules for `name` whose every part has its words somewhere in the stretch."""
        found = self._possible.get((name, stretch))
        if found is None:
            everything = self._possible[name, stretch] = self.grammar.beginnings(name)  # until it is worked out
            present = self._present[stretch]
            found = tuple(beginning for beginning in everything if self._is_possible(beginning, present, stretch))
            self._possible[name, stretch] = found
        return found

    def _is_possible(self, beginning: Beginning, present: frozenset[str], stretch: int) -> bool:
        for need in beginning.needs:
            if need.isdisjoint(present):
                return False
        return all(self._may_stand(name, present, stretch) for name in beginning.must)

    def _may_stand(self, name: str, present: frozenset[str], stretch: int) -> bool:
        """Whether the stretch has words that a rule or a category needs."""
        if name in self.grammar.rules:
            return bool(self._possible_ways(name, stretch))
        first = self.grammar.first(name)
        return first is None or not first.isdisjoint(present)

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
