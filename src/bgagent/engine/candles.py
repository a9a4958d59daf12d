"""Candles: Heikin-Ashi, and patterns that are 1 where bullish, -1 where bearish, 0 where there is none.

Patterns follow TA-Lib, which measures a body or a shadow against the bars before it, and names only the shape: whether
it turns a market is for the rest of the rule to say.
"""

import numpy as np

from bgagent.bars import Floats
from bgagent.engine.function import CANDLE, RANGE, Function
from bgagent.engine.grammar import Signature
from bgagent.engine.indicators import previous
from bgagent.engine.talib_calls import from_talib

HEIKIN_ASHI_SETTLING = 14
"""The first bar's own open weighs 1/2 of what it did after each bar: under 1 in 10,000 after 14."""


def ha_close(opening: Floats, high: Floats, low: Floats, close: Floats) -> Floats:
    """Heikin-Ashi close: mean of the bar's four prices."""
    return (opening + high + low + close) / 4.0


def ha_open(opening: Floats, high: Floats, low: Floats, close: Floats) -> Floats:
    """Heikin-Ashi open: middle of the body before; on the first bar the middle of its own body."""
    closes = ha_close(opening, high, low, close).tolist()
    result = np.empty(len(closes))
    body = 0.0
    for bar, (first, last) in enumerate(zip(opening.tolist(), close.tolist(), strict=True)):
        body = (body + closes[bar - 1]) / 2.0 if bar else (first + last) / 2.0
        result[bar] = body
    return result


def ha_high(opening: Floats, high: Floats, low: Floats, close: Floats) -> Floats:
    """Heikin-Ashi high: the highest of the bar's high and its Heikin-Ashi open and close."""
    return np.maximum(high, np.maximum(ha_open(opening, high, low, close), ha_close(opening, high, low, close)))


def ha_low(opening: Floats, high: Floats, low: Floats, close: Floats) -> Floats:
    """Heikin-Ashi low: the lowest of the bar's low and its Heikin-Ashi open and close."""
    return np.minimum(low, np.minimum(ha_open(opening, high, low, close), ha_close(opening, high, low, close)))


def true_range(high: Floats, low: Floats, close: Floats) -> Floats:
    """The bar's range, or its distance from the close before where that is larger."""
    return from_talib("TRANGE", (high, low, close), (), warmup=1)


def inside_bar(high: Floats, low: Floats) -> Floats:
    """1 where the bar lies wholly within the one before (equal ends count), else 0."""
    return _flags((high <= previous(high)) & (low >= previous(low)))


def outside_bar(high: Floats, low: Floats) -> Floats:
    """1 where the bar reaches beyond both ends of the one before, else 0."""
    return _flags((high > previous(high)) & (low < previous(low)))


def _flags(holds: np.ndarray) -> Floats:
    result = holds.astype(np.float64)
    result[:1] = np.nan  # there is no bar before the first
    return result


def _pattern(name: str, warmup: int, *parameters: float) -> Function:
    def compute(opening: Floats, high: Floats, low: Floats, close: Floats) -> Floats:
        # TA-Lib says 80 where two ends of an engulfed body are equal, 100 elsewhere
        return np.sign(from_talib(name, (opening, high, low, close), parameters, warmup=warmup, blank=warmup))

    return Function(Signature(()), compute, CANDLE, warmup=lambda: warmup)


NAMES: dict[str, Function] = {
    "ha_open": Function(Signature(()), ha_open, CANDLE, settling=lambda: HEIKIN_ASHI_SETTLING),
    "ha_high": Function(Signature(()), ha_high, CANDLE, settling=lambda: HEIKIN_ASHI_SETTLING),
    "ha_low": Function(Signature(()), ha_low, CANDLE, settling=lambda: HEIKIN_ASHI_SETTLING),
    "ha_close": Function(Signature(()), ha_close, CANDLE),
    "true_range": Function(Signature(()), true_range, RANGE, warmup=lambda: 1),
    "inside_bar": Function(Signature(()), inside_bar, ("high", "low"), warmup=lambda: 1),
    "outside_bar": Function(Signature(()), outside_bar, ("high", "low"), warmup=lambda: 1),
    "engulfing": _pattern("CDLENGULFING", 2),
    "harami": _pattern("CDLHARAMI", 11),
    "doji": _pattern("CDLDOJI", 10),
    "dragonfly_doji": _pattern("CDLDRAGONFLYDOJI", 10),
    "gravestone_doji": _pattern("CDLGRAVESTONEDOJI", 10),
    "marubozu": _pattern("CDLMARUBOZU", 10),
    "spinning_top": _pattern("CDLSPINNINGTOP", 10),
    "hammer": _pattern("CDLHAMMER", 11),
    "inverted_hammer": _pattern("CDLINVERTEDHAMMER", 11),
    "hanging_man": _pattern("CDLHANGINGMAN", 11),
    "shooting_star": _pattern("CDLSHOOTINGSTAR", 11),
    "piercing_line": _pattern("CDLPIERCING", 11),
    "dark_cloud_cover": _pattern("CDLDARKCLOUDCOVER", 11, 0.5),
    "morning_star": _pattern("CDLMORNINGSTAR", 12, 0.3),
    "evening_star": _pattern("CDLEVENINGSTAR", 12, 0.3),
    "three_white_soldiers": _pattern("CDL3WHITESOLDIERS", 12),
    "three_black_crows": _pattern("CDL3BLACKCROWS", 13),
}
