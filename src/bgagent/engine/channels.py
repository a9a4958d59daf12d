"""Channels and trailing lines round the price: Donchian, Keltner, Supertrend, parabolic SAR, Ichimoku."""

from collections.abc import Callable

import numpy as np

from bgagent.bars import Floats
from bgagent.engine.function import N2, RANGE, Function, K, N, ema_settling, wilder_settling
from bgagent.engine.grammar import Kind, Parameter, Signature
from bgagent.engine.indicators import atr, ema, highest, lowest, previous
from bgagent.engine.talib_calls import at_least, from_talib

SAR_SETTLING = 100
"""Bars after which two parabolic SARs begun on different bars have, in all likelihood, turned together."""


def donchian_upper(high: Floats, length: int) -> Floats:
    """Highest high of the last `length` bars, the present one included."""
    return highest(high, length)


def donchian_middle(high: Floats, low: Floats, length: int) -> Floats:
    """Middle between the highest high and the lowest low of the last `length` bars."""
    return (highest(high, length) + lowest(low, length)) / 2.0


def donchian_lower(low: Floats, length: int) -> Floats:
    """Lowest low of the last `length` bars, the present one included."""
    return lowest(low, length)


def keltner_upper(high: Floats, low: Floats, close: Floats, length: int, atr_length: int, ranges: float) -> Floats:
    """EMA of the close over `length` bars plus `ranges` ATRs of `atr_length` bars."""
    return ema(close, length) + ranges * atr(high, low, close, atr_length)


def keltner_lower(high: Floats, low: Floats, close: Floats, length: int, atr_length: int, ranges: float) -> Floats:
    """EMA of the close over `length` bars less `ranges` ATRs of `atr_length` bars."""
    return ema(close, length) - ranges * atr(high, low, close, atr_length)


def supertrend(high: Floats, low: Floats, close: Floats, length: int, ranges: float) -> Floats:
    """The line that trails below a rising and above a falling market, `ranges` ATRs from the middle of the bar.

    It begins as a rising one, whatever the market does, until a close below it.
    """
    return from_talib("SUPERTREND", (high, low, close), (at_least(1, length), ranges), warmup=length, output=0)


def supertrend_direction(high: Floats, low: Floats, close: Floats, length: int, ranges: float) -> Floats:
    """1 while the supertrend rises below the price, -1 while it falls above it."""
    parameters = (at_least(1, length), ranges)
    direction = from_talib("SUPERTREND", (high, low, close), parameters, warmup=length, output=1)
    return np.where(direction == 0.0, np.nan, direction)


def psar(high: Floats, low: Floats, step: float, maximum: float) -> Floats:
    """Wilder's parabolic SAR: the level at which the market turns, for the bar that has just closed."""
    return from_talib("SAR", (high, low), (step, maximum), warmup=1)


def ichimoku_span_a(high: Floats, low: Floats, fast: int, slow: int) -> Floats:
    """Leading span A as it stands under or over this bar: the mean of both lines `slow` bars ago."""
    lines = donchian_middle(high, low, fast) + donchian_middle(high, low, slow)
    return previous(lines / 2.0, slow)


def ichimoku_span_b(high: Floats, low: Floats, length: int, displacement: int) -> Floats:
    """Leading span B as it stands under or over this bar: the middle of `length` bars, `displacement` bars ago."""
    return previous(donchian_middle(high, low, length), displacement)


_F, _S, _M = (Parameter(name, Kind.LENGTH) for name in ("f", "s", "m"))
_STEP, _MAXIMUM = Parameter("p", Kind.MULTIPLE), Parameter("k", Kind.MULTIPLE)
_HIGH_LOW = ("high", "low")


def _keltner(compute: Callable[..., Floats]) -> Function:
    return Function(
        Signature((N, _M, K)),
        compute,
        RANGE,
        warmup=lambda n, m, _: max(n - 1, m),
        settling=lambda n, m, _: max(ema_settling(n), wilder_settling(m)),
    )


FUNCTIONS: dict[str, Function] = {
    "donchian_upper": Function(Signature((N,)), donchian_upper, ("high",), warmup=lambda n: n - 1),
    "donchian_middle": Function(Signature((N,)), donchian_middle, _HIGH_LOW, warmup=lambda n: n - 1),
    "donchian_lower": Function(Signature((N,)), donchian_lower, ("low",), warmup=lambda n: n - 1),
    "keltner_upper": _keltner(keltner_upper),
    "keltner_lower": _keltner(keltner_lower),
    "supertrend": Function(
        Signature((N2, K)), supertrend, RANGE, lambda n, _: n, settling=lambda n, _: wilder_settling(n)
    ),
    "supertrend_direction": Function(
        Signature((N2, K)), supertrend_direction, RANGE, lambda n, _: n, settling=lambda n, _: wilder_settling(n)
    ),
    "psar": Function(Signature((_STEP, _MAXIMUM)), psar, _HIGH_LOW, lambda *_: 1, settling=lambda *_: SAR_SETTLING),
    "ichimoku_conversion": Function(Signature((N,)), donchian_middle, _HIGH_LOW, warmup=lambda n: n - 1),
    "ichimoku_base": Function(Signature((N,)), donchian_middle, _HIGH_LOW, warmup=lambda n: n - 1),
    "ichimoku_span_a": Function(Signature((_F, _S)), ichimoku_span_a, _HIGH_LOW, warmup=lambda f, s: max(f, s) - 1 + s),
    "ichimoku_span_b": Function(Signature((N, _S)), ichimoku_span_b, _HIGH_LOW, warmup=lambda n, s: n - 1 + s),
}
