"""Expressions on the calendar, on days one can look up."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.engine import rules
from bgagent.engine.backtest import run_plan, run_strategy
from bgagent.engine.plan import Account, Rule, RulePlan, WeightPlan
from bgagent.engine.portfolio import run_portfolio
from bgagent.engine.portfolio_strategy import run_portfolio_strategy
from bgagent.engine.strategy import Strategy
from tests.engine.hand_bars import FREE, bars_from, flat


def days(*texts):
    return np.array(texts, dtype="datetime64[D]")


def weekdays_between(start, end, *, without=()):
    every = np.arange(np.datetime64(start), np.datetime64(end) + 1)
    return every[np.is_busday(every, holidays=list(without))]


def true_days(text, sessions, *, first=0, next_session=None):
    truths = rules.parse_calendar(text).evaluate(sessions, first=first, next_session=next_session)
    return [str(day) for day in sessions[truths]]


# the turn of 2023 to 2024 and of March to April 2024, as a US exchange had them
TURN_OF_YEAR = weekdays_between("2023-12-18", "2024-01-19", without=["2023-12-25", "2024-01-01", "2024-01-15"])
EASTER = weekdays_between("2024-03-20", "2024-04-10", without=["2024-03-29"])
YEAR_2024 = weekdays_between("2023-11-01", "2024-12-31", without=["2023-11-23", "2023-12-25", "2024-01-01"])


@pytest.mark.parametrize(
    ("text", "sessions", "expected"),
    [
        ("first_of_week", TURN_OF_YEAR, ["2023-12-18", "2023-12-26", "2024-01-02", "2024-01-08", "2024-01-16"]),
        ("weekday == 0", TURN_OF_YEAR, ["2023-12-18", "2024-01-08"]),  # holidays are skipped
        ("on_weekday(0)", TURN_OF_YEAR, ["2023-12-18", "2023-12-26", "2024-01-02", "2024-01-08", "2024-01-16"]),
        ("on_weekday(4)", EASTER, ["2024-03-22", "2024-04-01", "2024-04-05"]),  # Good Friday: the Monday after
        ("first_of_month", TURN_OF_YEAR, ["2024-01-02"]),
        ("first_of_quarter", EASTER, ["2024-04-01"]),
        ("first_of_quarter", TURN_OF_YEAR, ["2024-01-02"]),
        ("first_of_year", TURN_OF_YEAR, ["2024-01-02"]),
        ("last_of_month", TURN_OF_YEAR, ["2023-12-29"]),
        ("last_of_month", EASTER, ["2024-03-28"]),  # the 29th is no session
        ("dated(12, 25)", TURN_OF_YEAR, ["2023-12-26"]),
        ("dated(12, 30)", TURN_OF_YEAR, ["2024-01-02"]),  # a Saturday; Sunday and a holiday follow
        ("dated(12, 31)", TURN_OF_YEAR, ["2024-01-02"]),
        ("dated(1, 1)", TURN_OF_YEAR, ["2024-01-02"]),
        ("dated(1, 3)", TURN_OF_YEAR, ["2024-01-03"]),
        ("dated(6, 1)", TURN_OF_YEAR, []),
        ("dated(2, 29)", weekdays_between("2023-02-20", "2024-03-08"), ["2023-03-01", "2024-02-29"]),
        ("on_day(15)", TURN_OF_YEAR, ["2024-01-16"]),
        ("on_day(31)", weekdays_between("2024-03-25", "2024-05-10"), ["2024-04-01", "2024-05-01"]),
        ("day == 15", TURN_OF_YEAR, []),
        ("month == 1 and day <= 3", TURN_OF_YEAR, ["2024-01-02", "2024-01-03"]),
        ("year < 2024 and weekday == 4", TURN_OF_YEAR, ["2023-12-22", "2023-12-29"]),
        ("weekday == 4 and 15 <= day <= 21", TURN_OF_YEAR, ["2024-01-19"]),  # third Friday
        ("weekday - 1 == 0 and month / 2 == 6", TURN_OF_YEAR, ["2023-12-19", "2023-12-26"]),
        ("not (weekday != 0)", TURN_OF_YEAR, ["2023-12-18", "2024-01-08"]),
        ("not first_of_week and day < 4", TURN_OF_YEAR, ["2024-01-03"]),
        ("first_of_month or last_of_month", EASTER, ["2024-03-28", "2024-04-01"]),
    ],
)
def test_it_is_true_on_these_sessions(text, sessions, expected):
    assert true_days(text, sessions) == expected


def test_a_year_of_months_and_quarters():
    months = true_days("first_of_month and year == 2024", YEAR_2024)
    assert months[:4] == ["2024-01-02", "2024-02-01", "2024-03-01", "2024-04-01"]
    assert len(months) == 12
    assert [day[5:7] for day in true_days("first_of_quarter and year == 2024", YEAR_2024)] == ["01", "04", "07", "10"]


def test_the_first_session_is_that_of_the_window():
    assert true_days("first_session", TURN_OF_YEAR, first=3) == ["2023-12-21"]
    assert true_days("first_session", TURN_OF_YEAR, first=len(TURN_OF_YEAR)) == []
    assert true_days("every_session", TURN_OF_YEAR) == [str(day) for day in TURN_OF_YEAR]


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("first_of_month", "2024-01-02", True),  # nobody trades on New Year's Day
        ("first_of_year", "2024-01-02", True),
        ("first_of_month", "2024-01-03", False),  # a session is missing: the bars begin later
        ("first_of_month", "2024-06-03", True),  # the first was a Saturday
        ("first_of_month", "2024-06-04", False),
        ("dated(12, 25)", "2023-12-26", True),
        ("on_day(15)", "2024-06-17", True),
        ("on_day(14)", "2024-06-17", False),
        ("first_of_week", "2024-06-17", True),
        ("first_of_week", "2024-06-20", False),
        ("dated(11, 1)", "2024-11-01", True),
        ("dated(11, 1)", "2024-12-02", False),
    ],
)
def test_the_first_bar_of_all_is_judged_by_weekdays(text, start, expected):
    sessions = weekdays_between(start, "2024-12-31")
    assert (start in true_days(text, sessions)) is expected


@pytest.mark.parametrize(
    ("end", "next_session", "expected"),
    [
        ("2024-05-31", None, True),
        ("2024-05-30", None, False),
        ("2024-03-28", None, False),  # by weekdays the 29th would follow
        ("2024-03-28", date(2024, 4, 1), True),  # the caller knows that it does not
        ("2024-05-31", date(2024, 6, 3), True),
    ],
)
def test_the_last_bar_of_all_needs_the_session_after_it(end, next_session, expected):
    sessions = weekdays_between("2024-03-01", end)
    assert (end in true_days("last_of_month", sessions, next_session=next_session)) is expected


def test_a_market_without_weekends_has_its_own_months():
    sessions = np.arange(np.datetime64("2024-05-20"), np.datetime64("2024-07-01"))
    assert true_days("first_of_month", sessions) == ["2024-06-01"]  # a Saturday
    assert true_days("last_of_month", sessions) == ["2024-05-31", "2024-06-30"]  # the latter a Sunday, and the end
    assert true_days("first_of_week and month == 5", sessions) == ["2024-05-20", "2024-05-27"]
    assert true_days("first_of_month", sessions[13:]) == []  # begins on 2 June, so the 1st was missed


def test_within_the_day_the_first_bar_of_a_session_stands_for_it():
    sessions = np.repeat(days("2024-05-30", "2024-05-31", "2024-06-03"), 3)
    truths = {
        text: np.flatnonzero(rules.parse_calendar(text).evaluate(sessions, first=4)).tolist()
        for text in ("every_session", "first_session", "first_of_month", "last_of_month", "weekday == 4")
    }
    assert truths == {
        "every_session": [0, 3, 6],
        "first_session": [4],
        "first_of_month": [6],
        "last_of_month": [3],
        "weekday == 4": [3, 4, 5],
    }


def test_weekly_bars_open_the_month_they_are_dated_in():
    mondays = np.arange(np.datetime64("2024-04-22"), np.datetime64("2024-06-11"), 7)
    assert true_days("first_of_month", mondays) == ["2024-05-06", "2024-06-03"]
    assert true_days("last_of_month", mondays) == ["2024-04-29", "2024-05-27"]


@given(
    start=st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    gaps=st.lists(st.integers(1, 6), min_size=5, max_size=120),
    month=st.integers(1, 12),
    day=st.integers(1, 28),
    weekday=st.integers(0, 6),
)
def test_words_agree_with_a_plain_walk_over_the_days(start, gaps, month, day, weekday):
    sessions = [start]
    for gap in gaps:
        sessions.append(sessions[-1] + timedelta(days=gap))

    def first_after(due):
        """Sessions with a due day since the session before."""
        return [
            any(due(before + timedelta(days=step)) for step in range(1, (today - before).days + 1))
            for before, today in pairwise(sessions)
        ]

    expected = {
        "first_of_week": first_after(lambda d: d.weekday() == 0),
        "first_of_month": first_after(lambda d: d.day == 1),
        "first_of_quarter": first_after(lambda d: d.day == 1 and d.month in (1, 4, 7, 10)),
        "first_of_year": first_after(lambda d: d.day == 1 and d.month == 1),
        f"on_weekday({weekday})": first_after(lambda d: d.weekday() == weekday),
        f"on_day({day})": first_after(lambda d: d.day == day),
        f"dated({month}, {day})": first_after(lambda d: (d.month, d.day) == (month, day)),
        f"weekday == {weekday}": [d.weekday() == weekday for d in sessions[1:]],
        f"month < {month} or day > {day}": [d.month < month or d.day > day for d in sessions[1:]],
    }
    array = np.array(sessions, dtype="datetime64[D]")
    for text, truths in expected.items():
        assert rules.parse_calendar(text).evaluate(array, first=0)[1:].tolist() == truths, text
    last = [a.month != b.month for a, b in pairwise(sessions)]
    assert rules.parse_calendar("last_of_month").evaluate(array, first=0)[:-1].tolist() == last


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("close > 3", "unknown name 'close'"),
        ("first_of_mont", "did you mean 'first_of_month'?"),
        ("first_of_month()", "'first_of_month' is not a function; write it without brackets"),
        ("dated(2, 30)", "dated(month, day): month 2 has no day 30"),
        ("dated(13, 1)", "month must be a whole number from 1 to 12, was 13"),
        ("on_weekday(7)", "weekday must be a whole number from 0 to 6, was 7"),
        ("on_day(0)", "day must be a whole number from 1 to 31, was 0"),
        ("weekday", '"weekday" is a number; compare it with something'),
        ("weekday == first_of_month", "'==' needs a number, 'first_of_month' is a condition"),
        ("not weekday", "'not' needs a condition"),
    ],
)
def test_an_unusable_expression_is_refused(text, complaint):
    with pytest.raises(rules.RuleError) as refusal:
        rules.parse_calendar(text)
    assert complaint in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("weekday==0", "weekday == 0"),
        ("dated(11,1) or (first_session)", "dated(11, 1) or first_session"),
        ("1 <= day <= 3", "1 <= day and day <= 3"),
    ],
)
def test_the_text_is_in_normal_form(text, normal):
    assert rules.parse_calendar(text).text == normal
    assert rules.parse_calendar(normal).node == rules.parse_calendar(text).node


def test_no_sessions_give_no_truths_and_a_window_outside_is_refused():
    assert rules.parse_calendar("last_of_month").evaluate(days(), first=0).shape == (0,)
    with pytest.raises(ValueError, match="the window cannot begin at bar 4 of 3"):
        rules.parse_calendar("every_session").evaluate(TURN_OF_YEAR[:3], first=4)


def test_the_last_bar_of_a_session_is_known_ahead():
    two_and_three = np.repeat(np.array(["2024-05-27", "2024-05-28", "2024-05-29"], dtype="datetime64[D]"), [2, 3, 3])
    ends = rules.parse_calendar("last_of_session")
    assert np.flatnonzero(ends.evaluate(two_and_three, first=0)).tolist() == [1, 4, 7]
    assert np.flatnonzero(ends.evaluate(two_and_three[:-1], first=0)).tolist() == [1, 4]  # the third may go on
    assert ends.evaluate(two_and_three[:2], first=0).tolist() == [False, False]  # nothing to go by
    assert ends.evaluate(two_and_three[:0], first=0).tolist() == []


def test_bars_tell_the_session_after_them_wherever_dates_are_read():
    day_rows = [flat(10.0)] * 4  # Monday 25 to Thursday 28 March 2024; the 29th is Good Friday
    bars = replace(bars_from(day_rows, start="2024-03-25"), next_session=date(2024, 4, 1))
    plan = RulePlan("TEST", entry=Rule(on="last_of_month"))
    account = Account(1000.0, FREE)
    assert [fill.bar for fill in run_plan(plan, bars, first=0, account=account).fills] == [3]
    assert run_plan(plan, replace(bars, next_session=None), first=0, account=account).fills == ()
    weights = WeightPlan(("TEST",), on="last_of_month", holds="close > 0")
    result = run_portfolio(weights, [bars], first_on=date(2024, 3, 25), account=account)
    assert [order["decided_on"] for order in result.orders] == [2]  # nothing is known before the first bar

    class Dated(Strategy):
        def init(self):
            self.ends = self.calendar("last_of_month")

        def on_bar(self):
            if self.ends:
                self.buy()

    assert [fill.bar for fill in run_strategy(Dated, bars, first=0, account=account).fills] == [3]
    together = run_portfolio_strategy(Dated, [bars], first_on=date(2024, 3, 25), account=account)
    assert [fill.bar for fill in together.fills] == [3]
    assert bars.between(0, 2).next_session == date(2024, 3, 27)
    assert bars.between(0, 4).next_session == date(2024, 4, 1)
    with pytest.raises(ValueError, match="does not come after"):
        replace(bars, next_session=date(2024, 3, 28))
