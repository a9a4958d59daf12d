"""Days of the calendar on which orders are given: weekdays, dates, firsts and lasts of the month, seasons."""

from collections.abc import Iterator

from bgagent.engine.calendar_rules import parse_calendar
from bgagent.engine.grammar import RuleError
from bgagent.language.elements import Finder
from bgagent.language.measures import Schedule
from bgagent.language.points import Point
from bgagent.language.rulebook import Rules
from bgagent.language.values import quoted_text

RULES = Rules()


@RULES.rule(
    "schedule",
    "(on|every|each)? {weekday} <at_open>?",
    "<at_open_of> (on|every|each)? {weekday}",
    "on (every|each|a) {weekday}",
    "(every|each) week on {weekday}",
    "{weekday} (of)? (every|each) week",
    "on {weekday} morning",
    "every {weekday} morning",
)
def _weekday(weekday: str) -> Schedule:
    """An entry skips a week whose day is no session, an exit takes the next session."""
    return Schedule(f"weekday == {weekday}", f"on_weekday({weekday})")


@RULES.rule("schedule", "(on|every)? {first:weekday} (and|or|,) {second:weekday}")
def _weekdays(first: str, second: str) -> Schedule:
    return Schedule(f"weekday == {first} or weekday == {second}", f"on_weekday({first}) or on_weekday({second})")


@RULES.rule(
    "schedule",
    "(on)? {month} {day} <every_year>?",
    "(on)? {day} (of)? {month} <every_year>?",
    "every {month} {day}",
    "every {day} of {month}",
)
def _dated(month: str, day: int) -> Schedule | None:
    longest = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[int(month) - 1]
    return Schedule(f"dated({int(month)}, {day})") if day <= longest else None


@RULES.rule("schedule", "on {dated}", "<at_open_of> {dated}")
def _on_one_day(dated: Point) -> Schedule:
    """A date with its year: that day only, or the first session after."""
    day = dated.first
    return Schedule(f"dated({day.month}, {day.day}) and year == {day.year}", day=day)


@RULES.rule("schedule", "(on|at|in)? <first_of> {month} <every_year>?", "(at|on)? <beginning> of {month} <every_year>?")
def _first_of_named_month(month: str) -> Schedule:
    return Schedule(f"dated({int(month)}, 1)")


@RULES.rule("schedule", "(on|at)? <last_of> {month} <every_year>?", "(at)? (the)? <ending> of {month} <every_year>?")
def _last_of_named_month(month: str) -> Schedule:
    return Schedule(f"last_of_month and month == {int(month)}")


@RULES.rule("schedule", "(on)? {ordinal} (day)? (of)? <every_month>", "(on)? day {whole} of <every_month>")
def _day_of_month(ordinal: int | None = None, whole: int | None = None) -> Schedule | None:
    day = ordinal or whole or 0
    return Schedule(f"on_day({day})") if 1 <= day <= 31 else None


@RULES.primitive("calendar_formula", lambda: ['"'])
def _calendar_formula(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """An expression of the calendar language in double quotes."""
    quoted = quoted_text(chart, place)
    if quoted is None:
        return
    end, text = quoted
    try:
        yield end, parse_calendar(text).text
    except RuleError:
        return


@RULES.rule("schedule", "on days {calendar_formula}")
def _formula(calendar_formula: str) -> Schedule:
    return Schedule(calendar_formula)


RULES.value(
    "schedule",
    Schedule("first_of_month"),
    "(on|at|<at_open_of>)? <first_of> <every_month> <at_open>?",
    "(at)? <beginning> of <every_month>",
    "<every_month> (on|at) <first_of> month",
    "every month",
)
RULES.value(
    "schedule",
    Schedule("last_of_month"),
    "(on|at|<at_open_of>)? <last_of> <every_month> <at_open>?",
    "(at)? <ending> of <every_month>",
    "at month end",
    "at every month end",
    "every month end",
)
RULES.value(
    "schedule",
    Schedule("last_of_month"),
    "(on|at)? last trading (day|session)",
    "(on|at)? month end",
    "(at|on)? <ending> of (that|same|the) month",
)
RULES.value(
    "schedule",
    Schedule("last_of_month and (month == 3 or month == 6 or month == 9 or month == 12)"),
    "(on|at)? <last_of> <every_quarter>",
    "(at)? <ending> of <every_quarter>",
    "at quarter end",
    "every quarter end",
)
RULES.value(
    "schedule",
    Schedule("last_of_month and month == 12"),
    "(on|at)? <last_of> <every_year>",
    "(at)? <ending> of <every_year>",
    "at year end",
    "every year end",
)
RULES.value(
    "schedule",
    Schedule("first_of_week"),
    "(on|at|<at_open_of>)? <first_of> <every_week> <at_open>?",
    "(at)? <beginning> of <every_week>",
    "every week",
)
RULES.value(
    "schedule",
    Schedule("first_of_quarter"),
    "(on|at)? <first_of> <every_quarter>",
    "(at)? <beginning> of <every_quarter>",
    "every quarter",
)
RULES.value(
    "schedule",
    Schedule("first_of_year"),
    "(on|at)? <first_of> <every_year>",
    "(at)? <beginning> of <every_year>",
    "every january",
)


@RULES.rule(
    "nth_session",
    "(on|at)? {ordinal} (trading|business) (day|session) (of|in) <following_month>",
    "(on|at)? {ordinal} (day|session) (of|in) <following_month>",
)
def _nth_session(ordinal: int) -> int | None:
    """The how-manieth session of the month after."""
    return ordinal if 1 <= ordinal <= 15 else None


@RULES.rule(
    "season",
    "only (from|between) {first:month} (to|through|until|till|and|thru) {last:month} <every_year>?",
    "only (in|during) {first:month} (to|through|until|till|thru|-) {last:month} <every_year>?",
    "(from|between) {first:month} (to|through|until|till|and|thru) {last:month} <every_year>?",
    "during {first:month} (to|through|-) {last:month} <every_year>?",
    "(in|during) {first:month} (to|through|thru) {last:month}",
)
def _season(first: str, last: str) -> Schedule:
    start, end = int(first), int(last)
    if start <= end:
        return Schedule(f"month >= {start} and month <= {end}")
    return Schedule(f"month >= {start} or month <= {end}")


@RULES.rule("season", "(in|during|only in) {month} <every_year>?", "(in|during) {month}")
def _one_month(month: str) -> Schedule:
    return Schedule(f"month == {int(month)}")
