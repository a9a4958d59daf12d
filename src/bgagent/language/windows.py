"""Windows of time: years, ranges, "since", "last 2 years", endings."""

import calendar
from dataclasses import dataclass
from datetime import date

from bgagent.language.points import Point, month_of
from bgagent.language.quantities import Duration
from bgagent.language.rulebook import Rules
from bgagent.language.tokens import Placed

RULES = Rules()
_ABOUT = 0.05  # of a year


@dataclass(frozen=True, slots=True)
class Window(Placed):
    """A stretch of time as said; what is None was not said.

    start, end: calendar days. length: so long from its start. back: so long before now. ago: it starts so long ago.
    is_stretch: one year, month or the like, said without a beginning and an end. until_month: ends with this month, of
    the year it starts in. to_now: ends now. whole: all there is. problem: why it cannot be used.
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
    is_stretch: bool = False
    problem: str | None = None
    place: tuple[int, int] | None = None


@RULES.rule(
    "window",
    "<during>? {stretch}",
    "<during>? {stretch} only",
    "only <during>? {stretch}",
    "<during> <all_of> {stretch}",
    "<all_of> {stretch}",
    "<window_title> {stretch}",
)
def _in_stretch(stretch: Point) -> Window:
    return Window(stretch.first, stretch.last, is_stretch=True)


@RULES.rule(
    "window",
    "<from>? {start:start_point} (<to>|<hyphen>) {end:end_point}",
    "between {start:start_point} (and|<to>|<hyphen>) {end:end_point}",
    "<window_title> <from>? {start:start_point} (<to>|<hyphen>) {end:end_point}",
    "<window_title> between {start:start_point} (and|<to>|<hyphen>) {end:end_point}",
    "<during> {start:start_point} (<to>|<hyphen>) {end:end_point}",
    "<from>? {start:start_point} , <until> {end:end_point}",
    "<from> {start:start_point} , (and)? <until> {end:end_point}",
    "<since> {start:start_point} ,? <until> {end:end_point}",
)
def _from_to(start: Point, end: Point) -> Window:
    return _between(start, end)


def _between(start: Point, end: Point) -> Window:
    if end.last < start.first:
        return Window(
            problem=f"The window ends on {end.last}, before it starts on {start.first}. Which dates do you mean?"
        )
    return Window(start.first, end.last)


_OWN_LEAD = (
    "(from|since|starting|starting in|starting on|starting from|beginning|beginning in|beginning on|"
    "<window_title> <from>?)"
)


@RULES.rule(
    "window",
    f"{_OWN_LEAD} {{start:dated_range}} (<to>|<hyphen>) {{end:end_point}}",
    f"{_OWN_LEAD} {{start:dated_range}} (<to>|<hyphen>) <now>",
    f"{_OWN_LEAD} {{start:dated_range}} ,? <until> {{end:end_point}}",
    "<window_title>? between {start:dated_range} (and|<to>|<hyphen>) {end:end_point}",
    "<set_off> {start:dated_range} (<to>|<hyphen>) {end:end_point}",
    "<set_off> {start:dated_range} (<to>|<hyphen>) <now>",
)
def _led_range(start: Point, end: Point | None = None) -> Window:
    """A month or a day before a range of years begins the window only where nothing else can own it."""
    if end is None:
        return Window(start.first, to_now=True)
    return _between(start, end)


@RULES.rule(
    "window",
    "(<from>|<during>|<window_title>)? {first:month} (<to>|<hyphen>) {last:month} ,? (of|in)? {year} <no_reach>",
    "between {first:month} and {last:month} ,? (of|in)? {year} <no_reach>",
)
def _months_of_year(first: str, last: str, year: int) -> Window:
    if int(last) < int(first):
        months = f"{calendar.month_name[int(first)]} to {calendar.month_name[int(last)]}"
        return Window(problem=f"From {months} runs into the next year. Which years are meant?")
    return Window(date(year, int(first), 1), month_of(year, int(last), 1, "month").last)


@RULES.rule(
    "window",
    "(<from>|<during>|<window_title>)? {first:quarter} (<to>|<hyphen>|-) {last:quarter} ,? (of|in)? {year} <no_reach>",
)
def _quarters_of_year(first: str, last: str, year: int) -> Window | None:
    if int(last) < int(first):
        return None
    return Window(month_of(year, 3 * int(first) - 2, 3, "").first, month_of(year, 3 * int(last) - 2, 3, "").last)


@RULES.rule(
    "window",
    "<during>? {first:year} (and|&|,) {second:year}",
    "<during>? {first:year} , {second:year} ,? and {third:year}",
)
def _neighbouring_years(first: int, second: int, third: int | None = None) -> Window | None:
    if second != first + 1 or third not in (None, second + 1):
        return None
    return Window(date(first, 1, 1), date(third or second, 12, 31))


@RULES.rule("window", "<over>? <last> {number} (<trading> days|sessions|bars|candles|<trading> sessions)")
def _last_sessions(number: float) -> Window:
    return Window(problem=f"When did the last {number:g} sessions begin? Give the dates of the test.")


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


@RULES.rule("window", "<start_title> {start:start_point}")
def _start_title(start: Point) -> Window:
    return Window(start.first)


@RULES.rule("window", "<end_title> {end:end_point}")
def _end_title(end: Point) -> Window:
    return Window(end=end.last)


@RULES.rule("window", "(for|over)? {duration} ,? <from>? {start:start_point} (<to>|<hyphen>) {end:end_point}")
def _so_long_from_to(duration: Duration, start: Point, end: Point) -> Window | None:
    """ "for ten years 2014-2023", where that is true."""
    years = (end.last - start.first).days / 365.25
    said = duration.count * {"year": 1.0, "quarter": 0.25, "month": 1 / 12}.get(duration.unit, 0.0)
    return Window(start.first, end.last) if abs(years - said) < _ABOUT else None


@RULES.rule("window", "(<from>|<since>) {start:start_point} for {duration}")
def _from_for(start: Point, duration: Duration) -> Window | None:
    return Window(start.first, length=duration) if duration.unit in ("year", "quarter", "month") else None


@RULES.rule("window", "(<during>|<from>)? {year} - {short_year}")
def _short_range(year: int, short_year: int) -> Window | None:
    """2022-23."""
    end = year - year % 100 + short_year
    return Window(date(year, 1, 1), date(end, 12, 31)) if end > year else None


@RULES.rule("bought_ago", "{duration} ago")
def _bought_ago(duration: Duration) -> Window:
    return Window(ago=duration)


@RULES.rule("window", "{duration} ago")
def _only_ago(duration: Duration) -> Window:
    said = f"{duration.count:g} {duration.unit}s ago"
    return Window(problem=f"Does the test start {said}, or end there? Give its dates.")


@RULES.rule("window", "(<since>|<from>) {duration} ago", "(<since>|<from>)? {duration} ago (<to>|<hyphen>) <now>")
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
def _untilmonth_of(month: str) -> Window:
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
