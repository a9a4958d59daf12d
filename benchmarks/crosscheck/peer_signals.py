"""The signals of a case, for the peers' scripts: pandas and plain loops, nothing of the program."""

import math
from itertools import pairwise

import pandas as pd


def read(path):
    """Bars of one CSV file, by day."""
    return pd.read_csv(path, index_col=0, parse_dates=True)


def signals(case, close):
    """Two lists of truths: what to do at each close, in and out."""
    if case["family"] == "rsi":
        line = wilder(close.tolist(), case["fast"])
        return [value < case["low"] for value in line], [value > case["high"] for value in line]
    fast, slow = (close.rolling(case[name]).mean().tolist() for name in ("fast", "slow"))
    above = [False] + [now_f > now_s and then_f <= then_s for then_f, then_s, now_f, now_s in _pairs(fast, slow)]
    below = [False] + [now_f < now_s and then_f >= then_s for then_f, then_s, now_f, now_s in _pairs(fast, slow)]
    return above, below


def _pairs(fast, slow):
    return zip(fast[:-1], slow[:-1], fast[1:], slow[1:], strict=True)


def wilder(values, length):
    """Wilder's RSI: seeded with the simple means of the first moves; NaN before, so that comparisons are false."""
    moves = [now - then for then, now in pairwise(values)]
    up = sum(max(move, 0.0) for move in moves[:length]) / length
    down = sum(max(-move, 0.0) for move in moves[:length]) / length
    line = [math.nan] * length + [100 * up / (up + down)]
    for move in moves[length:]:
        up = (up * (length - 1) + max(move, 0.0)) / length
        down = (down * (length - 1) + max(-move, 0.0)) / length
        line.append(100 * up / (up + down))
    return line
