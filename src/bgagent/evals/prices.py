"""Whether the made-up prices are those that golds were reckoned on."""

from datetime import UTC, date, datetime, time
from functools import cache

import numpy as np

from bgagent.data.series import digest_arrays
from bgagent.data.synthetic import SyntheticProvider
from bgagent.periods import Period, Timeframe

GOLD_SPAN = Period(date(2005, 1, 1), date(2025, 6, 30))


@cache
def digest_of_prices(symbol: str, seed: int = 0) -> str:
    """sha256 over days and columns of a symbol's made-up prices in GOLD_SPAN.

    They come from numpy's generators, whose streams may change from one version of numpy to the next.
    """
    now = datetime.combine(GOLD_SPAN.end, time(23, 59), UTC)
    series = SyntheticProvider(seed).fetch(symbol, GOLD_SPAN, Timeframe.DAY, now)
    rows = series.sessions >= np.datetime64(GOLD_SPAN.start)
    columns = (series.times, series.open, series.high, series.low, series.close, series.volume)
    return digest_arrays([column[rows] for column in columns])
