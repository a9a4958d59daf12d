"""Numbers as people write them: thousands separators, decimal commas, money signs, empty fields."""

import re
from collections.abc import Sequence
from enum import Enum

_EMPTY = frozenset(("", "-", "--", "n/a", "na", "nan", "null", "none", "."))
_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9}


class NumberStyle(Enum):
    """Which mark separates the decimals: 1,234.5 or 1.234,5."""

    POINT = "."
    COMMA = ","


def number_style(fields: Sequence[str], delimiter: str) -> NumberStyle:
    """The style of a file, from its price fields.

    A comma is the decimal mark where it comes last in some field and cannot separate thousands, or where fields are
    not separated by commas and no field has a point.
    """
    commas = [field for field in fields if "," in field]
    if not commas:
        return NumberStyle.POINT
    if any(field.rfind(",") > field.rfind(".") >= 0 for field in commas):
        return NumberStyle.COMMA
    if any("." not in field and not re.fullmatch(r"\D*\d{1,3}(,\d{3})+\D*", field.strip()) for field in commas):
        return NumberStyle.COMMA
    if delimiter != "," and not any("." in field for field in fields):
        return NumberStyle.COMMA
    return NumberStyle.POINT


def parse_number(field: str, style: NumberStyle) -> float:
    """The number in a field; NaN when it is empty. Raises ValueError when it is none.

    >>> parse_number(" $1,234.50 ", NumberStyle.POINT)
    1234.5
    >>> parse_number("1.234,5", NumberStyle.COMMA)
    1234.5
    >>> parse_number("4:1", NumberStyle.POINT)
    4.0
    """
    text = field.strip().lower().strip("$€£¥ ").replace(" ", "").replace("\u00a0", "").replace("'", "")
    if text in _EMPTY:
        return float("nan")
    thousands, decimal = (",", ".") if style is NumberStyle.POINT else (".", ",")
    ratio = re.fullmatch(r"(\d+(?:\.\d+)?)[:/](\d+(?:\.\d+)?)", text)  # splits are also written 4:1
    if ratio and float(ratio[2]) > 0:
        return float(ratio[1]) / float(ratio[2])
    scale = 1.0
    if text[-1] in _SCALES:
        text, scale = text[:-1], _SCALES[text[-1]]
    if thousands in text and not re.fullmatch(rf"[+-]?\d{{1,3}}(\{thousands}\d{{3}})+(\{decimal}\d*)?", text):
        raise ValueError(field)
    return float(text.replace(thousands, "").replace(decimal, ".")) * scale
