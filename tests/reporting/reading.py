"""Figures of a rendered report read back, and those that its JSON allows: the two must agree."""

import json
import re
from html.parser import HTMLParser

from bgagent.artifacts.codec import to_json
from bgagent.artifacts.report import Report
from bgagent.reporting import figures

FIGURE = re.compile(r"-?\d+(?:,\d{3})*(?:\.\d+)*(?:e-?\d+)?%?")
_WRITERS = (
    figures.percent, figures.ratio, figures.count, figures.basis_points, figures.price, figures.quantity,
    figures.seconds, figures.plain, lambda value: figures.money(value, "USD", with_symbol=False),
    lambda value: figures.money(value, "USD", with_symbol=True), lambda value: figures.price(value, 1.0),
    lambda value: figures.price(value, 0.1),
)  # fmt: skip


def figures_in(text: str) -> set[str]:
    """Every number of a text as it is written there."""
    return set(FIGURE.findall(text))


def allowed_figures(report: Report) -> set[str]:
    """Every number of the JSON in all the ways a figure is written, and those inside its texts and keys."""
    allowed: set[str] = set()

    def add(value: object) -> None:
        match value:
            case str():
                allowed.update(figures_in(value))
            case int() | float() if not isinstance(value, bool):
                allowed.update(figure for write in _WRITERS for figure in figures_in(write(value)))
            case list():
                for item in value:
                    add(item)
            case dict():
                for key, item in value.items():
                    add(key)
                    add(item)

    add(json.loads(to_json(report)))
    return allowed


def strings_of(report: Report) -> str:
    """All texts of the JSON, one after the other."""
    found: list[str] = []

    def add(value: object) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list | dict):
            for item in value if isinstance(value, list) else value.values():
                add(item)

    add(json.loads(to_json(report)))
    return "\n".join(found)


class Page(HTMLParser):
    """A page taken apart: text outside of drawings, code and the sentence, tags with their attributes, its style."""

    VOID = frozenset({"meta", "br", "img", "link", "hr", "input"})
    APART = frozenset({"svg", "pre", "blockquote", "style", "code", "script"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.style = ""
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.stray: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append((dict(attrs), ""))

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.stray.append(tag)
        else:
            self.open.pop()

    def handle_data(self, data):
        if "style" in self.open:
            self.style += data
        elif "script" in self.open:
            attributes, text = self.scripts[-1]
            self.scripts[-1] = (attributes, text + data)
        elif not self.APART & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        """Its words, one piece a line."""
        return "\n".join(word.strip() for word in self.words if word.strip())
