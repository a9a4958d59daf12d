"""Prices in one currency turned into another by a series of exchange rates."""

import numpy as np

from bgagent.bars import PRICE_COLUMNS, Bars


def convert(bars: Bars, rate: Bars) -> Bars:
    """The same bars in the currency that `rate` quotes: each price times the rate's close of that bar.

    rate: what one unit of the bars' currency costs, of the same or another market; where it has no bar of its own the
    last close before counts. Raises ValueError when the rate begins later than the bars.
    """
    at = np.searchsorted(rate.times, bars.times, side="right") - 1
    if len(bars) and at[0] < 0:
        raise ValueError(f"{rate.symbol} begins on {rate.sessions[0]}, too late to convert {bars.symbol} before")
    factor = rate.close[at]
    prices = {name: getattr(bars, name) * (1.0 if name == "volume" else factor) for name in PRICE_COLUMNS}
    return Bars(bars.symbol, bars.timeframe, bars.times, bars.sessions, **prices, next_session=bars.next_session)
