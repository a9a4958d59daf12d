"""The session a bar belongs to: its open, its range so far, its opening range, its VWAP, the session before, the clock.

With daily bars every bar is a session of its own. The clock runs within the day only and is undefined elsewhere. A
session begins with the first bar there is of it, extended hours included where the data has them.
"""

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Floats, Times
from bgagent.engine.function import Function
from bgagent.engine.grammar import Kind, Parameter, Signature
from bgagent.periods import Timeframe

USUAL_SESSIONS = 20
"""How many sessions before are looked at to know when one usually ends."""


def session_open(sessions: Times, opening: Floats) -> Floats:
    """Open of the session's first bar."""
    return opening[_first_bars(sessions)]


def session_high(sessions: Times, high: Floats) -> Floats:
    """Highest high of the session so far, the present bar included."""
    return _running(sessions, high, np.maximum)


def session_low(sessions: Times, low: Floats) -> Floats:
    """Lowest low of the session so far, the present bar included."""
    return _running(sessions, low, np.minimum)


def previous_session_open(sessions: Times, opening: Floats) -> Floats:
    """Open of the session before."""
    return _of_session_before(sessions, session_open(sessions, opening))


def previous_session_high(sessions: Times, high: Floats) -> Floats:
    """Highest high of the session before."""
    return _of_session_before(sessions, session_high(sessions, high))


def previous_session_low(sessions: Times, low: Floats) -> Floats:
    """Lowest low of the session before."""
    return _of_session_before(sessions, session_low(sessions, low))


def previous_session_close(sessions: Times, close: Floats) -> Floats:
    """Close of the last bar of the session before."""
    return _of_session_before(sessions, close)


def gap(sessions: Times, opening: Floats, close: Floats) -> Floats:
    """The session's open against the close of the one before, as a fraction of it; the same on all its bars."""
    return session_open(sessions, opening) / previous_session_close(sessions, close) - 1.0


def vwap(sessions: Times, high: Floats, low: Floats, close: Floats, volume: Floats) -> Floats:
    """Mean of (high + low + close) / 3 since the session's open, weighted by volume; NaN until something was traded."""
    first = _first_bars(sessions)
    traded, paid = (_since(first, column) for column in (volume, volume * (high + low + close) / 3.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(_running(sessions, volume, np.maximum) > 0, paid / traded, np.nan)


def bar_of_session(sessions: Times) -> Floats:
    """Which bar of its session it is: 1 the first."""
    return np.asarray(np.arange(len(sessions)) - _first_bars(sessions) + 1.0, dtype=np.float64)


def minutes_since_open(times: Times, sessions: Times, timeframe: Timeframe) -> Floats:
    """Minutes from the start of the session's first bar to the close of this one."""
    if not timeframe.is_intraday:
        return np.full(len(times), np.nan)
    passed = (times - times[_first_bars(sessions)]).astype("timedelta64[m]").astype(np.float64)
    return np.asarray(passed + timeframe.minutes, dtype=np.float64)


def minutes_to_close(times: Times, sessions: Times, timeframe: Timeframe) -> Floats:
    """Minutes from the close of this bar to the usual end: that of the longest of the 20 sessions before.

    NaN in the first session there is. A session cut short (half a day) is not known ahead; negative in a longer one.
    """
    passed = minutes_since_open(times, sessions, timeframe)
    firsts = np.unique(_first_bars(sessions))
    lengths = passed[np.append(firsts[1:], len(times)) - 1] if len(times) else passed
    usual = np.array([lengths[max(0, i - USUAL_SESSIONS) : i].max() if i else np.nan for i in range(len(firsts))])
    return np.asarray(np.repeat(usual, np.diff(np.append(firsts, len(times)))) - passed, dtype=np.float64)


def utc_minutes(times: Times, timeframe: Timeframe) -> Floats:
    """Minutes after midnight, UTC, at which the bar closes; 1440 at midnight."""
    if not timeframe.is_intraday:
        return np.full(len(times), np.nan)
    start = (times - times.astype("datetime64[D]")).astype("timedelta64[m]").astype(np.float64)
    return np.asarray((start + timeframe.minutes - 1.0) % 1440.0 + 1.0, dtype=np.float64)


def opening_high(times: Times, sessions: Times, timeframe: Timeframe, high: Floats, minutes: int) -> Floats:
    """Highest high of the bars that begin in the session's first `minutes`; NaN until that time is over."""
    return _opening(times, sessions, timeframe, high, minutes, np.maximum)


def opening_low(times: Times, sessions: Times, timeframe: Timeframe, low: Floats, minutes: int) -> Floats:
    """Lowest low of the bars that begin in the session's first `minutes`; NaN until that time is over."""
    return _opening(times, sessions, timeframe, low, minutes, np.minimum)


def _opening(
    times: Times, sessions: Times, timeframe: Timeframe, column: Floats, minutes: int, extreme: np.ufunc
) -> Floats:
    passed = minutes_since_open(times, sessions, timeframe)
    if not timeframe.is_intraday:
        return passed
    within = passed - timeframe.minutes < minutes
    nothing = -np.inf if extreme is np.maximum else np.inf
    so_far = _running(sessions, np.where(within, column, nothing), extreme)
    return np.where(passed >= minutes, so_far, np.nan)


def _first_bars(sessions: Times) -> NDArray[np.int64]:
    """Per bar, the index of the first bar of its session."""
    begins = np.ones(len(sessions), dtype=np.bool_)
    begins[1:] = sessions[1:] > sessions[:-1]
    places = np.where(begins, np.arange(len(sessions)), 0)
    return np.maximum.accumulate(places) if len(places) else places


def _running(sessions: Times, column: Floats, extreme: np.ufunc) -> Floats:
    """The extreme of each session so far."""
    result = np.empty(len(column))
    firsts = np.unique(_first_bars(sessions)).tolist()
    for start, stop in zip(firsts, [*firsts[1:], len(column)], strict=True):
        result[start:stop] = extreme.accumulate(column[start:stop])
    return result


def _since(first: NDArray[np.int64], column: Floats) -> Floats:
    """Sum of the session so far."""
    result = np.empty(len(column))
    firsts = np.unique(first).tolist()
    for start, stop in zip(firsts, [*firsts[1:], len(column)], strict=True):
        result[start:stop] = np.cumsum(column[start:stop])
    return result


def _of_session_before(sessions: Times, column: Floats) -> Floats:
    """What the column was on the last bar of the session before; NaN in the first session."""
    last = _first_bars(sessions) - 1
    return np.where(last >= 0, column[np.maximum(last, 0)], np.nan) if len(column) else np.full(0, np.nan)


_CLOCK = ("times", "sessions", "timeframe")
_M = Parameter("m", Kind.LENGTH, maximum=1440)

NAMES: dict[str, Function] = {
    "session_open": Function(Signature(()), session_open, ("sessions", "open")),
    "session_high": Function(Signature(()), session_high, ("sessions", "high")),
    "session_low": Function(Signature(()), session_low, ("sessions", "low")),
    "previous_session_open": Function(Signature(()), previous_session_open, ("sessions", "open"), lambda: 1),
    "previous_session_high": Function(Signature(()), previous_session_high, ("sessions", "high"), lambda: 1),
    "previous_session_low": Function(Signature(()), previous_session_low, ("sessions", "low"), lambda: 1),
    "previous_session_close": Function(Signature(()), previous_session_close, ("sessions", "close"), lambda: 1),
    "gap": Function(Signature(()), gap, ("sessions", "open", "close"), lambda: 1),
    "vwap": Function(Signature(()), vwap, ("sessions", "high", "low", "close", "volume"), is_eventual=True),
    "bar_of_session": Function(Signature(()), bar_of_session, ("sessions",)),
    "minutes_since_open": Function(Signature(()), minutes_since_open, _CLOCK, is_eventual=True),
    "minutes_to_close": Function(Signature(()), minutes_to_close, _CLOCK, lambda: 1, is_eventual=True),
    "utc_minutes": Function(Signature(()), utc_minutes, ("times", "timeframe"), is_eventual=True),
}
FUNCTIONS: dict[str, Function] = {
    "opening_high": Function(Signature((_M,)), opening_high, (*_CLOCK, "high"), is_eventual=True),
    "opening_low": Function(Signature((_M,)), opening_low, (*_CLOCK, "low"), is_eventual=True),
}
