"""Indicators over lists, from their definitions; NaN where a value is not defined yet.

Wilder (1978) for RSI and ATR, with his smoothing and his seed, the plain mean of the first values; exponential means
begin with a plain mean too; bands use the population deviation.
"""

from math import nan, sqrt

from tests.evals.oracle.prices import Prices

Line = list[float]


def mean(values: Line, length: int) -> Line:
    """Simple moving average."""
    found = [nan] * len(values)
    for index in range(length - 1, len(values)):
        found[index] = sum(values[index - length + 1 : index + 1]) / length
    return found


def exponential(values: Line, length: int) -> Line:
    """Exponential moving average; begins after whatever is not defined at the front."""
    found = [nan] * len(values)
    begin = 0
    while begin < len(values) and values[begin] != values[begin]:
        begin += 1
    if begin + length > len(values):
        return found
    value = sum(values[begin : begin + length]) / length
    found[begin + length - 1] = value
    for index in range(begin + length, len(values)):
        value += (values[index] - value) * 2 / (length + 1)
        found[index] = value
    return found


def strength(values: Line, length: int = 14) -> Line:
    """Relative strength index."""
    found = [nan] * len(values)
    gain = loss = 0.0
    for index in range(1, len(values)):
        move = values[index] - values[index - 1]
        up, down = max(move, 0.0), max(-move, 0.0)
        if index <= length:
            gain, loss = gain + up / length, loss + down / length
        else:
            gain, loss = (gain * (length - 1) + up) / length, (loss * (length - 1) + down) / length
        if index >= length:
            found[index] = 100 * gain / (gain + loss) if gain + loss else 0.0
    return found


def band(values: Line, length: int, deviations: float) -> Line:
    """The mean plus so many deviations; a negative number for the lower band."""
    found = [nan] * len(values)
    for index in range(length - 1, len(values)):
        part = values[index - length + 1 : index + 1]
        middle = sum(part) / length
        found[index] = middle + deviations * sqrt(sum((value - middle) ** 2 for value in part) / length)
    return found


def macd(values: Line, fast: int = 12, slow: int = 26) -> Line:
    """Fast less slow exponential mean."""
    return [one - other for one, other in zip(exponential(values, fast), exponential(values, slow), strict=True)]


def macd_signal(values: Line, fast: int = 12, slow: int = 26, signal: int = 9) -> Line:
    """Exponential mean of the MACD line."""
    return exponential(macd(values, fast, slow), signal)


def highest(values: Line, length: int) -> Line:
    """Highest of the bars before, the present one left out."""
    return [nan if index < length else max(values[index - length : index]) for index in range(len(values))]


def lowest(values: Line, length: int) -> Line:
    """Lowest of the bars before, the present one left out."""
    return [nan if index < length else min(values[index - length : index]) for index in range(len(values))]


def change(values: Line, length: int) -> Line:
    """Return over so many bars."""
    return [nan if index < length else values[index] / values[index - length] - 1 for index in range(len(values))]


def true_range(prices: Prices, length: int = 14) -> Line:
    """Average true range."""
    found = [nan] * len(prices)
    total = value = 0.0
    for index in range(1, len(prices)):
        before = prices.close[index - 1]
        reach = max(prices.high[index], before) - min(prices.low[index], before)
        if index <= length:
            total += reach
            value = total / length
        else:
            value = (value * (length - 1) + reach) / length
        if index >= length:
            found[index] = value
    return found


def above(one: Line, other: Line | float) -> list[bool]:
    """A state: false where either is not defined."""
    return [left > right for left, right in zip(one, _line(other, len(one)), strict=True)]


def below(one: Line, other: Line | float) -> list[bool]:
    """A state: false where either is not defined."""
    return [left < right for left, right in zip(one, _line(other, len(one)), strict=True)]


def crosses_above(one: Line, other: Line | float) -> list[bool]:
    """An event: above now, not above on the bar before."""
    right = _line(other, len(one))
    return [index > 0 and one[index] > right[index] and one[index - 1] <= right[index - 1] for index in range(len(one))]


def crosses_below(one: Line, other: Line | float) -> list[bool]:
    """An event: below now, not below on the bar before."""
    right = _line(other, len(one))
    return [index > 0 and one[index] < right[index] and one[index - 1] >= right[index - 1] for index in range(len(one))]


def both(one: list[bool], other: list[bool]) -> list[bool]:
    """True where both are."""
    return [left and right for left, right in zip(one, other, strict=True)]


def _line(value: Line | float, length: int) -> Line:
    return value if isinstance(value, list) else [float(value)] * length
