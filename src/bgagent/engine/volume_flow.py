"""Where the volume goes: running totals, and flows over a window.

The totals count from the first bar that is there, so that only their own moves mean something, never their level.
"""

import numpy as np

from bgagent.bars import Floats
from bgagent.engine.function import RANGE, Function, N, ema_settling
from bgagent.engine.grammar import Kind, Parameter, Signature
from bgagent.engine.indicators import highest
from bgagent.engine.talib_calls import at_least, from_talib


def obv(close: Floats, volume: Floats) -> Floats:
    """On-balance volume: volume of rising bars less volume of falling ones, summed up."""
    return from_talib("OBV", (close, volume), (), warmup=0)


def accumulation_distribution(high: Floats, low: Floats, close: Floats, volume: Floats) -> Floats:
    """Chaikin's line: volume by the place of the close in the bar's range (-1 to 1), summed up."""
    return from_talib("AD", (high, low, close, volume), (), warmup=0)


def price_volume_trend(close: Floats, volume: Floats) -> Floats:
    """Volume times the change of the close, summed up."""
    moves = np.zeros(len(close))
    moves[1:] = volume[1:] * (close[1:] / close[:-1] - 1.0)
    return np.cumsum(moves)


def chaikin_oscillator(high: Floats, low: Floats, close: Floats, volume: Floats, fast: int, slow: int) -> Floats:
    """EMA of `fast` less EMA of `slow` of the accumulation line, both seeded with its first value."""
    lengths = (at_least(2, fast), at_least(2, slow))
    return from_talib("ADOSC", (high, low, close, volume), lengths, warmup=max(lengths) - 1)


def chaikin_money_flow(high: Floats, low: Floats, close: Floats, volume: Floats, length: int) -> Floats:
    """Volume by the place of the close over all volume of `length` bars, -1 to 1; NaN where nothing was traded."""
    result = from_talib("CMF", (high, low, close, volume), (at_least(1, length),), warmup=length - 1)
    return np.where(highest(volume, length) > 0, result, np.nan)


_ALL = (*RANGE, "volume")
_F, _S = (Parameter(name, Kind.LENGTH, minimum=2) for name in ("f", "s"))

NAMES: dict[str, Function] = {
    "obv": Function(Signature(()), obv, ("close", "volume")),
    "accumulation_distribution": Function(Signature(()), accumulation_distribution, _ALL),
    "price_volume_trend": Function(Signature(()), price_volume_trend, ("close", "volume")),
}
FUNCTIONS: dict[str, Function] = {
    "chaikin_oscillator": Function(
        Signature((_F, _S)),
        chaikin_oscillator,
        _ALL,
        warmup=lambda f, s: max(f, s) - 1,
        settling=lambda f, s: ema_settling(max(f, s)),
    ),
    "chaikin_money_flow": Function(Signature((N,)), chaikin_money_flow, _ALL, warmup=lambda n: n - 1),
}
