"""Dates and times as people write them, turned into the start and the session of each bar."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Times
from bgagent.data.calendars import local_days
from bgagent.data.csv_iso import Written, iso_days, iso_utc
from bgagent.data.markets import Market
from bgagent.periods import Trading

_MONTHS = {name: number + 1 for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split())}
_CLOCK = re.compile(
    r"[T ]*(?P<hour>\d{1,2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:\.\d*)?)? ?(?P<half>[AaPp][Mm])? ?"
    r"(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
)
_NUMBERED = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)")
_NAMED_FIRST = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})(?!\d)")
_DAY_FIRST = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3,9})\.?,?[- ](\d{4}|\d{2})(?!\d)")


class UnreadableTime(ValueError):
    """A row whose time cannot be read; `row` is None when it is the file as a whole."""

    def __init__(self, reason: str, row: int | None) -> None:
        super().__init__(reason)
        self.row = row


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Start and session of each row. assumed_zone: read into times that name none, else ''."""

    times: Times
    sessions: Times
    assumed_zone: str = ""


def read_days(written: Written) -> Moments:
    """Daily bars: the calendar day as written, whatever the time of day or zone beside it."""
    days = iso_days(written)
    if days is None:
        stamps, _zoned = _read_each(written)
        days = stamps.astype("datetime64[D]")
    return Moments(days.astype("datetime64[s]"), days)


def read_times(written: Written, market: Market) -> Moments:
    """Bars within the day, in UTC; times without a zone are the exchange's own or UTC, as the opening shows."""
    stamps = iso_utc(written)
    assumed = ""
    if stamps is None:
        stamps, offsets = _read_each(written)
        naive = np.isnat(offsets)
        if naive.any():
            if not naive.all():
                raise UnreadableTime("some times name a zone and some do not", int(np.flatnonzero(naive)[0]))
            assumed = _zone_of_naive(stamps, market)
            stamps = _to_utc(stamps, assumed)
        else:
            stamps = stamps - offsets
    return Moments(stamps, local_days(stamps, market.zone), assumed)


def _read_each(written: Written) -> tuple[Times, NDArray[np.timedelta64]]:
    """Each row's wall-clock time and its offset from UTC (NaT: none named)."""
    given = written.astype(np.str_) if written.dtype.kind == "M" else written
    texts = [(text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)).strip() for text in given]
    day_first = _is_day_first(texts)
    stamps = np.empty(len(texts), dtype="datetime64[s]")
    offsets = np.empty(len(texts), dtype="timedelta64[s]")
    for row, text in enumerate(texts):
        try:
            stamp, offset = _read_one(text, day_first=day_first)
        except ValueError:
            raise UnreadableTime(f"'{text[:40]}' is not a date", row) from None
        stamps[row] = stamp
        offsets[row] = np.timedelta64("NaT") if offset is None else offset
    return stamps, offsets


def _read_one(text: str, *, day_first: bool | None) -> tuple[datetime, timedelta | None]:
    if re.fullmatch(r"\d{10}(\d{3})?", text):  # seconds or milliseconds since 1970
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None), timedelta(0)
    day, rest = _read_day(text, day_first=day_first)
    if not rest:
        return day, None
    clock = _CLOCK.match(rest)
    if clock is None:
        raise ValueError(text)
    hour = int(clock["hour"])
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"].lower() == "pm" else 0)
    moment = day.replace(hour=hour, minute=int(clock["minute"]), second=int(clock["second"] or 0))
    zone = clock["zone"]
    if zone is None:
        return moment, None
    if zone in ("Z", "UTC", "GMT"):
        return moment, timedelta(0)
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return moment, -offset if zone[0] == "-" else offset


def _read_day(text: str, *, day_first: bool | None) -> tuple[datetime, str]:
    """The calendar day at the start of a text, and what follows it."""
    if found := _NUMBERED.match(text):
        first, _mark, second, third = found.groups()
        if len(first) == 4:
            year, month, day = int(first), int(second), int(third)
        else:
            year = _full_year(third)
            day, month = (int(first), int(second)) if day_first else (int(second), int(first))
    elif found := _COMPACT.match(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _NAMED_FIRST.match(text):
        year, month, day = int(found[3]), _MONTHS.get(found[1][:3].lower(), 0), int(found[2])
    elif found := _DAY_FIRST.match(text):
        year, month, day = _full_year(found[3]), _MONTHS.get(found[2][:3].lower(), 0), int(found[1])
    else:
        raise ValueError(text)
    return datetime(year, month, day), text[found.end() :]  # noqa: DTZ001 - a wall clock; its zone is read apart


def _full_year(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    if len(digits) != 2:
        raise ValueError(digits)
    return int(digits) + (1900 if int(digits) >= 70 else 2000)


def _is_day_first(texts: Sequence[str]) -> bool | None:
    """Whether 03/04/2024 is 3 April in this file; None when no date is written that way."""
    found = [match for match in map(_NUMBERED.match, texts) if match and len(match[1]) < 4]
    if not found:
        return None
    if any(int(match[1]) > 12 for match in found):
        return True
    if any(int(match[3]) > 12 for match in found):
        return False
    if found[0][2] == ".":
        return True
    raise UnreadableTime(
        f"'{found[0][0]}' can be read in two ways: write dates as 2024-12-31", texts.index(found[0].string)
    )


def _zone_of_naive(stamps: Times, market: Market) -> str:
    """The zone in which times without one were written: what makes the first bars of the day those of the opening."""
    if market.zone == "UTC" or market.trading is not Trading.EXCHANGE:
        return "UTC"
    days = stamps.astype("datetime64[D]")
    first = np.append(True, days[1:] != days[:-1])
    opening, counts = np.unique((stamps - days)[first].astype("timedelta64[m]").astype(int), return_counts=True)
    usual = int(opening[counts.argmax()])
    if market.us_sessions and usual in (9 * 60 + 30, 4 * 60):
        return market.zone
    if market.us_sessions and usual in (13 * 60 + 30, 14 * 60 + 30):
        return "UTC"
    clock = f"{usual // 60:02d}:{usual % 60:02d}"
    raise UnreadableTime(f"days begin at {clock} and no zone is named: write times as 2024-05-01T13:30:00Z", None)


def _to_utc(stamps: Times, zone: str) -> Times:
    """Wall-clock times of a zone in UTC."""
    if zone == "UTC":
        return stamps
    info = ZoneInfo(zone)
    hours, place = np.unique(stamps.astype("datetime64[h]"), return_inverse=True)
    offsets = [hour.replace(tzinfo=info).utcoffset() for hour in hours.tolist()]
    shift = np.array([int(offset.total_seconds()) if offset else 0 for offset in offsets]).astype("timedelta64[s]")
    return np.asarray(stamps - shift[place])
