"""The rules of the grammar as they are written down, module by module."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bgagent.language.elements import Finder

Action = Callable[..., Any]
Primitive = Callable[[Finder, int], Iterable[tuple[int, Any]]]
FirstKeys = Callable[[], Iterable[str]]


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
