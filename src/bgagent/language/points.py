"""Points of the calendar: days, months, quarters, halves, years, decades."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from bgagent.language.elements import Finder
from bgagent.language.quantities import Duration
from bgagent.language.rulebook import Rules

RULES = Rules()


@dataclass(frozen=True, slots=True)
class Point:
    """A day, month, quarter, half, year or decade of the calendar: its first and last day."""

    first: date
    last: date
    unit: str


@RULES.primitive("year", lambda: ["#"])
def _year(chart: Finder, place: int) -> Iterator[tuple[int, int]]:
    token = chart.tokens[place]
    if token.word.isascii() and token.word.isdigit() and len(token.word) == 4 and 1900 <= int(token.word) <= 2100:
        yield place + 1, int(token.word)


@RULES.primitive("short_year", lambda: ["#"])
def _short_year(chart: Finder, place: int) -> Iterator[tuple[int, int]]:
    """The last two digits of a year, above any month: the 23 of 2022-23."""
    token = chart.tokens[place]
    if token.glued and len(token.word) == 2 and token.word.isdigit() and int(token.word) > 12:
        yield place + 1, int(token.word)


@RULES.primitive("iso_date", lambda: ["#date"])
def _written_date(chart: Finder, place: int) -> Iterator[tuple[int, Point | str]]:
    """A date in digits. Of 03/04/2021 nobody knows the month: given as text, for a question."""
    word = chart.tokens[place].word
    sign = next(sign for sign in "-/." if sign in word)
    parts = [int(part) for part in word.split(sign)]
    if len(word.split(sign)[0]) == 4:
        year, month, day = parts
    elif sign == "." or parts[0] > 12:
        day, month, year = parts
    else:
        month, day, year = parts
        if day <= 12 and day != month:
            yield place + 1, word
            return
    point = _day(year, month, day)
    if point is not None:
        yield place + 1, point


def _day(year: int, month: int, day: int) -> Point | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return Point(found, found, "day")


def month_of(year: int, month: int, months: int, unit: str) -> Point:
    last = month + months - 1
    return Point(date(year, month, 1), date(year, last, calendar.monthrange(year, last)[1]), unit)


@RULES.rule("dated", "{iso_date}")
def _dated(iso_date: Point | str) -> Point | None:
    return iso_date if isinstance(iso_date, Point) else None


@RULES.rule(
    "dated",
    "{month} {day} , {year} <no_reach>",
    "{day} (of)? {month} , {year} <no_reach>",
    "{day} (of)? {month} {year} <no_range>",
    "{month} {day} (of|in)? {year} <no_range>",
)
@RULES.rule(
    "dated_range",
    "{month} {day} ,? {year}",
    "{day} (of)? {month} ,? {year}",
    "{month} {day} (of|in)? {year}",
)
def _spelled_date(year: int, month: str, day: int) -> Point | None:
    return _day(year, int(month), day)


@RULES.rule("day", "{ordinal}", "{whole}")
def _day_of_month(ordinal: int | None = None, whole: int | None = None) -> int | None:
    day = ordinal or whole or 0
    return day if 1 <= day <= 31 else None


@RULES.rule("stretch", "<calendar_year>? {year}", "<calendar_year> (of)? {year}")
def _whole_year(year: int) -> Point:
    return month_of(year, 1, 12, "year")


@RULES.rule("stretch", "{month} , {year} <no_reach>", "{month} (,? (of|in))? {year} <no_range>")
@RULES.rule("dated_range", "{month} ,? (of|in)? {year}")
def _whole_month(month: str, year: int) -> Point:
    return month_of(year, int(month), 1, "month")


@RULES.rule(
    "stretch",
    "{quarter} , {year} <no_reach>",
    "{quarter} (,? (of|in))? {year} <no_range>",
    "{year} <hyphen>? ,? {quarter}",
)
@RULES.rule("dated_range", "{quarter} ,? (of|in)? {year}")
def _whole_quarter(quarter: str, year: int) -> Point:
    return month_of(year, 3 * int(quarter) - 2, 3, "quarter")


@RULES.rule("stretch", "{half_year} ,? (of|in)? {year}", "{year} <hyphen>? ,? {half_year}")
def _whole_half(half_year: str, year: int) -> Point:
    return month_of(year, 6 * int(half_year) - 5, 6, "half")


@RULES.rule("stretch", "{year} s")
def _whole_decade(year: int) -> Point | None:
    return Point(date(year, 1, 1), date(year + 9, 12, 31), "decade") if year % 10 == 0 else None


RULES.same("point", "{dated}", "{stretch}")


@RULES.primitive("no_range", None)
def _no_range(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """Nothing, where no range of years begins with the year before: "June 2010", not the June of "June 2010-2020"."""
    if not _range_of_years(chart, place):
        yield place, ""


@RULES.primitive("no_reach", None)
def _no_reach(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """As `no_range`, and the year before does not reach to now either: "in June, 2010 to now"."""
    words = [token.word for token in chart.tokens[place : place + 3]]
    reaches = words[:1] in (["onwards"], ["onward"]) or (
        words[:1] and words[0] in _RANGE_WORDS and any(word in _NOW_WORDS for word in words[1:])
    )
    if not reaches and not _range_of_years(chart, place):
        yield place, ""


_RANGE_WORDS = frozenset(("-", "to", "through", "thru", "until", "till", "til", ".."))
_NOW_WORDS = frozenset(("now", "today", "present", "date"))


def _range_of_years(chart: Finder, place: int) -> bool:
    """Whether a year or the last digits of one follow, after a hyphen or "to"."""
    tokens = chart.tokens
    if place >= len(tokens):
        return False
    at = place + (tokens[place].word in _RANGE_WORDS)
    if at >= len(tokens) or (at == place and not tokens[place].hyphen):
        return False
    word = tokens[at].word
    following = tokens[at + 1].word if at + 1 < len(tokens) else ""
    return word.isdigit() and len(word) in (2, 4) and following not in ("-", "/")


@RULES.rule("opening", "<beginning> of {stretch}", "<beginning> {stretch}", "{dated}")
def _opening(stretch: Point | None = None, dated: Point | None = None) -> date:
    point = stretch or dated
    assert point is not None
    return point.first


RULES.same("start_point", "{point}")


@RULES.rule("start_point", "<beginning> (of)? {stretch}")
def _start_of(stretch: Point) -> Point:
    return Point(stretch.first, stretch.first, "day")


RULES.same("end_point", "{point}")


@RULES.rule("end_point", "<ending> (of)? {stretch}")
def _end_of(stretch: Point) -> Point:
    return Point(stretch.last, stretch.last, "day")


def subtract(day: date, length: Duration) -> date:
    """The day so long before `day`, by the calendar."""
    match length.unit:
        case "year":
            return day - relativedelta(months=round(12 * length.count))
        case "quarter":
            return day - relativedelta(months=round(3 * length.count))
        case "month":
            return day - relativedelta(months=round(length.count))
        case "week":
            return day - relativedelta(weeks=round(length.count))
        case _:
            return day - relativedelta(days=round(length.count))
