"""Averages beyond the simple three, and straight lines fitted to the last values."""

import numpy as np

from bgagent.bars import Floats
from bgagent.engine.function import N2, N3, Function, N, X, ema_settling, wilder_settling
from bgagent.engine.grammar import Signature
from bgagent.engine.indicators import highest
from bgagent.engine.talib_calls import at_least, defined, from_talib


def dema(values: Floats, length: int) -> Floats:
    """Double exponential average: twice the EMA less the EMA of the EMA."""
    if at_least(1, length) == 1:
        return defined(values)
    return from_talib("DEMA", (values,), (length,), warmup=2 * (length - 1))


def tema(values: Floats, length: int) -> Floats:
    """Triple exponential average: 3 EMA - 3 EMA of EMA + EMA of EMA of EMA."""
    if at_least(1, length) == 1:
        return defined(values)
    return from_talib("TEMA", (values,), (length,), warmup=3 * (length - 1))


def hma(values: Floats, length: int) -> Floats:
    """Hull's average: WMA over √n of (2 WMA over n/2 less WMA over n), both lengths rounded down."""
    return from_talib("HMA", (values,), (at_least(3, length),), warmup=hull_warmup(length))


def hull_warmup(length: int) -> int:
    """Bars before the first value of Hull's average."""
    return length - 1 + int(length**0.5) - 1


def rma(values: Floats, length: int) -> Floats:
    """Wilder's average with weight 1 / length, seeded with the simple mean of the first `length` values."""
    return from_talib("RMA", (values,), (at_least(1, length),), warmup=length - 1)


def vwma(volume: Floats, values: Floats, length: int) -> Floats:
    """Mean of the last `length` values weighted by volume; NaN where nothing was traded."""
    result = from_talib("VWMA", (values, volume), (at_least(1, length),), warmup=length - 1)
    return np.where(highest(volume, length) > 0, result, np.nan)


def linear_regression(values: Floats, length: int) -> Floats:
    """Where the straight line fitted to the last `length` values ends."""
    return from_talib("LINEARREG", (values,), (at_least(2, length),), warmup=length - 1)


def slope(values: Floats, length: int) -> Floats:
    """Rise per bar of the straight line fitted to the last `length` values."""
    return from_talib("LINEARREG_SLOPE", (values,), (at_least(2, length),), warmup=length - 1)


FUNCTIONS: dict[str, Function] = {
    "dema": Function(Signature((X, N)), dema, warmup=lambda n: 2 * (n - 1), settling=lambda n: 2 * ema_settling(n)),
    "tema": Function(Signature((X, N)), tema, warmup=lambda n: 3 * (n - 1), settling=lambda n: 3 * ema_settling(n)),
    "hma": Function(Signature((X, N3)), hma, warmup=hull_warmup),
    "rma": Function(Signature((X, N)), rma, warmup=lambda n: n - 1, settling=wilder_settling),
    "vwma": Function(Signature((X, N)), vwma, ("volume",), warmup=lambda n: n - 1),
    "linear_regression": Function(Signature((X, N2)), linear_regression, warmup=lambda n: n - 1),
    "slope": Function(Signature((X, N2)), slope, warmup=lambda n: n - 1),
}
