"""Single passes over columns, for what most rules are made of: crosses of two lines, and of two simple averages.

The same as engine.indicators and numpy give, to the last digit, and quicker only where this file is compiled with the
types of passes.pxd; engine.evaluation asks `COMPILED`.
"""

from typing import Any

COMPILED = not __file__.endswith(".py")


def averages_cross(values: Any, length: int, length_2: int, above: Any, below: Any) -> bool:
    """Where the simple average of `length` values comes to lie above that of `length_2`, and below, as `crosses` says.

    The averages are TA-Lib's: a running sum from which the oldest value is taken after the sum was read; of values that
    are all equal it is the value itself, as indicators.sma has it. False, and nothing of use, where a value is not
    finite.
    """
    count = len(values)
    total = total_2 = 0.0
    per_bar = float(length)
    per_bar_2 = float(length_2)
    first = length - 1
    first_2 = length_2 - 1
    later = first if first > first_2 else first_2
    was_above = was_below = True  # neither is known before both averages are
    before = 0.0
    equal = 0  # how many of the last values are
    for bar in range(min(later, count)):
        value = values[bar]
        equal = equal + 1 if value == before else 1
        before = value
        total += value
        total_2 += value
        if bar >= first:
            total -= values[bar - first]
        if bar >= first_2:
            total_2 -= values[bar - first_2]
        above[bar] = 0
        below[bar] = 0
    for bar in range(later, count):
        value = values[bar]
        equal = equal + 1 if value == before else 1
        before = value
        total += value
        total_2 += value
        average = total / per_bar if equal < length else value
        average_2 = total_2 / per_bar_2 if equal < length_2 else value
        is_above = average > average_2
        is_below = average < average_2
        above[bar] = is_above and not was_above
        below[bar] = is_below and not was_below
        was_above = is_above
        was_below = is_below
        total -= values[bar - first]
        total_2 -= values[bar - first_2]
    if later < count:
        above[later] = 0
        below[later] = 0
    return total - total == 0.0 and total_2 - total_2 == 0.0


def crosses(one: Any, other: Any, above: Any, below: Any) -> None:
    """Where one line comes to lie above another, and below: 1 there, else 0; not where one is not a number."""
    count = len(one)
    if count:
        above[0] = 0
        below[0] = 0
    for bar in range(1, count):
        above[bar] = one[bar] > other[bar] and one[bar - 1] <= other[bar - 1]
        below[bar] = one[bar] < other[bar] and one[bar - 1] >= other[bar - 1]
