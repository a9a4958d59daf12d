"""The interface of a strategy as a model is told it: made from the signatures and docstrings themselves."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import fields

from bgagent.engine.desk import OpenLot
from bgagent.engine.plan import DistanceKind, SizeKind
from bgagent.engine.strategy import Market, Position, Strategy, crossed_above, crossed_below
from bgagent.engine.trading import Trading

_OF_SEVERAL = frozenset({"symbols", "markets", "rebalance", "pay_in"})
_TOLD_IN_SHORT = frozenset({"on_start", "on_bar", "target", "crossed_above", "crossed_below"})
_SAID_BY_THEIR_NAMES = frozenset("open high low close volume symbol is_open is_flat is_long is_short".split())


_DISTANCES = tuple(kind.name for kind in DistanceKind if kind is not DistanceKind.PRICE)  # code names a Level instead


def strategy_api(*, of_several: bool = False) -> str:
    """Every public name that a strategy has, each with what its docstring says.

    of_several: also what only a strategy over several symbols has.
    """
    market = [
        f"Market, which is self['SPY'], has all of Strategy from {_first_name(Trading)} on, and",
        *_members(Market),
    ]
    parts = [
        "Strategy, which is self:",
        *_members(Strategy, without=frozenset() if of_several else _OF_SEVERAL),
        *_members(Trading),
        *(market if of_several else ()),
        "Position, which is self.position:",
        *_members(Position),
        f"Lot, of self.position.lots: {' '.join(field.name for field in fields(OpenLot))}",
        "Functions:",
        *_function(crossed_above),
        *_function(crossed_below),
        f"Distance(DistanceKind.{'|'.join(_DISTANCES)}, value, atr_length=14, follows=False)",
        f"Sizing(SizeKind.{_names(SizeKind)}, value, whole_shares=False)",
        "Level(price)",
    ]
    return "\n".join(parts)


def _members(kind: type, *, without: frozenset[str] = frozenset()) -> Iterator[str]:
    """The methods in the order of the source, a line each; then the properties, those said by their names first."""
    known: dict[str, str] = {}
    properties: list[str] = []
    for name, member in vars(kind).items():
        if name.startswith("_") or name in without:
            continue
        if isinstance(member, property):
            said = "" if name in _SAID_BY_THEIR_NAMES else f" ({_first_sentence(member.fget)})"
            properties.append(f"{name}{said}")
        elif inspect.isfunction(member):
            twin = known.setdefault(_parameters(member), name)
            yield from _function(member, twin=twin if "," in _parameters(member) else name)
    properties.sort(key=lambda text: "(" in text)  # stable: otherwise in the order of the source
    if properties:
        yield f"properties: {', '.join(properties)}"


def _first_name(kind: type) -> str:
    return next(name for name in vars(kind) if not name.startswith("_"))


def _function(function: Callable[..., object], *, twin: str = "") -> Iterator[str]:
    """Its call and what it does. twin: the function before it that takes the same arguments."""
    name = function.__name__
    parameters = f"as {twin}" if twin not in ("", name) else _parameters(function)
    yield f"{name}({parameters}): {_first_sentence(function) if name in _TOLD_IN_SHORT else _flat(function)}"


def _parameters(function: Callable[..., object]) -> str:
    """Names and defaults as they are called, without types."""
    signature = inspect.signature(function)
    called = [parameter for name, parameter in signature.parameters.items() if name != "self"]
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in called]
    return str(inspect.Signature(bare)).strip("()")


def _flat(documented: object) -> str:
    """The docstring in one line; what it raises is left to the message of the error."""
    return " ".join((inspect.getdoc(documented) or "").split()).partition(" Raises ")[0]


def _first_sentence(documented: object) -> str:
    return _flat(documented).partition(". ")[0].rstrip(".")


def _names(kinds: type[SizeKind]) -> str:
    return "|".join(kind.name for kind in kinds)
