"""Text from outside without the characters that do not show."""

import unicodedata

_JOINERS = "\u200c\u200d"  # part of how Hindi, Persian and others are written


def visible(text: str, *, keep_lines: bool = False) -> str:
    """The text without control characters and without those that hide or turn around others."""
    if text.isascii() and text.isprintable():
        return text
    kept = f"{_JOINERS}\n\t" if keep_lines else _JOINERS
    return "".join(_shown(letter, kept) for letter in text)


def _shown(letter: str, kept: str) -> str:
    if letter.isprintable() or letter in kept:
        return letter
    return "" if unicodedata.category(letter) == "Cf" else " "  # Cf: marks that turn or hide text, without a width
