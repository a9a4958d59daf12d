"""Facts as lines for a terminal: nothing in them can move a cursor or forge a line."""

from collections.abc import Mapping, Sequence

from bgagent.errors import BgAgentError


def plain(text: object) -> str:
    """Text on one line without control characters."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in str(text)).split())


def error_line(error: BgAgentError) -> str:
    """What went wrong and what to do next, on one line."""
    return plain(f"{error.message}; {error.hint}" if error.hint else error.message)


def table(rows: Sequence[Sequence[object]], heads: Sequence[str]) -> str:
    """Columns as wide as their widest cell, two spaces between."""
    cells = [list(heads), *([plain(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )


def fact_lines(facts: Mapping[str, object]) -> str:
    """One fact a line; what is not known is left out."""
    shown = {name: value for name, value in facts.items() if value not in (None, "", [])}
    width = max(len(name) for name in shown)
    return "\n".join(f"{name:<{width}}  {_fact(value)}" for name, value in shown.items())


def _fact(value: object) -> str:
    if isinstance(value, list):
        return plain(" ".join(str(item) for item in value))
    return f"{value:.3g}" if isinstance(value, float) else plain(value)
