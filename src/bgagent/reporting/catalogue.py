"""The page's own words and number signs in one language; catalogues are `catalogues/<language>.toml`."""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

LANGUAGES = ("en", "es", "de", "fr", "hi", "zh")

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language: its code, its signs, and its words by the English ones.

    percent: what stands before a percent sign. lakhs: digits grouped by two above the thousands. symbol_after: a
    currency's symbol stands behind its amount.
    """

    code: str = "en"
    name: str = "English"
    decimal: str = "."
    group: str = ","
    percent: str = ""
    lakhs: bool = False
    symbol_after: bool = False
    texts: dict[str, str] = field(default_factory=dict)

    def say(self, text: str, /, **values: object) -> str:
        """A phrase of the page in this language, its `{names}` filled; English where the catalogue lacks it."""
        said = self.texts.get(text, text)
        return said.format(**values) if values else said

    def number(self, text: str, *, lakhs: bool = False) -> str:
        """A figure as English writes it (`1,234.50%`) with the signs of this language."""
        grouped_by_two = lakhs or self.lakhs
        if self.code == "en" and not grouped_by_two:
            return text
        shown = _NUMBER.sub(lambda found: self._signed(found[0], grouped_by_two), text)
        return shown.replace("%", f"{self.percent}%")

    def _signed(self, figure: str, grouped_by_two: bool) -> str:
        whole, point, part = figure.partition(".")
        if grouped_by_two and "," in whole:
            digits = whole.replace(",", "")
            whole = ",".join([*_pairs(digits[:-3]), digits[-3:]])
        return whole.replace(",", self.group) + (self.decimal + part if point else "")


def _pairs(digits: str) -> list[str]:
    """Digits in twos, counted from the right."""
    head = len(digits) % 2
    return ([digits[:head]] if head else []) + [digits[at : at + 2] for at in range(head, len(digits), 2)]


@cache
def catalogue(code: str) -> Catalogue:
    """The catalogue of a language. Raises KeyError for one that is not in LANGUAGES."""
    if code not in LANGUAGES:
        raise KeyError(code)
    if code == "en":
        return Catalogue()
    folder = resources.files(__package__).joinpath("catalogues")
    read = tomllib.loads(folder.joinpath(f"{code}.toml").read_text(encoding="utf-8"))
    return Catalogue(code=code, texts=read["texts"], **read["signs"])
