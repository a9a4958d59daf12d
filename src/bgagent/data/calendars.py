"""Days on which a market trades, by rule: US exchanges since 1971, weekdays for currencies, every day for crypto.

Sources: NYSE Rule 7.2 and its list of special closings. Other exchanges have no rules here; `session_lists` has theirs.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Times
from bgagent.data.markets import NEW_YORK, Market
from bgagent.periods import Period, Trading

_CLOSE = time(16, 0)
_ENOUGH_SESSIONS = 20
_BLOCK = 65_536  # times

US_RULES_FROM = date(1971, 1, 1)  # the holidays of the years before are not held here

# days of mourning, storms, attacks
_SPECIAL_CLOSINGS = frozenset(
    date.fromisoformat(day)
    for day in (
        "1972-12-28 1973-01-25 1977-07-14 1985-09-27 1994-04-27 2001-09-11 2001-09-12 2001-09-13 2001-09-14 2004-06-11 "
        "2007-01-02 2012-10-29 2012-10-30 2018-12-05 2025-01-09"
    ).split()
)


def easter(year: int) -> date:
    """Easter Sunday. Source: anonymous Gregorian algorithm (Nature, 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def _weekday_of_month(year: int, month: int, weekday: int, number: int) -> date:
    """The `number`-th weekday (0 is Monday) of a month; -1 is the last one."""
    if number < 0:
        last = date(year, month + 1, 1) - timedelta(1)
        return last - timedelta((last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta((weekday - first.weekday()) % 7 + 7 * (number - 1))


def _observed(day: date) -> date:
    """A Saturday holiday is kept on Friday, a Sunday one on Monday."""
    return day + timedelta({5: -1, 6: 1}.get(day.weekday(), 0))


@lru_cache(maxsize=256)
def us_holidays(year: int) -> frozenset[date]:
    """Weekdays of a year, 1971 or later, on which the New York exchanges are closed the whole day."""
    new_year = date(year, 1, 1)
    days = {
        _weekday_of_month(year, 2, 0, 3),
        easter(year) - timedelta(2),
        _weekday_of_month(year, 5, 0, -1),
        _observed(date(year, 7, 4)),
        _weekday_of_month(year, 9, 0, 1),
        _weekday_of_month(year, 11, 3, 4),
        _observed(date(year, 12, 25)),
    }
    if new_year.weekday() != 5:  # a Saturday 1 January is not kept on 31 December, the last day of the accounts
        days.add(_observed(new_year))
    if year >= 1998:
        days.add(_weekday_of_month(year, 1, 0, 3))
    if year >= 2022:
        days.add(_observed(date(year, 6, 19)))
    if year <= 1980 and year % 4 == 0:  # election day
        days.add(_weekday_of_month(year, 11, 0, 1) + timedelta(1))
    return frozenset(days | {day for day in _SPECIAL_CLOSINGS if day.year == year})


def us_half_days(period: Period) -> Times:
    """(n,) datetime64[D]: sessions of a period that end at 13:00 in New York, from 1993 on.

    The day after Thanksgiving, Christmas Eve and the day before Independence Day, where they are sessions and the
    holiday itself is kept on its own weekday. Source: NYSE Rule 7.2; 3 July from 1995 on, as in its yearly lists.
    """
    days = [date(1997, 12, 26), date(1999, 12, 31), date(2003, 12, 26)]
    for year in range(max(period.start.year, 1993), period.end.year + 1):
        days.append(_weekday_of_month(year, 11, 3, 4) + timedelta(1))
        if date(year, 12, 24).weekday() < 4:
            days.append(date(year, 12, 24))
        third, friday = date(year, 7, 3), date(year, 7, 5)
        if (year >= 1995 and third.weekday() in (0, 1, 3)) or (year >= 2013 and third.weekday() == 2):
            days.append(third)
        elif 1996 <= year < 2013 and friday.weekday() == 4:
            days.append(friday)
    return np.array(sorted(day for day in days if day in period), dtype="datetime64[D]")


def sessions(trading: Trading, period: Period) -> Times:
    """(n,) datetime64[D]: the days of a period on which such a market trades; EXCHANGE means the US exchanges."""
    days = np.arange(np.datetime64(period.start, "D"), np.datetime64(period.end, "D") + 1)
    if trading is Trading.ALWAYS:
        return days
    weekdays = days[weekday_of(days) < 5]
    if trading is Trading.WEEKDAYS:
        return weekdays
    holidays = [day for year in range(period.start.year, period.end.year + 1) for day in us_holidays(year)]
    return weekdays[~is_among(weekdays, np.array(sorted(holidays), dtype="datetime64[D]"))]


def session_after(day: date, market: Market, trading: Trading) -> date | None:
    """The first session after a day, by rule; None for an exchange outside the US, whose holidays follow none."""
    if trading is Trading.EXCHANGE and not market.us_sessions:
        return None
    ahead = sessions(trading, Period(day + timedelta(1), day + timedelta(14)))
    return ahead[0].item() if len(ahead) else None


def distinct(days: Times) -> Times:
    """Each day once, of days in order."""
    return days[np.append(True, days[1:] != days[:-1])] if len(days) else days


def is_among(days: Times, others: Times) -> NDArray[np.bool_]:
    """(n,) whether each day is one of `others`, which are in order; five times quicker than numpy's isin on dates."""
    if not len(others):
        return np.zeros(len(days), dtype=bool)
    place = np.minimum(np.searchsorted(others, days), len(others) - 1)
    return np.asarray(others[place] == days)


def weekday_of(days: Times) -> NDArray[np.int64]:
    """(n,) int64: 0 for Monday to 6 for Sunday of each datetime64[D]."""
    return (days.astype("datetime64[D]").astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday


def trading_of(market: Market, days: Times) -> Trading:
    """When a market trades, from the days that have bars where there are enough of them, else from its symbol."""
    count = len(days)
    if count < _ENOUGH_SESSIONS:
        return market.trading
    weekday = weekday_of(days)
    saturdays, sundays = int(np.sum(weekday == 5)), int(np.sum(weekday == 6))
    if saturdays > count // 20 and sundays > count // 20:
        return Trading.ALWAYS
    if market.trading is Trading.ALWAYS or sundays > count // 20:  # currencies open on Sunday evening
        return Trading.WEEKDAYS
    return market.trading


def last_complete_day(now: datetime, market: Market) -> date:
    """The last calendar day, session or not, on which nothing more was traded at `now` (aware of its zone).

    A US day is over at 16:00 New York time (on half days too: later than need be, never too early), a day of
    currencies or crypto at midnight UTC, a day elsewhere at midnight in its own zone.
    """
    if market.us_sessions:
        local = now.astimezone(ZoneInfo(NEW_YORK))
        return local.date() if local.time() >= _CLOSE else local.date() - timedelta(1)
    return now.astimezone(UTC if market.zone == "UTC" else ZoneInfo(market.zone)).date() - timedelta(1)


def last_complete_session(now: datetime, market: Market) -> date:
    """The last session that was over at `now`, by rule; on exchanges outside the US a weekday, holiday or not."""
    last = last_complete_day(now, market)
    trading = Trading.WEEKDAYS if market.trading is Trading.EXCHANGE and not market.us_sessions else market.trading
    return sessions(trading, Period(last - timedelta(14), last))[-1].item()  # type: ignore[no-any-return]


def local_days(times: Times, zone: str) -> Times:
    """(n,) datetime64[D]: the calendar day in `zone` of each UTC time."""
    seconds = times.astype("datetime64[s]")
    if zone == "UTC":
        return seconds.astype("datetime64[D]")
    info = ZoneInfo(zone)
    days = np.empty(len(seconds), dtype="datetime64[D]")
    for start in range(0, len(seconds), _BLOCK):  # what it takes on the way is several times its outcome
        block = seconds[start : start + _BLOCK]
        hours, place = np.unique(block.astype("datetime64[h]"), return_inverse=True)  # clocks change on full hours
        offsets = [hour.replace(tzinfo=UTC).astimezone(info).utcoffset() for hour in hours.tolist()]
        shift = np.array([int(offset.total_seconds()) if offset else 0 for offset in offsets])
        days[start : start + _BLOCK] = block + shift.astype("timedelta64[s]")[place]
    return days


def midnights(sessions: Times, zone: str) -> Times:
    """(n,) datetime64[s], UTC: when each calendar day begins in `zone`."""
    if zone == "UTC":
        return sessions.astype("datetime64[s]")
    days, place = np.unique(sessions.astype("datetime64[D]"), return_inverse=True)
    info = ZoneInfo(zone)
    starts = []
    for day in days.astype("datetime64[s]").tolist():
        offset = day.replace(tzinfo=info).utcoffset()
        starts.append(np.datetime64(day - offset if offset else day, "s"))
    return np.array(starts, dtype="datetime64[s]")[place]
