"""Oscillators: momentum, rates of change, Aroon, stochastic RSI and what is made of Bollinger's bands."""

from collections.abc import Callable

import numpy as np

from bgagent.bars import Floats
from bgagent.engine.function import N2, RANGE, Function, K, N, X, ema_settling, wilder_settling
from bgagent.engine.grammar import Kind, Parameter, Signature
from bgagent.engine.indicators import bollinger_lower, bollinger_middle, bollinger_upper, previous
from bgagent.engine.talib_calls import at_least, defined, from_talib


def momentum(values: Floats, length: int) -> Floats:
    """Difference to the value `length` bars earlier."""
    return defined(values - previous(values, length))


def roc(values: Floats, length: int) -> Floats:
    """Change against the value `length` bars earlier in percent of it; NaN where that is 0."""
    earlier = previous(values, length)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return defined(100.0 * (values / earlier - 1.0))


def cmo(values: Floats, length: int) -> Floats:
    """Chande's momentum oscillator, -100 to 100, smoothed as TA-Lib has it (Wilder's way); 0 where nothing moved."""
    return from_talib("CMO", (values,), (at_least(2, length),), warmup=length)


def trix(values: Floats, length: int) -> Floats:
    """Change from bar to bar, in percent, of a three times repeated EMA."""
    return from_talib("TRIX", (values,), (at_least(2, length),), warmup=3 * (length - 1) + 1)


def aroon_up(high: Floats, low: Floats, length: int) -> Floats:
    """100 when the highest high of the last `length` + 1 bars is this one, 0 when it is the oldest."""
    return from_talib("AROON", (high, low), (at_least(2, length),), warmup=length, output=1)


def aroon_down(high: Floats, low: Floats, length: int) -> Floats:
    """100 when the lowest low of the last `length` + 1 bars is this one, 0 when it is the oldest."""
    return from_talib("AROON", (high, low), (at_least(2, length),), warmup=length, output=0)


def aroon_oscillator(high: Floats, low: Floats, length: int) -> Floats:
    """Aroon up less Aroon down, -100 to 100."""
    return aroon_up(high, low, length) - aroon_down(high, low, length)


def ultimate_oscillator(high: Floats, low: Floats, close: Floats, fast: int, middle: int, slow: int) -> Floats:
    """Williams' ultimate oscillator of three lengths, 0 to 100."""
    lengths = tuple(at_least(1, length) for length in (fast, middle, slow))
    return from_talib("ULTOSC", (high, low, close), lengths, warmup=max(lengths))


def stochastic_rsi_k(close: Floats, length: int, place: int, smooth: int) -> Floats:
    """Place of the RSI of `length` bars in its own range of `place` bars, 0 to 100; NaN until %D is defined too."""
    return _stochastic_rsi(close, length, place, smooth, output=0)


def stochastic_rsi_d(close: Floats, length: int, place: int, smooth: int) -> Floats:
    """Simple mean of the stochastic RSI over `smooth` bars."""
    return _stochastic_rsi(close, length, place, smooth, output=1)


def bollinger_width(close: Floats, length: int, deviations: float) -> Floats:
    """Distance of the bands as a fraction of the middle one."""
    upper, lower = bollinger_upper(close, length, deviations), bollinger_lower(close, length, deviations)
    return (upper - lower) / bollinger_middle(close, length, deviations)


def bollinger_percent(close: Floats, length: int, deviations: float) -> Floats:
    """Place of the close between the bands: 0 at the lower, 1 at the upper; NaN where they coincide."""
    upper, lower = bollinger_upper(close, length, deviations), bollinger_lower(close, length, deviations)
    with np.errstate(divide="ignore", invalid="ignore"):
        return defined((close - lower) / (upper - lower))


def _stochastic_rsi(close: Floats, length: int, place: int, smooth: int, *, output: int) -> Floats:
    parameters = (at_least(2, length), at_least(1, place), at_least(1, smooth), 0)
    return from_talib("STOCHRSI", (close,), parameters, warmup=length + place + smooth - 2, output=output)


_THREE = tuple(Parameter(name, Kind.LENGTH) for name in ("f", "s", "g"))
_RSI_LENGTHS = (N2, Parameter("s", Kind.LENGTH), Parameter("d", Kind.LENGTH))


def _stochastic_rsi_function(compute: Callable[..., Floats]) -> Function:
    return Function(
        Signature(_RSI_LENGTHS),
        compute,
        ("close",),
        warmup=lambda n, s, d: n + s + d - 2,
        settling=lambda n, *_: wilder_settling(n),
    )


FUNCTIONS: dict[str, Function] = {
    "momentum": Function(Signature((X, N)), momentum, warmup=lambda n: n),
    "roc": Function(Signature((X, N)), roc, warmup=lambda n: n),
    "cmo": Function(Signature((X, N2)), cmo, warmup=lambda n: n, settling=wilder_settling),
    "trix": Function(
        Signature((X, N2)), trix, warmup=lambda n: 3 * (n - 1) + 1, settling=lambda n: 3 * ema_settling(n)
    ),
    "aroon_up": Function(Signature((N2,)), aroon_up, ("high", "low"), warmup=lambda n: n),
    "aroon_down": Function(Signature((N2,)), aroon_down, ("high", "low"), warmup=lambda n: n),
    "aroon_oscillator": Function(Signature((N2,)), aroon_oscillator, ("high", "low"), warmup=lambda n: n),
    "ultimate_oscillator": Function(Signature(_THREE), ultimate_oscillator, RANGE, warmup=max),
    "stochastic_rsi_k": _stochastic_rsi_function(stochastic_rsi_k),
    "stochastic_rsi_d": _stochastic_rsi_function(stochastic_rsi_d),
    "bollinger_width": Function(Signature((N2, K)), bollinger_width, ("close",), warmup=lambda n, _: n - 1),
    "bollinger_percent": Function(Signature((N2, K)), bollinger_percent, ("close",), warmup=lambda n, _: n - 1),
}
