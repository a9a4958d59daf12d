"""A table of the report: what it says is decided here, how it looks in markdown and HTML."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """Head of a column. kind: `text`, `code` (other people's words), `date`, `number`, `status`, or `signed`."""

    title: str
    kind: str = "text"

    @property
    def is_number(self) -> bool:
        """True when the column is read from its right edge."""
        return self.kind in ("number", "signed")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under their columns. looks: a class of the style sheet for each cell, or nothing for all."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    looks: tuple[tuple[str, ...], ...] = ()


NOTHING = Table((), ())


def in_words(name: str) -> str:
    """A dotted path or an identifier as words: `costs.slippage_bps` is `Costs: slippage bps`."""
    words = name.replace(".", ": ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]
