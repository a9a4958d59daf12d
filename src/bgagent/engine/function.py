"""A function of the rule language: how it is written, what computes it, how many bars it needs."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from bgagent.bars import Floats
from bgagent.engine.grammar import Kind, Parameter, Signature
from bgagent.engine.span import Span

SEED_WEIGHT = 1e-4
"""A smoothed value counts as settled when what it was seeded with weighs less than this. Ten times the look-back, the
warm-up a run asks for, is always enough, but for the parabolic SAR and Heikin-Ashi."""

X = Parameter("x", Kind.SERIES)
A, B = Parameter("a", Kind.NUMBER), Parameter("b", Kind.NUMBER)
C = Parameter("c", Kind.CONDITION)
N, N2, N3 = (Parameter("n", Kind.LENGTH, minimum=minimum) for minimum in (1, 2, 3))
K = Parameter("k", Kind.MULTIPLE)
RANGE = ("high", "low", "close")
CANDLE = ("open", *RANGE)


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the language, or, without any parameter, one name.

    columns: what it reads of the bars without being told, given to `compute` before the arguments. compute: one value
    per bar. warmup: how many more bars it needs before its first value, from its lengths. settling: how many more until
    that value is settled. is_eventual: the first value may come later still, with the first event it waits for.
    span: for a function of coarser bars, their length; its last argument is evaluated on them, and `compute` is given
    those values and, per bar, the last coarser bar that was over.
    """

    signature: Signature
    compute: Callable[..., Floats]
    columns: tuple[str, ...] = ()
    warmup: Callable[..., int] = lambda *_: 0
    settling: Callable[..., int] = lambda *_: 0
    is_eventual: bool = False
    span: Callable[..., Span] | None = None


def ema_settling(length: int) -> int:
    """Bars until the seed of an exponential average weighs less than SEED_WEIGHT."""
    return _decay(1.0 - 2.0 / (length + 1.0))


def wilder_settling(length: int) -> int:
    """Bars until the seed of Wilder's smoothing weighs less than SEED_WEIGHT."""
    return _decay(1.0 - 1.0 / length)


def _decay(kept: float) -> int:
    return math.ceil(math.log(SEED_WEIGHT) / math.log(kept)) if kept > 0 else 0
