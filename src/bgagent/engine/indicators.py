"""Indicators on arrays: TA-Lib's definitions and seeds, NaN where they are not defined, nothing from the future.

Every function takes float arrays of one length, oldest value first, and gives an array of that length. A value is NaN
until enough bars are there; fewer bars than that give all NaN. A NaN or infinite input counts as undefined and never
reaches TA-Lib, whose running sums would carry it to the end: each unbroken stretch of defined values is computed on
its own, so that `sma(rsi(close, 14), 5)` starts where the RSI does and a gap starts anew.
Raises ValueError when lengths differ, an array is not one-dimensional or a parameter is out of range.
"""

import numpy as np

from bgagent.bars import Floats
from bgagent.engine.talib_calls import at_least, defined, flat_windows, from_talib


def sma(values: Floats, length: int) -> Floats:
    """Simple mean of the last `length` values; exactly their value where they are all equal."""
    mean = from_talib("SMA", (values,), (at_least(1, length),), warmup=length - 1)
    # running sums leave a residue of rounding after a move, which would pass for a cross of two averages
    flat = flat_windows(values, length)
    return mean if flat is None else np.where(flat, values, mean)


def ema(values: Floats, length: int) -> Floats:
    """Exponential average with weight 2 / (length + 1), seeded with the simple mean of the first `length` values."""
    return from_talib("EMA", (values,), (at_least(1, length),), warmup=length - 1)


def wma(values: Floats, length: int) -> Floats:
    """Mean of the last `length` values with weights 1, 2, ... `length`, the newest heaviest."""
    return from_talib("WMA", (values,), (at_least(1, length),), warmup=length - 1)


def rsi(values: Floats, length: int) -> Floats:
    """Wilder's relative strength index, 0 to 100; 0 as long as no value has moved."""
    return from_talib("RSI", (values,), (at_least(2, length),), warmup=length)


def macd(values: Floats, fast: int, slow: int, signal: int) -> Floats:
    """EMA of `fast` less EMA of `slow`, both seeded at the same bar; NaN until the signal line is defined."""
    return _macd(values, fast, slow, signal, output=0)


def macd_signal(values: Floats, fast: int, slow: int, signal: int) -> Floats:
    """EMA of the MACD line over `signal` values."""
    return _macd(values, fast, slow, signal, output=1)


def macd_histogram(values: Floats, fast: int, slow: int, signal: int) -> Floats:
    """MACD line less its signal line."""
    return _macd(values, fast, slow, signal, output=2)


def bollinger_upper(values: Floats, length: int, deviations: float) -> Floats:
    """Simple mean plus `deviations` population deviations (ddof 0) of the last `length` values."""
    return _bollinger(values, length, deviations, output=0)


def bollinger_middle(values: Floats, length: int, deviations: float) -> Floats:
    """Simple mean of the last `length` values; `deviations` makes no difference."""
    return _bollinger(values, length, deviations, output=1)


def bollinger_lower(values: Floats, length: int, deviations: float) -> Floats:
    """Simple mean less `deviations` population deviations (ddof 0) of the last `length` values."""
    return _bollinger(values, length, deviations, output=2)


def atr(high: Floats, low: Floats, close: Floats, length: int) -> Floats:
    """Wilder's average of the true range, in the price's own unit."""
    return from_talib("ATR", (high, low, close), (at_least(1, length),), warmup=length)


def adx(high: Floats, low: Floats, close: Floats, length: int) -> Floats:
    """Wilder's average directional index, 0 to 100."""
    return from_talib("ADX", (high, low, close), (at_least(2, length),), warmup=2 * length - 1)


def plus_di(high: Floats, low: Floats, close: Floats, length: int) -> Floats:
    """Wilder's directional indicator of upward moves, 0 to 100."""
    return from_talib("PLUS_DI", (high, low, close), (at_least(1, length),), warmup=length)


def minus_di(high: Floats, low: Floats, close: Floats, length: int) -> Floats:
    """Wilder's directional indicator of downward moves, 0 to 100."""
    return from_talib("MINUS_DI", (high, low, close), (at_least(1, length),), warmup=length)


def cci(high: Floats, low: Floats, close: Floats, length: int) -> Floats:
    """Commodity channel index: distance of the typical price from its mean in 0.015 mean absolute deviations."""
    return from_talib("CCI", (high, low, close), (at_least(2, length),), warmup=length - 1)


def mfi(high: Floats, low: Floats, close: Floats, volume: Floats, length: int) -> Floats:
    """Money flow index, 0 to 100; NaN, not TA-Lib's 0, where no volume at all is known for its bars."""
    result = from_talib("MFI", (high, low, close, volume), (at_least(2, length),), warmup=length)
    traded = highest(volume, length) > 0
    return result if traded[length:].all() else np.where(traded, result, np.nan)


def williams_r(high: Floats, low: Floats, close: Floats, length: int) -> Floats:
    """Williams %R, -100 (close at the lowest low of `length` bars) to 0 (at the highest high)."""
    return from_talib("WILLR", (high, low, close), (at_least(2, length),), warmup=length - 1)


def stochastic_k(high: Floats, low: Floats, close: Floats, length: int, smooth: int, d_length: int) -> Floats:
    """Slow %K, 0 to 100: place of the close in the range of `length` bars, simple mean over `smooth` bars.

    NaN until %D is defined too, as TA-Lib has it.
    """
    return _stochastic(high, low, close, (length, smooth, d_length), output=0)


def stochastic_d(high: Floats, low: Floats, close: Floats, length: int, smooth: int, d_length: int) -> Floats:
    """Slow %D: simple mean of slow %K over `d_length` bars."""
    return _stochastic(high, low, close, (length, smooth, d_length), output=1)


def highest(values: Floats, length: int) -> Floats:
    """Highest of the last `length` values, the present one included."""
    if at_least(1, length) == 1:
        return defined(values)
    return from_talib("MAX", (values,), (length,), warmup=length - 1)


def lowest(values: Floats, length: int) -> Floats:
    """Lowest of the last `length` values, the present one included."""
    if at_least(1, length) == 1:
        return defined(values)
    return from_talib("MIN", (values,), (length,), warmup=length - 1)


def previous(values: Floats, bars_back: int = 1) -> Floats:
    """The value `bars_back` bars earlier."""
    result = np.full(len(values), np.nan)
    result[at_least(1, bars_back) :] = defined(values)[:-bars_back]
    return result


def change(values: Floats, length: int) -> Floats:
    """Change against the value `length` bars earlier, as a fraction of it; NaN where that is 0."""
    earlier = previous(values, length)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return defined(values / earlier - 1.0)


def deviation(values: Floats, length: int) -> Floats:
    """Population deviation (ddof 0) of the last `length` values; exactly 0 where they are all equal."""
    result = from_talib("STDDEV", (values,), (at_least(2, length),), warmup=length - 1)
    # running sums leave a residue of rounding after a move, which would pass for a deviation
    flat = highest(values, length) == lowest(values, length)
    return np.where(flat, 0.0, result) if flat.any() else result


def zscore(values: Floats, length: int) -> Floats:
    """Distance from the mean of the last `length` values in their deviations (ddof 0); NaN where they are all equal."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return defined((values - sma(values, length)) / deviation(values, length))


def _macd(values: Floats, fast: int, slow: int, signal: int, *, output: int) -> Floats:
    if not fast < slow:  # TA-Lib would swap them without a word
        raise ValueError(f"the fast average must be shorter than the slow one, were {fast} and {slow}")
    lengths = (at_least(2, fast), slow, at_least(1, signal))
    return from_talib("MACD", (values,), lengths, warmup=slow - 1 + signal - 1, output=output)


def _bollinger(values: Floats, length: int, deviations: float, *, output: int) -> Floats:
    if not deviations > 0:
        raise ValueError(f"the number of deviations must be above 0, was {deviations}")
    parameters = (at_least(2, length), float(deviations), float(deviations), 0)
    band = from_talib("BBANDS", (values,), parameters, warmup=length - 1, output=output)
    flat = flat_windows(values, length)  # where bands lie on the price, whatever rounding is left over
    return band if flat is None else np.where(flat, values, band)


def _stochastic(high: Floats, low: Floats, close: Floats, lengths: tuple[int, int, int], *, output: int) -> Floats:
    length, smooth, d_length = (at_least(1, value) for value in lengths)
    parameters = (length, smooth, 0, d_length, 0)  # both averages simple
    warmup = length - 1 + smooth - 1 + d_length - 1
    return from_talib("STOCH", (high, low, close), parameters, warmup=warmup, output=output)
