"""Swing highs and lows, known only once the bars after them have closed.

A swing high stands on a bar whose high is above the highs of the `left` bars before it and not below those of the
`right` bars after it; a swing low likewise. It is known `right` bars later, and not a bar earlier.
"""

from collections.abc import Callable

import numpy as np

from bgagent.bars import Floats
from bgagent.engine.expression import Number
from bgagent.engine.function import Function, X
from bgagent.engine.grammar import Kind, Parameter, Signature
from bgagent.engine.indicators import highest, previous
from bgagent.engine.talib_calls import at_least


def at_swing_high(high: Floats, values: Floats, left: int, right: int, order: int) -> Floats:
    """The value on the bar of the last swing high that is known (order 1), or of one before it (2, 3, ...)."""
    return _at(_confirmed(high, left, right), values, right, order)


def at_swing_low(low: Floats, values: Floats, left: int, right: int, order: int) -> Floats:
    """The value on the bar of the last swing low that is known (order 1), or of one before it (2, 3, ...)."""
    return _at(_confirmed(-low, left, right), values, right, order)


def swing_high(high: Floats, left: int, right: int, order: int) -> Floats:
    """The high of the last swing high that is known, or of one before it."""
    return at_swing_high(high, high, left, right, order)


def swing_low(low: Floats, left: int, right: int, order: int) -> Floats:
    """The low of the last swing low that is known, or of one before it."""
    return at_swing_low(low, low, left, right, order)


def bars_since_swing_high(high: Floats, left: int, right: int, order: int) -> Floats:
    """Bars since the bar of that swing high, `right` or more."""
    places = np.arange(len(high), dtype=np.float64)
    return places - at_swing_high(high, places, left, right, order)


def bars_since_swing_low(low: Floats, left: int, right: int, order: int) -> Floats:
    """Bars since the bar of that swing low, `right` or more."""
    places = np.arange(len(low), dtype=np.float64)
    return places - at_swing_low(low, places, left, right, order)


def _confirmed(tops: Floats, left: int, right: int) -> np.ndarray:
    """Where a swing high becomes known."""
    candidate = previous(tops, at_least(1, right))
    before = previous(highest(tops, at_least(1, left)), right + 1)
    result: np.ndarray = (candidate > before) & (candidate >= highest(tops, right))
    return result


def _at(confirmed: np.ndarray, values: Floats, right: int, order: int) -> Floats:
    known_at = np.flatnonzero(confirmed)
    place = np.cumsum(confirmed) - at_least(1, order)  # which of them is meant, on each bar
    result = np.full(len(values), np.nan)
    if len(known_at):
        result = np.where(place >= 0, values[known_at[np.maximum(place, 0)] - right], np.nan)
    return result


_L, _R, _ORDER = (Parameter(name, Kind.LENGTH) for name in ("l", "r", "k"))


# two swing highs lie further apart than the shorter of both sides; a value given need not reach back to the left side
def _swing(compute: Callable[..., Floats], column: str, *values: Parameter) -> Function:
    return Function(
        Signature((*values, _L, _R, _ORDER), last=Number(1.0)),
        compute,
        (column,),
        warmup=lambda left, right, order: (0 if values else left) + right + (order - 1) * (min(left, right) + 1),
        is_eventual=True,
    )


FUNCTIONS: dict[str, Function] = {
    "swing_high": _swing(swing_high, "high"),
    "swing_low": _swing(swing_low, "low"),
    "at_swing_high": _swing(at_swing_high, "high", X),
    "at_swing_low": _swing(at_swing_low, "low", X),
    "bars_since_swing_high": _swing(bars_since_swing_high, "high"),
    "bars_since_swing_low": _swing(bars_since_swing_low, "low"),
}
