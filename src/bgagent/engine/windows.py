"""The last values taken together: sums, ranks, correlation, and runs of rises and falls."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from bgagent.bars import Floats
from bgagent.engine.function import N2, Function, N, X
from bgagent.engine.grammar import Kind, Parameter, Signature
from bgagent.engine.indicators import highest, lowest, previous
from bgagent.engine.talib_calls import at_least, defined, from_talib


def total(values: Floats, length: int) -> Floats:
    """Sum of the last `length` values."""
    if at_least(1, length) == 1:
        return defined(values)
    return from_talib("SUM", (values,), (length,), warmup=length - 1)


def percentile(values: Floats, length: int, percent: float) -> Floats:
    """The value that `percent` of the last `length` values are at or below (nearest rank, present one included)."""
    if not 0 < percent <= 100:
        raise ValueError(f"a percentile must be above 0 and at most 100, was {percent}")
    return from_talib("PERCENTILE", (values,), (at_least(2, length), percent), warmup=length - 1)


def percentile_rank(values: Floats, length: int) -> Floats:
    """How many of the `length` values before are below this one, in percent of them."""
    return from_talib("PERCENTRANK", (values,), (at_least(2, length),), warmup=length)


def correlation(one: Floats, other: Floats, length: int) -> Floats:
    """Pearson's correlation of the last `length` pairs, -1 to 1; NaN where one of them does not vary."""
    result = from_talib("CORREL", (one, other), (at_least(2, length),), warmup=length - 1)
    varies = (highest(one, length) > lowest(one, length)) & (highest(other, length) > lowest(other, length))
    return np.where(varies, np.clip(result, -1.0, 1.0), np.nan)


def volatility(close: Floats, length: int) -> Floats:
    """Sample deviation of the last `length` returns from close to close; NaN where the price did not move at all."""
    result = np.full(len(close), np.nan)
    if len(close) > at_least(2, length):
        returns = close[1:] / close[:-1] - 1.0
        windows = sliding_window_view(returns, length)
        result[length:] = np.where(np.ptp(windows, axis=1) > 0, windows.std(axis=1, ddof=1), np.nan)
    return result


def up_streak(values: Floats) -> Floats:
    """How many values in a row, up to this one, were above the one before; 0 where this one is not."""
    return _streak(values, values > previous(values))


def down_streak(values: Floats) -> Floats:
    """How many values in a row, up to this one, were below the one before; 0 where this one is not."""
    return _streak(values, values < previous(values))


def _streak(values: Floats, holds: np.ndarray) -> Floats:
    places = np.arange(len(values))
    ended = np.maximum.accumulate(np.where(holds, -1, places)) if len(values) else places
    return np.where(np.isfinite(values) & np.isfinite(previous(values)), (places - ended).astype(np.float64), np.nan)


def _complain_about_percent(arguments: tuple[object, ...]) -> str | None:
    percent = getattr(arguments[-1], "value", 50.0)
    return None if percent <= 100 else "p must be at most 100"


_Y = Parameter("y", Kind.SERIES)
_P = Parameter("p", Kind.MULTIPLE)

FUNCTIONS: dict[str, Function] = {
    "sum": Function(Signature((X, N)), total, warmup=lambda n: n - 1),
    "percentile": Function(
        Signature((X, N2, _P), complain=_complain_about_percent), percentile, warmup=lambda n, _: n - 1
    ),
    "percentile_rank": Function(Signature((X, N2)), percentile_rank, warmup=lambda n: n),
    "correlation": Function(Signature((X, _Y, N2)), correlation, warmup=lambda n: n - 1),
    "volatility": Function(Signature((N2,)), volatility, columns=("close",), warmup=lambda n: n),
    "up_streak": Function(Signature((X,)), up_streak, warmup=lambda: 1),
    "down_streak": Function(Signature((X,)), down_streak, warmup=lambda: 1),
}
