"""What happened before: how often, how long ago, and what stood where it did.

A condition comes as numbers: 1 where it is true, 0 where it is false, NaN where it is undefined. An undefined bar is no
event, and counts as undefined where bars are counted.
"""

from itertools import pairwise

import numpy as np

from bgagent.bars import Floats
from bgagent.engine.function import A, B, C, Function, N, X
from bgagent.engine.grammar import Kind, Parameter, Signature
from bgagent.engine.windows import total


def count(happened: Floats, length: int) -> Floats:
    """On how many of the last `length` bars, the present one included, the condition was true."""
    return total(happened, length)


def bars_since(happened: Floats) -> Floats:
    """Bars since the condition was last true, 0 on such a bar; NaN before the first one."""
    last = _last(happened)
    return np.where(last >= 0, np.arange(len(last)) - last, np.nan)


def value_when(happened: Floats, values: Floats) -> Floats:
    """The value on the bar on which the condition was last true; NaN before the first one."""
    last = _last(happened)
    return np.where(last >= 0, values[np.maximum(last, 0)], np.nan) if len(last) else np.full(0, np.nan)


def highest_since(happened: Floats, values: Floats) -> Floats:
    """The highest value since the condition was last true, that bar included; NaN before the first one."""
    return _extreme_since(happened, values, np.maximum)


def lowest_since(happened: Floats, values: Floats) -> Floats:
    """The lowest value since the condition was last true, that bar included; NaN before the first one."""
    return _extreme_since(happened, values, np.minimum)


def latch(begun: Floats, ended: Floats) -> Floats:
    """1 from a bar on which the first condition is true until one on which the second is, else 0; a tie ends it.

    NaN on bars on which one of them is undefined.
    """
    return np.where(np.isnan(begun) | np.isnan(ended), np.nan, np.where(_last(begun) > _last(ended), 1.0, 0.0))


def where(holds: Floats, one: Floats | float, other: Floats | float) -> Floats:
    """The first number where the condition is true, the second where it is false; NaN where it is undefined."""
    return np.where(np.isnan(holds), np.nan, np.where(holds == 1.0, one, other))


def _last(happened: Floats) -> np.ndarray:
    """Index of the last bar on which it happened, -1 before the first."""
    places = np.where(happened == 1.0, np.arange(len(happened)), -1)
    return np.maximum.accumulate(places) if len(places) else places


def _extreme_since(happened: Floats, values: Floats, extreme: np.ufunc) -> Floats:
    result = np.full(len(values), np.nan)
    starts = np.flatnonzero(happened == 1.0).tolist()
    for start, stop in pairwise([*starts, len(values)]):
        result[start:stop] = extreme.accumulate(values[start:stop])
    return result


_C2 = Parameter("e", Kind.CONDITION)

FUNCTIONS: dict[str, Function] = {
    "count": Function(Signature((C, N)), count, warmup=lambda n: n - 1),
    "bars_since": Function(Signature((C,)), bars_since, is_eventual=True),
    "value_when": Function(Signature((C, X)), value_when, is_eventual=True),
    "highest_since": Function(Signature((C, X)), highest_since, is_eventual=True),
    "lowest_since": Function(Signature((C, X)), lowest_since, is_eventual=True),
    "latch": Function(Signature((C, _C2)), latch),
    "where": Function(Signature((C, A, B)), where),
}
