"""Periods of calendar days, the length of bars, and how many bars a year has."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Period:
    """Calendar days from `start` to `end`, both included, in the exchange's calendar.

    Raises ValueError when it ends before it starts.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"the period ends on {self.end}, before it starts on {self.start}")

    def __str__(self) -> str:
        return f"{self.start} to {self.end}"

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


class Timeframe(StrEnum):
    """Length of one bar."""

    MINUTE_1 = "1m"
    MINUTE_5 = "5m"
    MINUTE_15 = "15m"
    MINUTE_30 = "30m"
    HOUR_1 = "1h"
    HOUR_4 = "4h"
    DAY = "1d"
    WEEK = "1wk"
    MONTH = "1mo"

    @property
    def is_intraday(self) -> bool:
        """True when several bars make a session."""
        return self in _MINUTES

    @property
    def minutes(self) -> int:
        """Length of a bar within the day; ValueError for daily and longer bars."""
        if self not in _MINUTES:
            raise ValueError(f"{self.value} bars are not within the day")
        return _MINUTES[self]


_MINUTES = {
    Timeframe.MINUTE_1: 1,
    Timeframe.MINUTE_5: 5,
    Timeframe.MINUTE_15: 15,
    Timeframe.MINUTE_30: 30,
    Timeframe.HOUR_1: 60,
    Timeframe.HOUR_4: 240,
}


class Trading(StrEnum):
    """When a market trades; decides how many bars a year has."""

    EXCHANGE = "exchange"  # weekdays, with holidays
    WEEKDAYS = "weekdays"  # currencies: around the clock, Monday to Friday
    ALWAYS = "always"  # crypto: every day


_DAYS_PER_YEAR = {Trading.EXCHANGE: 252.0, Trading.WEEKDAYS: 260.0, Trading.ALWAYS: 365.0}
_MINUTES_PER_SESSION = {Trading.EXCHANGE: 390.0, Trading.WEEKDAYS: 1440.0, Trading.ALWAYS: 1440.0}


def bars_per_year(timeframe: Timeframe, trading: Trading) -> float:
    """Bars of this length in a year, for annualising.

    252, 260 or 365 daily bars, 52 weekly, 12 monthly; within the day the session's minutes over the bar's.
    """
    if timeframe is Timeframe.WEEK:
        return 52.0
    if timeframe is Timeframe.MONTH:
        return 12.0
    days = _DAYS_PER_YEAR[trading]
    if timeframe is Timeframe.DAY:
        return days
    return days * max(1.0, _MINUTES_PER_SESSION[trading] / timeframe.minutes)
