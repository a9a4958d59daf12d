"""Dates and windows of time: years, months, quarters, ranges, "since", "last 2 years"."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from bgagent.language.elements import Finder
from bgagent.language.quantities import Duration
from bgagent.language.rulebook import Rules
from bgagent.language.tokens import Placed

RULES = Rules()


@dataclass(frozen=True, slots=True)
class Point:
    """A day, month, quarter, half, year or decade of the calendar: its first and last day."""

    first: date
    last: date
    unit: str


@dataclass(frozen=True, slots=True)
class Window(Placed):
    """A stretch of time as said; what is None was not said.

    start, end: calendar days. length: so long from its start. back: so long before now. ago: it starts so long ago.
    until_month: ends with this month, of the year it starts in. to_now: ends now. whole: all there is. problem: why it
    cannot be used.
    """

    start: date | None = None
    end: date | None = None
    back: Duration | None = None
    ago: Duration | None = None
    length: Duration | None = None
    until_month: int | None = None
    to_now: bool = False
    year_to_date: bool = False
    whole: bool = False
    problem: str | None = None
    place: tuple[int, int] | None = None


@RULES.primitive("year", lambda: ["#"])
def _year(chart: Finder, place: int) -> Iterator[tuple[int, int]]:
    token = chart.tokens[place]
    if token.word.isascii() and token.word.isdigit() and len(token.word) == 4 and 1900 <= int(token.word) <= 2100:
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


def _month(year: int, month: int, months: int, unit: str) -> Point:
    last = month + months - 1
    return Point(date(year, month, 1), date(year, last, calendar.monthrange(year, last)[1]), unit)


@RULES.rule("dated", "{iso_date}")
def _dated(iso_date: Point | str) -> Point | None:
    return iso_date if isinstance(iso_date, Point) else None


@RULES.rule(
    "dated",
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
    return _month(year, 1, 12, "year")


@RULES.rule("stretch", "{month} ,? (of|in)? {year}")
def _whole_month(month: str, year: int) -> Point:
    return _month(year, int(month), 1, "month")


@RULES.rule("stretch", "{quarter} ,? (of|in)? {year}", "{year} <hyphen>? ,? {quarter}")
def _whole_quarter(quarter: str, year: int) -> Point:
    return _month(year, 3 * int(quarter) - 2, 3, "quarter")


@RULES.rule("stretch", "{half_year} ,? (of|in)? {year}", "{year} <hyphen>? ,? {half_year}")
def _whole_half(half_year: str, year: int) -> Point:
    return _month(year, 6 * int(half_year) - 5, 6, "half")


@RULES.rule("stretch", "{year} s")
def _whole_decade(year: int) -> Point | None:
    return Point(date(year, 1, 1), date(year + 9, 12, 31), "decade") if year % 10 == 0 else None


RULES.same("point", "{dated}", "{stretch}")


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


@RULES.rule(
    "window", "<during>? {stretch}", "<during> <all_of> {stretch}", "<all_of> {stretch}", "<window_title> {stretch}"
)
def _in_stretch(stretch: Point) -> Window:
    return Window(stretch.first, stretch.last)


@RULES.rule(
    "window",
    "<from>? {start:start_point} (<to>|<hyphen>) {end:end_point}",
    "between {start:start_point} (and|<to>|<hyphen>) {end:end_point}",
    "<window_title> {start:start_point} (<to>|<hyphen>) {end:end_point}",
    "<during> {start:start_point} (<to>|<hyphen>) {end:end_point}",
    "<from>? {start:start_point} , <until> {end:end_point}",
    "<from> {start:start_point} , (and)? <until> {end:end_point}",
)
def _from_to(start: Point, end: Point) -> Window:
    if end.last < start.first:
        return Window(
            problem=f"The window ends on {end.last}, before it starts on {start.first}. Which dates do you mean?"
        )
    return Window(start.first, end.last)


@RULES.rule(
    "window",
    "(<from>|<during>|<window_title>)? {first:month} (<to>|<hyphen>) {last:month} ,? (of|in)? {year}",
    "between {first:month} and {last:month} ,? (of|in)? {year}",
)
def _months_of_year(first: str, last: str, year: int) -> Window:
    if int(last) < int(first):
        months = f"{calendar.month_name[int(first)]} to {calendar.month_name[int(last)]}"
        return Window(problem=f"From {months} runs into the next year. Which years are meant?")
    return Window(date(year, int(first), 1), _month(year, int(last), 1, "month").last)


@RULES.rule(
    "window", "(<from>|<during>|<window_title>)? {first:quarter} (<to>|<hyphen>|-) {last:quarter} ,? (of|in)? {year}"
)
def _quarters_of_year(first: str, last: str, year: int) -> Window | None:
    if int(last) < int(first):
        return None
    return Window(_month(year, 3 * int(first) - 2, 3, "").first, _month(year, 3 * int(last) - 2, 3, "").last)


@RULES.rule(
    "window",
    "<during>? {first:year} (and|&|,) {second:year}",
    "<during>? {first:year} , {second:year} ,? and {third:year}",
)
def _neighbouring_years(first: int, second: int, third: int | None = None) -> Window | None:
    if second != first + 1 or third not in (None, second + 1):
        return None
    return Window(date(first, 1, 1), date(third or second, 12, 31))


@RULES.rule(
    "window",
    "<since> {start:start_point}",
    "<from> {start:start_point} <onwards>",
    "<since> {start:start_point} <onwards>",
    "<from> {start:start_point} (<to>|<hyphen>) <now>",
    "<since> {start:start_point} (<to>|<hyphen>|,) <now>",
    "<during>? {start:start_point} (<to>|<hyphen>) <now>",
    "between {start:start_point} and <now>",
    "<from> {start:start_point}",
)
def _since(start: Point) -> Window:
    return Window(start.first, to_now=True)


@RULES.rule(
    "window",
    "<over>? <last> {duration}",
    "<over>? <last> {duration} (of|worth of) (<history_words>)",
    "<window_title> <last> {duration}",
)
def _last(duration: Duration) -> Window:
    return Window(back=duration)


@RULES.rule(
    "window",
    "<over> {duration} (of)? <history_words>",
    "{duration} (of)? <history_words>",
    "<over> {duration}",
    "<window_title> {duration}",
)
def _so_long(duration: Duration) -> Window | None:
    return Window(back=duration) if duration.unit == "year" else None


@RULES.rule("window", "(<since>|<from>)? {duration} ago", "(<since>|<from>)? {duration} ago (<to>|<hyphen>) <now>")
def _ago(duration: Duration) -> Window:
    return Window(ago=duration)


RULES.value("window", Window(year_to_date=True), "<during>? <year_to_date>")
RULES.value("window", Window(whole=True), "<during>? <all_history>", "<window_title> <all_history>")


@RULES.rule(
    "window",
    "<over>? (past|trailing|preceding) {unit:calendar_unit}",
    "over <last> {unit:calendar_unit}",
    "for <last> {unit:calendar_unit}",
)
def _one_back(unit: str) -> Window:
    return Window(back=Duration(1, unit))


@RULES.rule("window", "(in|during)? (last|previous|prior) {unit:calendar_unit}")
def _last_calendar(unit: str) -> Window:
    """The year before this one, or the last twelve months: people mean either."""
    return Window(problem=f"Is 'last {unit}' the {unit} before the present one, or the time up to now? Give the dates.")


@RULES.rule("window_end", "<until> {end:end_point}", "(at|by|to) (the)? <ending> of {stretch}")
def _until(end: Point | None = None, stretch: Point | None = None) -> Window:
    point = end or stretch
    assert point is not None
    return Window(end=point.last)


@RULES.rule("window_end", "for (exactly)? {duration}")
def _for_so_long(duration: Duration) -> Window | None:
    return Window(length=duration) if duration.unit in ("year", "quarter", "month") else None


@RULES.rule("window", "(at|from|in|on)? <beginning> of {stretch}")
def _from_beginning(stretch: Point) -> Window:
    return Window(stretch.first)


@RULES.rule("window_end", "<until> (<ending> of)? {month}")
def _until_month(month: str) -> Window:
    return Window(until_month=int(month))


@RULES.rule("window_end", "<until> <now>")
def _until_now() -> Window:
    return Window(to_now=True)


@RULES.rule(
    "window", "(<from>|<since>|<during>|<until>)? {iso_date}", "<from>? {iso_date} (<to>|<hyphen>) {other:iso_date}"
)
def _unclear_date(iso_date: Point | str, other: Point | str | None = None) -> Window | None:
    unclear = next((given for given in (iso_date, other) if isinstance(given, str)), None)
    if unclear is None:
        return None
    return Window(problem=f"Is {unclear} written month first or day first? Write it as YYYY-MM-DD.")


@RULES.rule("window", "{window_end}")
def _only_an_end(window_end: Window) -> Window | None:
    return None if window_end.length is not None else window_end


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
