"""Takes the JSON or the Python out of what a model wrote around it."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*([\w+-]*)")
_OBJECT_START = re.compile(r'\{\s*["}]')  # a brace in prose is followed by something else
_AFTER_THOUGHTS = ("</think>", "</thinking>", "</reasoning>")
_MOST_CHARACTERS = 200_000
_MOST_DEEP = 60


class Unreadable(ValueError):
    """An answer that is not what was asked for; the message tells the model what to mend, a line for each problem."""


class _Block(NamedTuple):
    language: str
    text: str


def read_object(text: str) -> dict[str, Any]:
    """The one JSON object in an answer, whatever prose, thoughts or fences stand around it.

    Of several the longest counts, and what stands in a fence before what does not. Raises Unreadable when there is
    none, when it is cut off, or when it holds NaN, a key twice, or objects nested beyond reason.
    """
    text = _without_thoughts(text)
    problem = "there is none in it"
    for part in (*(block.text for block in _blocks(text)), text):
        try:
            found = max(_objects(part), key=lambda pair: pair[0], default=None)
        except Unreadable as error:
            problem = str(error)
            continue
        if found is not None:
            return found[1]
    raise Unreadable(f"the answer is not one JSON object: {problem}")


def read_python(text: str) -> str:
    """The Python file in an answer: its longest fenced block, closed or not, else the whole text.

    Raises Unreadable when no class stands in it.
    """
    text = _without_thoughts(text)
    blocks = [block.text for block in _blocks(text) if block.language in ("", "python", "py", "python3")]
    source = max(blocks, key=len, default=text).strip("\n") + "\n"
    if not re.search(r"^class\s+\w+", source, re.MULTILINE):
        raise Unreadable("the answer holds no Python class; answer with one Python file in a ```python block")
    return source


def _without_thoughts(text: str) -> str:
    """What follows the last word that a model thought aloud."""
    if len(text) > _MOST_CHARACTERS:
        raise Unreadable(f"the answer is {len(text)} characters long; {_MOST_CHARACTERS} are read at most")
    ends = [text.rfind(mark) + len(mark) for mark in _AFTER_THOUGHTS if mark in text]
    return text[max(ends, default=0) :]


def _blocks(text: str) -> Iterator[_Block]:
    """Fenced blocks, in order; one that is never closed ends with the text."""
    opened: re.Match[str] | None = None
    lines: list[str] = []
    for line in text.splitlines():
        fence = _FENCE.match(line)
        if opened is None:
            if fence:
                opened, lines = fence, []
        elif fence and fence[1].startswith(opened[1]) and not fence[2]:
            yield _Block(opened[2].lower(), "\n".join(lines))
            opened = None
        else:
            lines.append(line)
    if opened is not None:
        yield _Block(opened[2].lower(), "\n".join(lines))


def _objects(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """(length, object) of every JSON object that stands in no other one."""
    decoder = json.JSONDecoder(object_pairs_hook=_without_twins, parse_constant=_refuse_constant)
    position = 0
    while start := _OBJECT_START.search(text, position):
        try:
            value, position = decoder.raw_decode(text, start.start())
        except json.JSONDecodeError as error:
            is_cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
            raise Unreadable("it is cut off" if is_cut else f"{error.msg} in line {error.lineno}") from error
        except RecursionError:
            raise Unreadable("it is nested too deeply") from None
        if _depth(value) > _MOST_DEEP:
            raise Unreadable("it is nested too deeply")
        yield position - start.start(), value


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable(f"the key {twice!r} stands twice in one object")
    return named


def _refuse_constant(word: str) -> Any:
    raise Unreadable(f"{word} is no JSON; write null for what is not given")


def _depth(value: Any, deep: int = 0) -> int:
    if deep > _MOST_DEEP:
        return deep
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max((_depth(item, deep + 1) for item in inner), default=deep)
