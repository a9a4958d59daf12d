"""Facts as lines for a terminal: nothing in them can move a cursor or forge a line."""

import sys
from collections.abc import Iterable, Mapping, Sequence

from bgagent.errors import BgAgentError

_NARROWEST_COLUMN = 8
_LEAST_TOLD = 16  # of a column that is cut beside one that names the rows


def plain(text: object) -> str:
    """Text on one line without control characters."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in str(text)).split())


def error_line(error: BgAgentError) -> str:
    """What went wrong and what to do next, on one line."""
    return plain(f"{error.message}; {error.hint}" if error.hint else error.message)


def table(
    rows: Sequence[Sequence[object]], heads: Sequence[str], *, width: int | None = None, named_by: int | None = None
) -> str:
    """Columns as wide as their widest cell, two spaces between.

    width: letters a line may have; the widest columns are cut until it fits. None for no limit.
    named_by: the column that tells the rows apart; the last columns are left out before that is cut.
    """
    cells = [list(heads), *([plain(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    if width is not None:
        least = [
            min(size, width // 2 if column == named_by else _NARROWEST_COLUMN if named_by is None else _LEAST_TOLD)
            for column, size in enumerate(widths)
        ]
        shown = _shown(least, width, named_by)
        widths = _fitted([widths[column] for column in shown], [least[column] for column in shown], width)
        cells = [[row[column] for column in shown] for row in cells]
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


def _shown(least: Sequence[int], width: int, named_by: int | None) -> list[int]:
    """The columns that can be shown without being cut to a few letters; all of them where none names the rows."""
    shown = list(range(len(least)))
    while named_by is not None and len(shown) > 1 and _whole(least[column] for column in shown) > width:
        shown.remove(shown[-1] if shown[-1] != named_by else shown[-2])
    return shown


def _fitted(widths: list[int], least: Sequence[int], width: int) -> list[int]:
    """The widest give way first, down to their least."""
    while _whole(widths) > width:
        can_give = [column for column, size in enumerate(widths) if size > least[column]]
        if not can_give:
            break
        widths[max(can_give, key=lambda column: (least[column] <= _LEAST_TOLD, widths[column]))] -= 1
    return widths


def _whole(widths: Iterable[int]) -> int:
    each = list(widths)
    return sum(each) + 2 * (len(each) - 1)


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
