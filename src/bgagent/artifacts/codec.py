"""Artifacts as JSON and back: deterministic bytes, no NaN, field names without the underscore Python forces on them."""

import dataclasses
import math
from datetime import date
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from bgagent.artifacts.code_plan import CodePlan
from bgagent.engine.plan import Plan

T = TypeVar("T")

Plain = dict[str, Any] | list[Any] | str | int | float | bool | None


def to_json(value: object) -> bytes:
    """The artifact as UTF-8 JSON, fields in their order, two spaces a level, a newline at the end.

    The same value always gives the same bytes. A lone surrogate in a text, which UTF-8 cannot hold, becomes `?`.
    Raises ValueError, naming the place, for NaN, an infinity, and anything JSON has no word for.
    """
    return msgspec.json.format(msgspec.json.encode(to_plain(value)), indent=2) + b"\n"


def from_json(text: bytes | str, kind: type[T]) -> T:
    """The artifact of type `kind` that `to_json` wrote; keys it does not know are passed over.

    Raises ValueError, naming the place, when the text is no JSON or does not describe such a value.
    """
    try:
        return msgspec.convert(_with_python_names(msgspec.json.decode(text), kind), kind, dec_hook=_plan_of)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ValueError(f"this is no {kind.__name__}: {error}") from error


def to_plain(value: object) -> Plain:
    """The artifact as dictionaries, lists and scalars, as they stand in the JSON; errors as in `to_json`."""
    return _plain(value, type(value).__name__)


def _plain(value: object, place: str) -> Plain:
    match value:
        case None | bool():
            return value
        case str():
            return value.encode("utf-8", "replace").decode()
        case float():
            if not math.isfinite(value):
                raise ValueError(f"{place} is {value}; what is undefined must be None before it is written")
            return float(value)
        case int():
            return int(value)
        case date():
            return str(msgspec.to_builtins(value))
        case tuple() | list():
            return [_plain(item, f"{place}[{index}]") for index, item in enumerate(value)]
        case dict():
            if not all(isinstance(key, str) for key in value):
                raise ValueError(f"{place} has a key that is no text")
            return {key.encode("utf-8", "replace").decode(): _plain(value[key], f"{place}.{key}") for key in value}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        written = {_outside(name): _plain(getattr(value, name), f"{place}.{_outside(name)}") for name in names}
        return {"kind": value.kind, **written} if isinstance(value, Plan) else written
    raise ValueError(f"{place} is a {type(value).__name__}, which JSON has no word for")


def _outside(name: str) -> str:
    """`return_` is `return` in the JSON."""
    return name.removesuffix("_")


def _plan_of(wanted: type, written: Any) -> Any:
    """The plan of the kind it was written with; ValueError when there is no such kind."""
    if wanted is not Plan or not isinstance(written, dict):
        raise ValueError(f"a {wanted.__name__} cannot be read")
    plans: tuple[type[Plan], ...] = (*Plan.__subclasses__(), CodePlan)
    kinds = {plan.kind: plan for plan in plans}
    if written.get("kind") not in kinds:
        raise ValueError(f"there is no plan of the kind {written.get('kind')!r}")
    plan = kinds[written["kind"]]
    return msgspec.convert(_with_python_names(written, plan), plan)


@cache
def _fields(kind: type) -> tuple[tuple[str, str, Any], ...]:
    """(name in the JSON, name in Python, type) of each field of a dataclass."""
    hints = get_type_hints(kind)
    return tuple((_outside(field.name), field.name, hints[field.name]) for field in dataclasses.fields(kind))


def _with_python_names(value: Any, kind: Any) -> Any:
    """Plain JSON data with the keys of `kind`'s dataclasses as Python spells them; other keys are left alone."""
    if isinstance(value, dict):
        named = _dataclass_in(kind)
        if named is not None:
            return {
                inside: _with_python_names(value[outside], field_kind)
                for outside, inside, field_kind in _fields(named)
                if outside in value
            }
        item_kind = _argument_of(kind, dict, 1)
        return {key: _with_python_names(item, item_kind) for key, item in value.items()}
    if isinstance(value, list):
        item_kind = _argument_of(kind, tuple, 0)
        return [_with_python_names(item, item_kind) for item in value]
    return value


def _choices(kind: Any) -> tuple[Any, ...]:
    """The members of a union; a type alone is its own only member."""
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def _dataclass_in(kind: Any) -> type | None:
    return next((choice for choice in _choices(kind) if dataclasses.is_dataclass(choice)), None)  # type: ignore[return-value]


def _argument_of(kind: Any, container: type, index: int) -> Any:
    """Type of what a `container` among the choices of `kind` holds; Any when it says nothing."""
    for choice in _choices(kind):
        if get_origin(choice) is container:
            return get_args(choice)[index]
    return Any
