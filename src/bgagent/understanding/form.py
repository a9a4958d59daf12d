"""The form of a model's answer: described to the model from our own types, and read back into them.

Where several dataclasses may stand in one place, each has a `kind` of its own, which the answer names; without one the
first of them is meant.

Everything that is wrong is collected, each with its place, so that one answer tells all of it.
"""

import dataclasses
import math
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from enum import StrEnum
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

_SIMPLE = {str: "string", float: "number", int: "integer", bool: "boolean", date: '"YYYY-MM-DD"'}


def describe(kind: type, without: Collection[type] = ()) -> str:
    """The dataclass and every one in it, a line each, with the defaults of what may be left out.

    Rule = {when?: string, on?: string}

    without: dataclasses that are not offered where another one may stand.
    """
    return "\n".join(_lines(kind, set(), frozenset(without)))


def _lines(kind: type, told: set[type], without: frozenset[type]) -> Iterator[str]:
    hints = get_type_hints(kind)
    tag = _tag(kind)
    parts = [f'kind: "{tag}"'] if tag else []
    below: list[type] = []
    told.add(kind)
    for field in dataclasses.fields(kind):
        text = _written(hints[field.name], below, without)
        default = field.default
        optional = default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
        shown = "" if default in (None, dataclasses.MISSING, "", ()) or dataclasses.is_dataclass(default) else default
        parts.append(f"{field.name}{'?' if optional else ''}: {text}" + (f" = {_json(shown)}" if shown != "" else ""))
    yield f"{kind.__name__} = {{{', '.join(parts)}}}"
    for inner in below:
        if inner not in told:
            yield from _lines(inner, told, without)


def _json(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)


def _tag(kind: Any) -> str:
    """The word by which a dataclass is told from the others of its union; empty for one that has none."""
    tag = getattr(kind, "kind", "")
    return tag if isinstance(tag, str) else ""


def _written(hint: Any, below: list[type], without: Collection[type] = ()) -> str:
    choices = [choice for choice in _choices(hint) if choice is not type(None)]
    if len(choices) > 1:
        choices = [choice for choice in choices if choice not in without or not _tag(choice)]
    texts = []
    for choice in choices:
        if get_origin(choice) is tuple:
            texts.append(f"[{_written(get_args(choice)[0], below, without)}, ...]")
        elif dataclasses.is_dataclass(choice):
            below.append(choice)  # type: ignore[arg-type]
            texts.append(choice.__name__)  # type: ignore[union-attr]
        elif issubclass(choice, StrEnum):
            texts.append(" | ".join(f'"{member}"' for member in choice))
        else:
            texts.append(_SIMPLE[choice])
    return " | ".join(texts)


def read_form(value: Any, kind: type[T], place: str, problems: list[str]) -> T | None:
    """The value as `kind`, a dataclass; None when anything is wrong, and `problems` says what and where.

    Keys may be left out or null where a default is. Numbers that do not exist (NaN), unknown keys and what the type
    itself refuses are problems too.
    """
    if not isinstance(value, Mapping):
        problems.append(f"{place}: expected an object, was {_short(value)}")
        return None
    before = len(problems)
    hints = get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    tag = _tag(kind)
    for name in value:
        if name not in fields and not (tag and name == "kind" and value[name] == tag):
            problems.append(f"{place}.{name}: there is no such key; {kind.__name__} has {', '.join(fields)}")
    given: dict[str, Any] = {}
    for name, field in fields.items():
        optional = field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
        if value.get(name) is None:
            if not optional:
                problems.append(f"{place}.{name}: is missing")
            continue
        given[name] = _read(value[name], hints[name], f"{place}.{name}", problems)
    if len(problems) > before:
        return None
    try:
        return kind(**given)
    except ValueError as error:
        problems.append(f"{place}: {error}")
        return None


def _read(value: Any, hint: Any, place: str, problems: list[str]) -> Any:
    tagged = {_tag(choice): choice for choice in _choices(hint) if _tag(choice)}
    if len(tagged) > 1:
        wanted = value.get("kind", next(iter(tagged))) if isinstance(value, Mapping) else next(iter(tagged))
        if not isinstance(wanted, str) or wanted not in tagged:
            problems.append(f"{place}.kind: expected one of {', '.join(tagged)}, was {_short(wanted)}")
            return None
        return read_form(value, tagged[wanted], place, problems)
    for choice in _choices(hint):
        if choice is type(None):
            continue
        if dataclasses.is_dataclass(choice):
            return read_form(value, choice, place, problems)  # type: ignore[arg-type]
        if get_origin(choice) is tuple:
            return _read_list(value, get_args(choice)[0], place, problems)
        if (found := _read_simple(value, choice)) is not None:
            return found
    problems.append(f"{place}: expected {_written(hint, [])}, was {_short(value)}")
    return None


def _read_list(value: Any, hint: Any, place: str, problems: list[str]) -> tuple[Any, ...]:
    if not isinstance(value, list):
        problems.append(f"{place}: expected a list, was {_short(value)}")
        return ()
    return tuple(_read(item, hint, f"{place}[{index}]", problems) for index, item in enumerate(value))


def _read_simple(value: Any, kind: type) -> Any:
    """The value as text, number, truth, date or one of a few words; None when it is not."""
    if isinstance(value, bool):
        return value if kind is bool else None
    if isinstance(value, int | float):
        if kind is float and math.isfinite(value):
            return float(value)
        return int(value) if kind is int and math.isfinite(value) and float(value).is_integer() else None
    if not isinstance(value, str):
        return None
    if kind is str:
        return value
    try:
        if issubclass(kind, StrEnum):
            return kind(value)
        return date.fromisoformat(value) if kind is date else None
    except ValueError:
        return None


def _choices(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
