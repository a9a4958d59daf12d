"""Loops that indicators are held against: slow, plain, and without anything of the engine."""

import math
from collections.abc import Callable, Sequence

NAN = float("nan")


def mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def windowed(values: Sequence[float], length: int, reduce: Callable[[Sequence[float]], float]) -> list[float]:
    """What `reduce` makes of each full window; NaN before the first, and where a value of it is NaN."""
    result = []
    for t in range(len(values)):
        window = list(values[t - length + 1 : t + 1]) if t >= length - 1 else [NAN]
        result.append(NAN if any(math.isnan(value) for value in window) else float(reduce(window)))
    return result


def smoothed(values: Sequence[float], weight: float, seed_from: int, seed_to: int) -> list[float]:
    """Exponential smoothing seeded with the mean of values[seed_from:seed_to]."""
    result = [NAN] * len(values)
    result[seed_to - 1] = mean(values[seed_from:seed_to])
    for t in range(seed_to, len(values)):
        result[t] = result[t - 1] + weight * (values[t] - result[t - 1])
    return result


def true_ranges(high: Sequence[float], low: Sequence[float], close: Sequence[float]) -> list[float]:
    """NaN on the first bar."""
    return [NAN] + [
        max(high[t] - low[t], abs(high[t] - close[t - 1]), abs(low[t] - close[t - 1])) for t in range(1, len(close))
    ]


def earlier(values: Sequence[float], bars: int) -> list[float]:
    """The value some bars before."""
    return [NAN] * bars + list(values[: len(values) - bars])
