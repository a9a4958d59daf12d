"""The functions an expression on prices may call: how they are written, what computes them, how many bars they need."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bgagent.bars import Floats
from bgagent.engine import indicators
from bgagent.engine.expression import Name, Node, Number
from bgagent.engine.grammar import Kind, Parameter, Signature

SEED_WEIGHT = 1e-4
"""A smoothed value counts as settled when what it was seeded with weighs less than this. Ten times the look-back, the
warm-up a run asks for, is always enough."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the language.

    columns: what it reads of the bars without being told, given to `compute` before the arguments. compute: one value
    per bar. warmup: how many more bars it needs before its first value, from its lengths. settling: how many more until
    that value is settled.
    """

    signature: Signature
    compute: Callable[..., Floats]
    columns: tuple[str, ...] = ()
    warmup: Callable[..., int] = lambda: 0
    settling: Callable[..., int] = lambda *_: 0


def ema_settling(length: int) -> int:
    """Bars until the seed of an exponential average weighs less than SEED_WEIGHT."""
    return _decay(1.0 - 2.0 / (length + 1.0))


def wilder_settling(length: int) -> int:
    """Bars until the seed of Wilder's smoothing weighs less than SEED_WEIGHT."""
    return _decay(1.0 - 1.0 / length)


def _decay(kept: float) -> int:
    return math.ceil(math.log(SEED_WEIGHT) / math.log(kept)) if kept > 0 else 0


def _shorter_first(arguments: tuple[Node, ...]) -> str | None:
    match arguments:
        case (Number(fast), Number(slow), _) if not fast < slow:
            return "the fast average must be shorter than the slow one"
    return None


def _one_bar_earlier(values: Floats | float) -> Floats | float:
    array = np.asarray(values)
    return indicators.previous(array) if array.ndim else values  # a level is the same one bar earlier


def _crosses_above(left: Floats | float, right: Floats | float) -> Floats:
    """True on the bar on which the left rises above the right, having been at or below it one bar earlier."""
    return np.logical_and(left > right, np.less_equal(_one_bar_earlier(left), _one_bar_earlier(right)))


def _crosses_below(left: Floats | float, right: Floats | float) -> Floats:
    return np.logical_and(left < right, np.greater_equal(_one_bar_earlier(left), _one_bar_earlier(right)))


_X = Parameter("x", Kind.SERIES)
_A, _B = Parameter("a", Kind.NUMBER), Parameter("b", Kind.NUMBER)
_N, _N2 = Parameter("n", Kind.LENGTH), Parameter("n", Kind.LENGTH, minimum=2)
_CLOSE = Name("close")
_RANGE = ("high", "low", "close")


def _average(compute: Callable[..., Floats], settling: Callable[..., int] = lambda *_: 0) -> Function:
    return Function(Signature((_X, _N)), compute, warmup=lambda n: n - 1, settling=settling)


def _macd(compute: Callable[..., Floats]) -> Function:
    lengths = (
        Parameter("f", Kind.LENGTH, minimum=2),
        Parameter("s", Kind.LENGTH, minimum=2),
        Parameter("g", Kind.LENGTH),
    )
    return Function(
        Signature(lengths, complain=_shorter_first),
        compute,
        columns=("close",),
        warmup=lambda _, slow, signal: slow - 1 + signal - 1,
        settling=lambda _, slow, signal: ema_settling(slow) + ema_settling(signal),
    )


def _bollinger(compute: Callable[..., Floats]) -> Function:
    parameters = (_N2, Parameter("k", Kind.MULTIPLE))
    return Function(Signature(parameters), compute, columns=("close",), warmup=lambda n, _: n - 1)


def _stochastic(compute: Callable[..., Floats]) -> Function:
    parameters = tuple(Parameter(name, Kind.LENGTH) for name in ("n", "s", "d"))
    return Function(Signature(parameters), compute, columns=_RANGE, warmup=lambda n, s, d: n + s + d - 3)


FUNCTIONS: dict[str, Function] = {
    "sma": _average(indicators.sma),
    "ema": _average(indicators.ema, ema_settling),
    "wma": _average(indicators.wma),
    "rsi": Function(Signature((_X, _N2), first=_CLOSE), indicators.rsi, warmup=lambda n: n, settling=wilder_settling),
    "macd": _macd(indicators.macd),
    "macd_signal": _macd(indicators.macd_signal),
    "macd_histogram": _macd(indicators.macd_histogram),
    "bollinger_upper": _bollinger(indicators.bollinger_upper),
    "bollinger_middle": _bollinger(indicators.bollinger_middle),
    "bollinger_lower": _bollinger(indicators.bollinger_lower),
    "atr": Function(Signature((_N,)), indicators.atr, _RANGE, lambda n: n, wilder_settling),
    "adx": Function(Signature((_N2,)), indicators.adx, _RANGE, lambda n: 2 * n - 1, lambda n: 2 * wilder_settling(n)),
    "plus_di": Function(Signature((_N,)), indicators.plus_di, _RANGE, lambda n: n, wilder_settling),
    "minus_di": Function(Signature((_N,)), indicators.minus_di, _RANGE, lambda n: n, wilder_settling),
    "cci": Function(Signature((_N2,)), indicators.cci, _RANGE, lambda n: n - 1),
    "mfi": Function(Signature((_N2,)), indicators.mfi, (*_RANGE, "volume"), lambda n: n),
    "williams_r": Function(Signature((_N2,)), indicators.williams_r, _RANGE, lambda n: n - 1),
    "stochastic_k": _stochastic(indicators.stochastic_k),
    "stochastic_d": _stochastic(indicators.stochastic_d),
    "highest": _average(indicators.highest),
    "lowest": _average(indicators.lowest),
    "previous": Function(
        Signature((_X, Parameter("k", Kind.LENGTH)), last=Number(1.0)), indicators.previous, warmup=lambda k: k
    ),
    "change": Function(Signature((_X, _N)), indicators.change, warmup=lambda n: n),
    "deviation": Function(Signature((_X, _N2)), indicators.deviation, warmup=lambda n: n - 1),
    "zscore": Function(Signature((_X, _N2)), indicators.zscore, warmup=lambda n: n - 1),
    "crosses_above": Function(Signature((_A, _B), result=Kind.CONDITION), _crosses_above, warmup=lambda: 1),
    "crosses_below": Function(Signature((_A, _B), result=Kind.CONDITION), _crosses_below, warmup=lambda: 1),
    "abs": Function(Signature((_A,)), np.abs),
    "min": Function(Signature((_A, _B)), np.minimum),
    "max": Function(Signature((_A, _B)), np.maximum),
}
"""By the name it is called by."""
