"""The functions and names an expression on prices may use, all of them, by the name they are called by."""

from collections.abc import Callable

import numpy as np

from bgagent.bars import Floats
from bgagent.engine import (
    averages,
    candles,
    channels,
    events,
    indicators,
    oscillators,
    session_words,
    span,
    swings,
    volume_flow,
    windows,
)
from bgagent.engine.coarser import known_values
from bgagent.engine.expression import Name, Node, Number
from bgagent.engine.function import (
    N2,
    RANGE,
    SEED_WEIGHT,
    A,
    B,
    Function,
    N,
    X,
    ema_settling,
    wilder_settling,
)
from bgagent.engine.grammar import Kind, Parameter, Signature
from bgagent.engine.talib_calls import defined

__all__ = ["FUNCTIONS", "NAMES", "SEED_WEIGHT", "Function", "ema_settling", "wilder_settling"]

_CLOSE = Name("close")


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


def _complain_about_minutes(arguments: tuple[Node, ...]) -> str | None:
    match arguments:
        case (Number(minutes), _) if minutes not in span.LENGTHS:
            return f"m must be one of {', '.join(map(str, span.LENGTHS))}"
    return None


def _log(values: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return defined(np.log(values))


def _sqrt(values: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.sqrt(values)


def _on(length: span.Span) -> Function:
    return Function(Signature((X,)), known_values, span=lambda: length, is_eventual=True)


def _average(compute: Callable[..., Floats], settling: Callable[..., int] = lambda *_: 0) -> Function:
    return Function(Signature((X, N)), compute, warmup=lambda n: n - 1, settling=settling)


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
    parameters = (N2, Parameter("k", Kind.MULTIPLE))
    return Function(Signature(parameters), compute, columns=("close",), warmup=lambda n, _: n - 1)


def _stochastic(compute: Callable[..., Floats]) -> Function:
    parameters = tuple(Parameter(name, Kind.LENGTH) for name in ("n", "s", "d"))
    return Function(Signature(parameters), compute, columns=RANGE, warmup=lambda n, s, d: n + s + d - 3)


FUNCTIONS: dict[str, Function] = {
    "sma": _average(indicators.sma),
    "ema": _average(indicators.ema, ema_settling),
    "wma": _average(indicators.wma),
    "rsi": Function(Signature((X, N2), first=_CLOSE), indicators.rsi, warmup=lambda n: n, settling=wilder_settling),
    "macd": _macd(indicators.macd),
    "macd_signal": _macd(indicators.macd_signal),
    "macd_histogram": _macd(indicators.macd_histogram),
    "bollinger_upper": _bollinger(indicators.bollinger_upper),
    "bollinger_middle": _bollinger(indicators.bollinger_middle),
    "bollinger_lower": _bollinger(indicators.bollinger_lower),
    "atr": Function(Signature((N,)), indicators.atr, RANGE, lambda n: n, wilder_settling),
    "adx": Function(Signature((N2,)), indicators.adx, RANGE, lambda n: 2 * n - 1, lambda n: 2 * wilder_settling(n)),
    "plus_di": Function(Signature((N,)), indicators.plus_di, RANGE, lambda n: n, wilder_settling),
    "minus_di": Function(Signature((N,)), indicators.minus_di, RANGE, lambda n: n, wilder_settling),
    "cci": Function(Signature((N2,)), indicators.cci, RANGE, lambda n: n - 1),
    "mfi": Function(Signature((N2,)), indicators.mfi, (*RANGE, "volume"), lambda n: n),
    "williams_r": Function(Signature((N2,)), indicators.williams_r, RANGE, lambda n: n - 1),
    "stochastic_k": _stochastic(indicators.stochastic_k),
    "stochastic_d": _stochastic(indicators.stochastic_d),
    "highest": _average(indicators.highest),
    "lowest": _average(indicators.lowest),
    "previous": Function(
        Signature((X, Parameter("k", Kind.LENGTH)), last=Number(1.0)), indicators.previous, warmup=lambda k: k
    ),
    "change": Function(Signature((X, N)), indicators.change, warmup=lambda n: n),
    "deviation": Function(Signature((X, N2)), indicators.deviation, warmup=lambda n: n - 1),
    "zscore": Function(Signature((X, N2)), indicators.zscore, warmup=lambda n: n - 1),
    "crosses_above": Function(Signature((A, B), result=Kind.CONDITION), _crosses_above, warmup=lambda: 1),
    "crosses_below": Function(Signature((A, B), result=Kind.CONDITION), _crosses_below, warmup=lambda: 1),
    "abs": Function(Signature((A,)), np.abs),
    "min": Function(Signature((A, B)), np.minimum),
    "max": Function(Signature((A, B)), np.maximum),
    "sign": Function(Signature((X,)), np.sign),
    "log": Function(Signature((X,)), _log),
    "sqrt": Function(Signature((X,)), _sqrt),
    **averages.FUNCTIONS,
    **oscillators.FUNCTIONS,
    **channels.FUNCTIONS,
    **volume_flow.FUNCTIONS,
    **windows.FUNCTIONS,
    **events.FUNCTIONS,
    **swings.FUNCTIONS,
    **session_words.FUNCTIONS,
    "minutes": Function(
        Signature((Parameter("m", Kind.LENGTH), X), complain=_complain_about_minutes),
        known_values,
        span=span.minute_span,
        is_eventual=True,
    ),
    "daily": _on(span.SESSION),
    "weekly": _on(span.WEEK),
    "monthly": _on(span.MONTH),
    "quarterly": _on(span.QUARTER),
}
"""By the name it is called by."""

NAMES: dict[str, Function] = {**volume_flow.NAMES, **candles.NAMES, **session_words.NAMES}
"""What stands without brackets, beside the columns of the bars."""
