"""Facts as lines for a terminal: nothing in them can move a cursor or forge a line."""

import sys
from collections.abc import Mapping, Sequence

from bgagent.errors import BgAgentError

_NARROWEST_COLUMN = 8


def plain(text: object) -> str:
    """Text on one line without control characters."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in str(text)).split())


def error_line(error: BgAgentError) -> str:
    """What went wrong and what to do next, on one line."""
    return plain(f"{error.message}; {error.hint}" if error.hint else error.message)


def table(rows: Sequence[Sequence[object]], heads: Sequence[str], *, width: int | None = None) -> str:
    """Columns as wide as their widest cell, two spaces between.

    width: letters a line may have; the widest columns are cut until it fits. None for no limit.
    """
    cells = [list(heads), *([plain(cell) for cell in row] for row in rows)]
    widths = _fitted([max(len(row[column]) for row in cells) for column in range(len(heads))], width)
    lines = (
        "  ".join(_cut(cell, room).ljust(room) for cell, room in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )
    return "\n".join(line if width is None else _cut(line, width) for line in lines)


def terminal_width() -> int | None:
    """Letters a line on standard output may have; None when that is no terminal."""
    if not sys.stdout.isatty():
        return None
    from shutil import get_terminal_size  # loads every compression there is

    return get_terminal_size().columns


def _fitted(widths: list[int], width: int | None) -> list[int]:
    gaps = 2 * (len(widths) - 1)
    while width is not None and sum(widths) + gaps > width and max(widths) > _NARROWEST_COLUMN:
        widths[widths.index(max(widths))] -= 1
    return widths


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: max(0, width - 1)]}…"


def fact_lines(facts: Mapping[str, object]) -> str:
    """One fact a line; what is not known is left out."""
    shown = {name: value for name, value in facts.items() if value not in (None, "", [])}
    width = max(len(name) for name in shown)
    return "\n".join(f"{name:<{width}}  {_fact(value)}" for name, value in shown.items())


def _fact(value: object) -> str:
    if isinstance(value, list):
        return plain(" ".join(str(item) for item in value))
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    return plain(value)
