"""The characters a sentence is made of, brought to a plain form without losing where each one stood."""

import unicodedata
from dataclasses import dataclass

_PLAIN = {
    "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u00b4": "'", "`": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": " - ", "\u2015": " - ", "\u2212": "-",
    "\u00d7": "x", "\u2264": "<=", "\u2265": ">=", "\u2260": "!=", "\u2192": "->", "\u21d2": "->", "\u2026": " ... ",
    "\u2022": "\u2022", "\u25cf": "\u2022", "\u25aa": "\u2022", "\u2043": "\u2022", "\u2023": "\u2022",
    "\t": " ", "\r": "\n", "\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n",
}  # fmt: skip
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")


@dataclass(frozen=True, slots=True)
class Characters:
    """A sentence in plain characters. origins: (len(plain) + 1,), where each one stood in the sentence as typed."""

    typed: str
    plain: str
    origins: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Half-open offsets into the sentence as typed of the plain characters `start` to `end - 1`."""
        if end <= start:
            return self.origins[start], self.origins[start]
        return self.origins[start], self.origins[end - 1] + 1


def plain_characters(sentence: str) -> Characters:
    """Typographic quotes, dashes, signs and full-width forms become plain ones; invisible characters go."""
    if sentence.isascii() and not any(sign in sentence for sign in "`\t\r\x0b\x0c"):
        return Characters(sentence, sentence, tuple(range(len(sentence) + 1)))
    plain: list[str] = []
    origins: list[int] = []
    for place, character in enumerate(sentence):
        if character in _INVISIBLE:
            continue
        text = _PLAIN.get(character)
        if text is None:
            text = character if character.isascii() else _compatible(character)
        plain.append(text)
        origins.extend([place] * len(text))
    origins.append(len(sentence))
    return Characters(sentence, "".join(plain), tuple(origins))


def _compatible(character: str) -> str:
    if unicodedata.category(character) == "Zs":
        return " "
    text = unicodedata.normalize("NFKC", character)
    # a fraction or a superscript would silently become other digits: left as it is, and not understood
    changes_number = unicodedata.category(character) == "No"
    return character if changes_number else text
