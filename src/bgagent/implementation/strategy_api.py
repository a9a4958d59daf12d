"""The interface of a strategy as a model is told it: made from the signatures and docstrings themselves."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import fields

from bgagent.engine.desk import OpenLot
from bgagent.engine.plan import DistanceKind, SizeKind
from bgagent.engine.strategy import Market, Position, Strategy, crossed_above, crossed_below
from bgagent.engine.trading import Trading

_OF_SEVERAL = frozenset({"symbols", "markets", "rebalance", "pay_in"})


def strategy_api(*, of_several: bool = False) -> str:
    """Every public name that a strategy has, each with what its docstring says.

    of_several: also what only a strategy over several symbols has.
    """
    market = [
        f"class Market:  # self['SPY'], has all of Strategy from {_first_name(Trading)} on, and",
        *_members(Market, "    "),
    ]
    parts = [
        "class Strategy:",
        *_members(Strategy, "    ", without=frozenset() if of_several else _OF_SEVERAL),
        *_members(Trading, "    "),
        *(market if of_several else ()),
        "class Position:  # self.position",
        *_members(Position, "    "),
        f"class OpenLot:  # of self.position.lots\n    {' '.join(field.name for field in fields(OpenLot))}",
        *_function(crossed_above, ""),
        *_function(crossed_below, ""),
        f"Distance(DistanceKind.{_names(DistanceKind)}, value, atr_length=14, follows=False)",
        f"Sizing(SizeKind.{_names(SizeKind)}, value, whole_shares=False)",
        "Level(price)",
    ]
    return "\n".join(parts)


def _members(kind: type, indent: str, *, without: frozenset[str] = frozenset()) -> Iterator[str]:
    """The members in the order of the source: methods with signature, properties with their first words."""
    known: dict[str, str] = {}
    for name, member in vars(kind).items():
        if name.startswith("_") or name in without:
            continue
        if isinstance(member, property):
            yield f"{indent}{name}  # {_first_sentence(member.fget)}"
        elif inspect.isfunction(member):
            twin = known.setdefault(_parameters(member), name)
            yield from _function(member, indent, twin=twin if "," in _parameters(member) else name)


def _first_name(kind: type) -> str:
    return next(name for name in vars(kind) if not name.startswith("_"))


def _function(function: Callable[..., object], indent: str, *, twin: str = "") -> Iterator[str]:
    """Its call and what it does. twin: the function before it that takes the same arguments."""
    name = function.__name__
    parameters = f"as {twin}" if twin not in ("", name) else _parameters(function)
    yield f"{indent}def {name}({parameters}): {_flat(function)}"


def _parameters(function: Callable[..., object]) -> str:
    """Names and defaults, without types."""
    signature = inspect.signature(function)
    bare = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in signature.parameters.values()]
    return str(inspect.Signature(bare)).strip("()")


def _flat(documented: object) -> str:
    """The docstring in one line; what it raises is left to the message of the error."""
    return " ".join((inspect.getdoc(documented) or "").split()).partition(" Raises ")[0]


def _first_sentence(documented: object) -> str:
    return _flat(documented).partition(". ")[0].rstrip(".")


def _names(kinds: type[DistanceKind] | type[SizeKind]) -> str:
    return "|".join(kind.name for kind in kinds)
