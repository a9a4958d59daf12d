"""Rules on the calendar: which sessions a dated, weekly or monthly order fills on, known ahead without any price.

An expression is about the session of the fill itself. Weeks are ISO weeks, Monday to Sunday. What lies before the first
bar, and after the last where the caller does not say it, is judged by weekdays.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Times
from bgagent.engine.expression import Binary, Call, Compare, Logic, Name, Node, Number, Unary, unparse, without_not
from bgagent.engine.grammar import Kind, Parameter, RuleError, Signature, Vocabulary, kind_of, read_expression

Conditions = NDArray[np.bool_]
Numbers = NDArray[np.float64] | float

_DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAY = np.timedelta64(1, "D")
_COMPARE = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal}
_CALCULATE = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}


def _complain_about_date(arguments: tuple[Node, ...]) -> str | None:
    match arguments:
        case (Number(month), Number(day)) if day > _DAYS_IN_MONTH[int(month) - 1]:
            return f"month {int(month)} has no day {int(day)}"
    return None


CALENDAR = Vocabulary(
    names={
        "first_session": Kind.CONDITION,
        "every_session": Kind.CONDITION,
        "first_of_week": Kind.CONDITION,
        "first_of_month": Kind.CONDITION,
        "first_of_quarter": Kind.CONDITION,
        "first_of_year": Kind.CONDITION,
        "last_of_month": Kind.CONDITION,
        "last_of_session": Kind.CONDITION,
        "weekday": Kind.NUMBER,
        "day": Kind.NUMBER,
        "month": Kind.NUMBER,
        "year": Kind.NUMBER,
    },
    signatures={
        "dated": Signature(
            (Parameter("month", Kind.LENGTH, maximum=12), Parameter("day", Kind.LENGTH, maximum=31)),
            result=Kind.CONDITION,
            complain=_complain_about_date,
        ),
        "on_day": Signature((Parameter("day", Kind.LENGTH, maximum=31),), result=Kind.CONDITION),
        "on_weekday": Signature((Parameter("weekday", Kind.LENGTH, minimum=0, maximum=6),), result=Kind.CONDITION),
    },
)


@dataclass(frozen=True, slots=True)
class CalendarExpression:
    """A parsed expression on the calendar. text: its normal form; parsing that gives the same expression."""

    text: str
    node: Node

    def evaluate(self, sessions: Times, *, first: int, next_session: date | None = None) -> Conditions:
        """Whether it is true of each bar, for an order that fills at that bar's open.

        sessions: (n,) datetime64[D], the day of each bar, in order; within the day several bars share one, and then
        what names a session is true on its first bar only (but for weekday, day, month, year and last_of_session).
        first: index of the window's first bar, the only one for which first_session is true. next_session: the day of
        the session after the last bar, where it is known. Raises ValueError unless 0 <= first <= n.
        """
        if not 0 <= first <= len(sessions):
            raise ValueError(f"the window cannot begin at bar {first} of {len(sessions)}")
        days = np.asarray(sessions, dtype="datetime64[D]")
        calendar = _Calendar(days, first, next_session)
        result: Conditions = np.broadcast_to(calendar.condition(without_not(self.node)), days.shape)
        return result


@lru_cache(maxsize=512)
def parse_calendar(text: str) -> CalendarExpression:
    """The expression on the calendar written as `text`. Raises RuleError naming the place."""
    node = read_expression(text, CALENDAR)
    if kind_of(node, CALENDAR) is not Kind.CONDITION:
        raise RuleError(f'"{unparse(node)}" is a number; compare it with something to make a rule of it')
    return CalendarExpression(unparse(node), node)


class _Calendar:
    """The sessions of a run, and what can be said of each."""

    def __init__(self, days: Times, first: int, next_session: date | None) -> None:
        self.days = days
        self.first = first
        self.opens = np.ones(days.shape, dtype=np.bool_)  # bars that open a session
        self.opens[1:] = days[1:] > days[:-1]
        self.trades_on_weekends = bool(np.any(_weekday(days) >= 5))
        self.next_session = next_session

    def condition(self, node: Node) -> Conditions:
        match node:
            case Unary("not", operand):
                return ~self.condition(operand)
            case Logic(operator, parts):
                conditions = [np.broadcast_to(self.condition(part), self.days.shape) for part in parts]
                joined: Conditions = (np.logical_and if operator == "and" else np.logical_or).reduce(conditions)
                return joined
            case Compare(operator, left, right):
                with np.errstate(invalid="ignore"):
                    return np.asarray(_COMPARE[operator](self.number(left), self.number(right)))
            case Name(name):
                return self.session(name)
            case Call(function, arguments):
                values = [int(argument.value) for argument in arguments if isinstance(argument, Number)]
                return self.first_on_or_after(_anchors(function, self.days, values))
        raise AssertionError(f"not a condition on the calendar: {node}")

    def number(self, node: Node) -> Numbers:
        match node:
            case Number(value):
                return value
            case Unary(_, operand):
                return -self.number(operand)
            case Binary(operator, left, right):
                with np.errstate(all="ignore"):
                    return np.asarray(_CALCULATE[operator](self.number(left), self.number(right)))
            case Name("weekday"):
                return _weekday(self.days).astype(np.float64)
            case Name("day"):
                return np.asarray((self.days - _month_start(self.days)) // _DAY + 1, dtype=np.float64)
            case Name("month"):
                return np.asarray(self.days.astype("datetime64[M]").astype(np.int64) % 12 + 1, dtype=np.float64)
            case Name("year"):
                return np.asarray(self.days.astype("datetime64[Y]").astype(np.int64) + 1970, dtype=np.float64)
        raise AssertionError(f"not a number of the calendar: {node}")

    def session(self, name: str) -> Conditions:
        if name == "every_session":
            return self.opens
        if name == "first_session":
            result = np.zeros(self.days.shape, dtype=np.bool_)
            result[self.first : self.first + 1] = True
            return result
        if name == "last_of_month":
            return self.last_of_month()
        if name == "last_of_session":
            return self.last_of_session()
        return self.first_on_or_after(_anchors(name, self.days, []))

    def first_on_or_after(self, anchors: Times) -> Conditions:
        """Where a session is the first on or after the latest anchor that is not after it."""
        result = np.zeros(self.days.shape, dtype=np.bool_)
        result[1:] = self.days[:-1] < anchors[1:]
        if len(self.days):
            result[0] = self.is_due_at_start(anchors[0], self.days[0])
        return result

    def is_due_at_start(self, anchor: np.datetime64, day: np.datetime64) -> bool:
        """Whether the first bar's session is the first since the anchor, although no bar before it is known.

        It is when no weekday lies between that markets usually trade on.
        """
        if self.trades_on_weekends:
            return bool(anchor == day)
        years = np.array([anchor, day]).astype("datetime64[Y]")
        new_years = years.astype("datetime64[D]")
        christmas = (years.astype("datetime64[M]") + 11).astype("datetime64[D]") + 24
        return bool(np.busday_count(anchor, day, holidays=np.concatenate((new_years, christmas))) == 0)

    def last_of_month(self) -> Conditions:
        result = np.zeros(self.days.shape, dtype=np.bool_)
        if len(self.days):
            sessions = self.days[self.opens]
            following = np.append(sessions[1:], self.session_after(sessions[-1]))
            result[self.opens] = following.astype("datetime64[M]") > sessions.astype("datetime64[M]")
        return result

    def last_of_session(self) -> Conditions:
        """The bars that end a session. The last bar of all does when that has as many bars as the one before."""
        result = np.zeros(self.days.shape, dtype=np.bool_)
        result[:-1] = self.opens[1:]
        opened = np.flatnonzero(self.opens)
        result[-1:] = len(opened) > 1 and len(self.days) - opened[-1] >= opened[-1] - opened[-2]
        return result

    def session_after(self, day: np.datetime64) -> np.datetime64:
        if self.next_session is not None:
            return np.datetime64(self.next_session, "D")
        return day + _DAY if self.trades_on_weekends else np.busday_offset(day + _DAY, 0, roll="forward")


def _weekday(days: Times) -> NDArray[np.int64]:
    """0 on Mondays to 6 on Sundays."""
    return (days.astype(np.int64) + 3) % 7  # 1970-01-01, day 0, was a Thursday


def _month_start(days: Times) -> Times:
    start: Times = days.astype("datetime64[M]").astype("datetime64[D]")
    return start


def _anchors(name: str, days: Times, values: list[int]) -> Times:
    """Per day, the latest date not after it on which the named thing is due (a session or not)."""
    months = days.astype("datetime64[M]")
    match name, values:
        case "first_of_week", _:
            return days - _weekday(days) * _DAY
        case "on_weekday", [weekday]:
            return days - (_weekday(days) - weekday) % 7 * _DAY
        case "first_of_month", _:
            return _month_start(days)
        case "first_of_quarter", _:
            return (months - months.astype(np.int64) % 3).astype("datetime64[D]")
        case "first_of_year", _:
            return days.astype("datetime64[Y]").astype("datetime64[D]")
        case "on_day", [day]:
            due = _day_of_month(months, day)
            return np.where(due <= days, due, _day_of_month(months - 1, day))
        case "dated", [month, day]:
            due_months = days.astype("datetime64[Y]").astype("datetime64[M]") + (month - 1)
            due = _day_of_month(due_months, day)
            return np.where(due <= days, due, _day_of_month(due_months - 12, day))
    raise AssertionError(f"no such word of the calendar: {name}")


def _day_of_month(months: Times, day: int) -> Times:
    """That day of each month; the first of the next where the month is shorter."""
    due: Times = np.minimum(months.astype("datetime64[D]") + (day - 1), (months + 1).astype("datetime64[D]"))
    return due
