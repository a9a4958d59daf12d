"""The report as markdown that reads well in a terminal and on a code host.

Everything from outside (sentence, labels, text of models) is escaped wherever it is printed: a value that is not
marked as ready goes through `escape`, so a template cannot forget it.
"""

import re
from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template

from bgagent.artifacts.report import Report
from bgagent.reporting.localised import localised
from bgagent.reporting.table import Column, Table
from bgagent.reporting.view import view, writer_for
from bgagent.reporting.visible import visible

TRADES_SHOWN = 40

_SPECIAL = re.compile(r"[\\`*\[\]<|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=#?\w+;)")
_OPENING = re.compile(r"^(\d*)([#>]|[-+=.)](?=[-=\s]|$))")
_AUTOLINK = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp|www)(?=[:.])")
_KEPT = "\x00"  # stands on the empty lines of code, which are kept, until those of the template are joined


class Ready(str):
    """Markdown that is meant as such."""

    __slots__ = ()


def escape(text: str) -> Ready:
    """One line of text that markdown shows as it is: no table cell, link, image, HTML or formula comes of it."""
    line = _one_line(text)
    line = _SPECIAL.sub(r"\\\g<0>", line)
    line = _OPENING.sub(r"\1\\\2", line)  # a heading, quote or list begins with these
    return Ready(_AUTOLINK.sub(lambda found: f"{found[0][:-1]}&#{ord(found[0][-1])};", line))


def _one_line(text: str) -> str:
    """What is visible of a text, with single spaces; those inside figures stay as they are."""
    return re.sub(" +", " ", visible(text)).strip()


def code_span(text: str) -> Ready:
    """One line in a code span, whatever backticks it holds; empty text stays empty."""
    line = _one_line(text)
    if not line:
        return Ready("")
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    air = " " if line.startswith("`") or line.endswith("`") else ""
    return Ready(f"{fence}{air}{line}{air}{fence}")


def code_block(text: str, language: str = "") -> Ready:
    """Lines in a fenced block that nothing in them can end."""
    lines = visible(text, keep_lines=True).rstrip("\n")
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", lines)), default=0))
    return Ready(f"{fence}{language}\n{lines}\n{fence}".replace("\n\n", f"\n{_KEPT}\n").replace("\n\n", f"\n{_KEPT}\n"))


def table(rows: Table, limit: int | None = None) -> Ready:
    """A table with columns padded to their width, so that it reads as plain text too; `limit` rows at most."""
    heads = [str(escape(column.title)) for column in rows.columns]
    body = [[_cell(text, column) for text, column in zip(row, rows.columns, strict=True)] for row in rows.rows[:limit]]
    widths = [max(3, *(len(line[at]) for line in [heads, *body])) for at in range(len(heads))]
    numbers = [column.is_number for column in rows.columns]
    rule = ["-" * (width - 1) + ":" if number else "-" * width for width, number in zip(widths, numbers, strict=True)]
    return Ready("\n".join(_row(line, widths, numbers) for line in [heads, rule, *body]))


def _cell(text: str, column: Column) -> str:
    # inside a table a pipe ends the cell even in a code span, unless it is escaped
    return code_span(text).replace("|", "\\|") if column.kind == "code" else escape(text)


def _row(cells: list[str], widths: list[int], numbers: list[bool]) -> str:
    padded = [
        cell.rjust(width) if number else cell.ljust(width)
        for cell, width, number in zip(cells, widths, numbers, strict=True)
    ]
    return f"| {' | '.join(padded)} |"


def to_markdown(report: Report) -> str:
    """The whole report; paths in it are relative to the folder it is written to."""
    report = localised(report)
    write = writer_for(report, with_symbol=False)
    text = _template().render(page=view(report, write), say=write.say, trades_shown=TRADES_SHOWN)
    return re.sub(r"\n{3,}", "\n\n", text).replace(_KEPT, "").strip() + "\n"


@cache
def _template() -> Template:
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False, finalize=_finalize
    )
    environment.filters.update(code=code_span, block=code_block, table=table)
    folder = resources.files(__package__).joinpath("templates")
    return environment.from_string(folder.joinpath("report.md.j2").read_text(encoding="utf-8"))


def _finalize(value: object) -> object:
    return value if isinstance(value, Ready) else escape(str(value))
