"""Text from outside without the characters that do not show."""

import unicodedata

_JOINERS = "\u200c\u200d"  # part of how Hindi, Persian and others are written
_FIRM_SPACES = "\u00a0\u202f"  # part of how figures are written in French and others


def visible(text: str, *, keep_lines: bool = False) -> str:
    """The text without control characters and without those that hide or turn around others."""
    if text.isascii() and text.isprintable():
        return text
    kept = _JOINERS + _FIRM_SPACES + ("\n\t" if keep_lines else "")
    return "".join(_shown(letter, kept) for letter in text)


def _shown(letter: str, kept: str) -> str:
    if letter.isprintable() or letter in kept:
        return letter
    return "" if unicodedata.category(letter) == "Cf" else " "  # Cf: marks that turn or hide text, without a width
