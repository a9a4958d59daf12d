"""Coarser bars made of those that are there, and which of them had closed by each bar.

A day, week, month or quarter is known to be over at the close of a daily bar after which no weekday of it is left (no
day at all where the market has traded on a weekend before); otherwise, and within the day, at the close of the first
bar of a later one. So a week that ends on a holiday is known one session late, and the first weekend of a market that
trades on it makes a week of its own. Bars of some minutes are aligned to the
session's first bar and over when their time is; what a session leaves over at its end, when the next one begins.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import PRICE_COLUMNS, Bars, Floats, Times
from bgagent.engine.session_words import minutes_since_open
from bgagent.engine.span import Span
from bgagent.periods import Timeframe

Indices = NDArray[np.int64]

_DAY = np.timedelta64(1, "D")
_LENGTHS = {
    **{frame: frame.minutes for frame in Timeframe if frame.is_intraday},
    Timeframe.DAY: 1_440,
    Timeframe.WEEK: 7 * 1_440,
    Timeframe.MONTH: 28 * 1_440,
}


@dataclass(frozen=True, slots=True, eq=False)
class Coarser:
    """bars: the coarser bars, the last one perhaps cut short. first, last: (k,), the bars each is made of.

    closed: (n,), per finer bar the last coarser one that was over at its close, -1 before the first.
    """

    bars: Bars
    first: Indices
    last: Indices
    closed: Indices


def coarsen(bars: Bars, span: Span) -> Coarser:
    """The coarser bars. Raises ValueError when the bars themselves are coarser."""
    if _LENGTHS[bars.timeframe] > _LENGTHS[span.timeframe]:
        raise ValueError(f"{bars.timeframe.value} bars cannot be taken apart into {span.timeframe.value} bars")
    count = len(bars)
    if bars.timeframe is span.timeframe and span.unit != "quarter":
        own = np.arange(count)
        return Coarser(bars, own, own, own)
    keys = _keys(bars, span)
    is_over = _is_over(bars, span)
    begins = np.ones(count, dtype=np.bool_)
    # what was known to be over stays so: a first bar on a weekend begins a coarser bar of its own
    begins[1:] = (keys[1:] != keys[:-1]) | is_over[:-1]
    first = np.flatnonzero(begins)
    last = np.append(first[1:], count)[: len(first)] - 1
    group = np.cumsum(begins) - 1
    return Coarser(_made_of(bars, span, first, last), first, last, np.where(is_over, group, group - 1))


def known_values(values: Floats, closed: Indices) -> Floats:
    """Per finer bar, the value of the last coarser bar that was over at its close; NaN before the first."""
    return np.where(closed >= 0, values[np.maximum(closed, 0)], np.nan) if len(values) else np.full(0, np.nan)


def _keys(bars: Bars, span: Span) -> Indices:
    """A number per bar that is the same for those of one coarser bar."""
    if span.unit != "minutes":
        return _keys_of_days(bars.sessions, span)
    start = minutes_since_open(bars.times, bars.sessions, bars.timeframe) - bars.timeframe.minutes
    return bars.sessions.astype(np.int64) * 1_441 + (start // span.minutes).astype(np.int64)


def _keys_of_days(days: Times, span: Span) -> Indices:
    months = days.astype("datetime64[M]").astype(np.int64)
    match span.unit:
        case "week":
            return (days.astype(np.int64) + 3) // 7  # 1970-01-01 was a Thursday
        case "month":
            return months
        case "quarter":
            return months // 3
    return days.astype(np.int64)


def _is_over(bars: Bars, span: Span) -> NDArray[np.bool_]:
    """Whether the coarser bar that a bar belongs to is known to be over at its close."""
    if span.unit == "minutes":
        passed = minutes_since_open(bars.times, bars.sessions, bars.timeframe)
        return np.asarray(passed % span.minutes == 0)
    if bars.timeframe is not Timeframe.DAY:
        return np.zeros(len(bars), dtype=np.bool_)
    return np.asarray(_keys_of_days(_days_after(bars.sessions), span) != _keys_of_days(bars.sessions, span))


def _days_after(sessions: Times) -> Times:
    """The next day on which the market may trade, by what is known at each session."""
    weekdays = np.busday_offset(sessions + _DAY, 0, roll="forward")
    on_weekend = (sessions.astype(np.int64) + 3) % 7 >= 5
    after: Times = np.where(np.logical_or.accumulate(on_weekend), sessions + _DAY, weekdays)
    return after


def _made_of(bars: Bars, span: Span, first: Indices, last: Indices) -> Bars:
    columns = {name: aggregate(name, getattr(bars, name), first, last) for name in PRICE_COLUMNS}
    sessions = bars.sessions[first]
    times = bars.times[first] if span.unit == "minutes" else sessions.astype("datetime64[s]")
    return Bars(bars.symbol, span.timeframe, times, sessions, **columns, next_session=None)


def aggregate(name: str, column: Floats, first: Indices, last: Indices) -> Floats:
    """A column of the coarser bars: first open, highest high, lowest low, last close, sum of the volume."""
    match name:
        case "open":
            return column[first]
        case "close":
            return column[last]
        case _ if not len(first):
            return np.empty(0)
    total: np.ufunc = {"high": np.maximum, "low": np.minimum, "volume": np.add}[name]
    return np.asarray(total.reduceat(column, first), dtype=np.float64)
