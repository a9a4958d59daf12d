"""Sizes that are resolved when an order is decided: a volatility to aim at becomes a fraction of equity."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from bgagent.bars import Floats, Times
from bgagent.periods import Timeframe, Trading, bars_per_year

VOLATILITY_CLOSES = 20


def bars_in_a_year(sessions: Times, timeframe: Timeframe) -> Floats:
    """(n,): bars that make a year, as far as is known at each bar.

    sessions: (n,) datetime64[D]. A market that had a session on a weekend up to then is taken to trade every day.
    """
    is_weekend = (sessions.astype(np.int64) + 3) % 7 >= 5  # 1970-01-01, day 0, was a Thursday
    return np.where(
        np.logical_or.accumulate(is_weekend),
        bars_per_year(timeframe, Trading.ALWAYS),
        bars_per_year(timeframe, Trading.EXCHANGE),
    )


def volatility_fractions(close: Floats, bars_a_year: Floats, target: float) -> Floats:
    """(n,): fraction of equity to hold so that the position's volatility is `target` a year; at most 1.

    close: (n,). bars_a_year: (n,) or (1,). The volatility is the sample deviation of the 19 returns between the last
    20 closes, times the root of the bars in a year. NaN before there are 20 closes; 1 while prices stand still.
    """
    fractions = np.full(len(close), np.nan)
    if len(close) < VOLATILITY_CLOSES:
        return fractions
    returns = close[1:] / close[:-1] - 1.0
    deviation = sliding_window_view(returns, VOLATILITY_CLOSES - 1).std(axis=1, ddof=1)
    yearly = deviation * np.sqrt(bars_a_year[-len(deviation) :])
    with np.errstate(divide="ignore"):
        fractions[VOLATILITY_CLOSES - 1 :] = np.minimum(target / yearly, 1.0)
    return fractions
