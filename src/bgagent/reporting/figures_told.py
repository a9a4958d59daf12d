"""Finds the figures of a text, in any of the pages' languages, and looks each up among the values of a result."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_FIGURE = re.compile(r"(?<![\d.,])\d[\d.,\u00a0\u202f'’ ]*\d|\d")
_PERCENT = re.compile(
    r"\s*(?:%|\uff05|\u066a|per\s?cent|prozent|por ciento|pour\s?cent|प्रतिशत|फ़ीसदी|百分)", re.IGNORECASE
)
_PLUS = re.compile(r"[+\uff0b]\s?[$€£₹]?$")
_BEFORE_PERCENT = re.compile(r"百分之\s*$")
_DIGIT_WORDS = re.compile(r"[〇零一二三四五六七八九十百千万]{2,}")
_COMMA_IS_POINT = frozenset({"es", "de", "fr"})
_ROUGH = 100.0  # from here on a whole number may be a rounded one


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text. readings: what it may mean, each with the digits after its point. is_gain: with a plus."""

    text: str
    readings: tuple[tuple[float, int], ...]
    is_percent: bool
    is_gain: bool = False


def figures_in(text: str, lang: str) -> Iterator[Figure]:
    """Every figure, those of dates part by part."""
    for match in _FIGURE.finditer(text):
        is_percent = bool(_PERCENT.match(text, match.end()) or _BEFORE_PERCENT.search(text[: match.start()]))
        is_gain = _PLUS.search(text[: match.start()]) is not None
        for part in _parts(match[0], lang):
            yield Figure(part, tuple(_readings(part, lang)), is_percent, is_gain)
    for match in _DIGIT_WORDS.finditer(text):
        if not _BEFORE_PERCENT.search(text[: match.start() + 3]):
            yield Figure(match[0], (), is_percent=False)  # a number in words cannot be looked up


def _parts(text: str, lang: str) -> list[str]:
    """One number, or several that stand beside each other: `2023 12,5`, `31.12.2024`."""
    if list(_readings(text, lang)):
        return [text]
    return re.findall(r"\d+", text)


def _readings(text: str, lang: str) -> Iterator[tuple[float, int]]:
    point, group = (",", ".") if lang in _COMMA_IS_POINT else (".", ",")
    signs = f"[{re.escape(group)}\u00a0\u202f'’ ]"
    grouped, rest = rf"\d{{1,3}}(?:{signs}\d{{2,3}})*{signs}\d{{3}}", rf"(?:{re.escape(point)}\d+)?"
    if not re.fullmatch(rf"(?:{grouped}|\d+){rest}", text):
        return
    bare = re.sub(signs, "", text)
    whole, _, rest = bare.partition(point)
    yield float(f"{whole}.{rest or '0'}"), len(rest)


def is_told(figure: Figure, values: Iterable[float]) -> bool:
    """Whether any of the values gives the figure when it is rounded so far; its sign counts where there is a plus."""
    known = [abs(value) for value in values if value >= 0 or not figure.is_gain]
    return any(_gives(value, number, digits, figure) for number, digits in figure.readings for value in known)


def _gives(value: float, number: float, digits: int, figure: Figure) -> bool:
    slack = 0.5 * 10.0**-digits + 1e-9
    if figure.is_percent:
        return abs(value * 100 - number) <= slack
    if digits == 0 and value < _ROUGH and value != int(value):
        return False  # "3 trades" is no rounding of 3.2
    return abs(value - number) <= slack
