"""Longer bars made of shorter ones: weeks and months of days, days and hours of minutes."""

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Bars, Times
from bgagent.data.calendars import local_days, midnights
from bgagent.data.markets import Market
from bgagent.periods import Timeframe, Trading

_US_OPEN_S = 9 * 3600 + 30 * 60
_US_CLOSE_S = 16 * 3600


# remote providers are asked for few lengths of bars, so that one stored series serves several
_FETCHED_AS = {
    Timeframe.WEEK: Timeframe.DAY,
    Timeframe.MONTH: Timeframe.DAY,
    Timeframe.HOUR_4: Timeframe.HOUR_1,
    Timeframe.MINUTE_30: Timeframe.MINUTE_15,
}


def fetched_as(wanted: Timeframe) -> Timeframe:
    """The bars to ask a remote provider for, of which those wanted are made."""
    return _FETCHED_AS.get(wanted, wanted)


def can_be_made_of(wanted: Timeframe, given: Timeframe) -> bool:
    """Whether bars of one length add up to bars of the other."""
    if not wanted.is_intraday:
        return given.is_intraday or given is Timeframe.DAY
    return given.is_intraday and wanted.minutes % given.minutes == 0


def regular_hours(times: Times, market: Market) -> NDArray[np.bool_]:
    """(n,) whether each bar lies in the regular session: 09:30 to 16:00 in New York, for US symbols; else all do."""
    if not market.us_sessions:
        return np.ones(len(times), dtype=bool)
    into_day = (times - midnights(local_days(times, market.zone), market.zone)).astype(np.int64)
    return np.asarray((into_day >= _US_OPEN_S) & (into_day < _US_CLOSE_S))


def bucket_starts(times: Times, sessions: Times, wanted: Timeframe, market: Market) -> Times:
    """(n,) datetime64[s]: start of the longer bar to which each bar belongs.

    Monday of the week, first of the month, the session's day; within the day steps counted from the start of the
    session: 09:30 in New York for US symbols, midnight UTC for currencies and crypto, else the earliest time of day on
    which there is a bar.
    """
    if wanted is Timeframe.WEEK:
        days = sessions.astype("datetime64[D]").astype(np.int64)
        return np.asarray((days + 3) // 7 * 7 - 3, dtype="datetime64[D]").astype("datetime64[s]")
    if wanted is Timeframe.MONTH:
        return sessions.astype("datetime64[M]").astype("datetime64[s]")
    if wanted is Timeframe.DAY:
        return sessions.astype("datetime64[s]")
    midnight = midnights(sessions, market.zone)
    into_day = (times - midnight).astype(np.int64)
    if market.us_sessions:
        opening = _US_OPEN_S
    elif market.trading is Trading.EXCHANGE and len(into_day):
        opening = int(into_day.min())
    else:
        opening = 0
    step = wanted.minutes * 60
    steps: NDArray[np.int64] = (into_day - opening) // step * step
    return np.asarray(midnight + (opening + steps).astype("timedelta64[s]"), dtype="datetime64[s]")


def coarsen(bars: Bars, buckets: Times, wanted: Timeframe) -> Bars:
    """One bar per bucket: first open, highest high, lowest low, last close, sum of volume.

    buckets: (n,) not decreasing. Days and longer are stamped with their first session, shorter bars with the bucket.
    """
    if not len(bars):
        return Bars(
            bars.symbol, wanted, bars.times, bars.sessions, bars.open, bars.high, bars.low, bars.close, bars.volume
        )
    starts = np.flatnonzero(np.append(True, buckets[1:] != buckets[:-1]))
    ends = np.append(starts[1:], len(bars)) - 1
    return Bars(
        bars.symbol,
        wanted,
        buckets[starts] if wanted.is_intraday else bars.sessions[starts].astype("datetime64[s]"),
        bars.sessions[starts],
        bars.open[starts],
        np.maximum.reduceat(bars.high, starts),
        np.minimum.reduceat(bars.low, starts),
        bars.close[ends],
        np.add.reduceat(bars.volume, starts),
    )
