"""Sessions by rule, against the days on which SPY traded and against a second source."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from bgagent.data.calendars import (
    distinct,
    easter,
    is_among,
    last_complete_session,
    local_days,
    midnights,
    session_after,
    sessions,
    trading_of,
    us_holidays,
    weekday_of,
)
from bgagent.data.folder import FolderProvider
from bgagent.data.markets import market_of
from bgagent.periods import Period, Timeframe, Trading
from tests.data.shared_market import MARKET, needs_market


@needs_market
def test_us_sessions_are_the_days_on_which_spy_traded():
    provider = FolderProvider([MARKET / "daily"])
    period = Period(date(2010, 1, 4), date(2026, 4, 30))
    traded = provider.fetch("SPY", period, Timeframe.DAY, datetime(2026, 11, 20, tzinfo=UTC)).sessions
    np.testing.assert_array_equal(sessions(Trading.EXCHANGE, period), traded)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pandas' to exchange_calendars
def test_us_sessions_agree_with_exchange_calendars_since_1971():
    exchange_calendars = pytest.importorskip("exchange_calendars")
    calendar = exchange_calendars.get_calendar("XNYS", start="1971-01-01", end="2026-12-31")
    theirs = calendar.sessions.to_numpy().astype("datetime64[D]")
    np.testing.assert_array_equal(sessions(Trading.EXCHANGE, Period(date(1971, 1, 1), date(2026, 12, 31))), theirs)


@pytest.mark.parametrize(("year", "day"), [(2024, "2024-03-31"), (2025, "2025-04-20"), (2000, "2000-04-23")])
def test_easter(year, day):
    assert easter(year) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("day", "closed"),
    [
        ("2021-12-31", False),  # 1 January 2022 was a Saturday: not kept on the Friday before
        ("2022-06-20", True),  # Juneteenth, a Sunday, on the Monday
        ("2021-06-18", False),  # not yet a holiday of the exchange
        ("2020-07-03", True),  # a Saturday 4 July, on the Friday
        ("2012-10-30", True),  # hurricane Sandy
        ("2025-01-09", True),  # mourning
        ("2024-11-29", False),  # half days are sessions
    ],
)
def test_holidays_and_their_exceptions(day, closed):
    assert (date.fromisoformat(day) in us_holidays(int(day[:4]))) is closed


def test_currencies_trade_on_weekdays_and_crypto_always():
    week = Period(date(2024, 7, 1), date(2024, 7, 7))
    assert len(sessions(Trading.EXCHANGE, week)) == 4  # without the 4th
    assert len(sessions(Trading.WEEKDAYS, week)) == 5
    assert len(sessions(Trading.ALWAYS, week)) == 7


@pytest.mark.parametrize(
    ("now", "symbol", "last"),
    [
        ("2024-06-14T19:59:00+00:00", "AAPL", "2024-06-13"),  # 15:59 in New York
        ("2024-06-14T20:00:00+00:00", "AAPL", "2024-06-14"),
        ("2024-12-02T20:59:00+00:00", "AAPL", "2024-11-29"),  # winter: 15:59, on a Monday
        ("2024-07-04T23:00:00+00:00", "AAPL", "2024-07-03"),  # a holiday
        ("2024-06-16T12:00:00+00:00", "BTC-USD", "2024-06-15"),
        ("2024-06-17T12:00:00+00:00", "EURUSD=X", "2024-06-14"),  # Monday noon: Friday was the last whole day
        ("2024-06-14T23:00:00+00:00", "7203.T", "2024-06-14"),  # already Saturday in Tokyo
        ("2024-06-14T10:00:00-04:00", "SAP.DE", "2024-06-13"),
    ],
)
def test_the_last_complete_session(now, symbol, last):
    assert last_complete_session(datetime.fromisoformat(now), market_of(symbol)) == date.fromisoformat(last)


def test_local_days_and_midnights_follow_the_clocks_of_the_zone():
    times = np.array(["2024-03-08T14:30", "2024-03-11T13:30", "2024-03-12T03:59", "2024-03-12T04:00"], "datetime64[s]")
    days = local_days(times, "America/New_York")
    assert [str(day) for day in days] == ["2024-03-08", "2024-03-11", "2024-03-11", "2024-03-12"]
    starts = midnights(days, "America/New_York")
    assert [str(start) for start in starts[:2]] == ["2024-03-08T05:00:00", "2024-03-11T04:00:00"]


def test_days_are_found_among_others():
    some = np.array(["2024-01-02", "2024-01-02", "2024-01-05", "2024-01-09"], dtype="datetime64[D]")
    others = np.array(["2024-01-02", "2024-01-04", "2024-01-05"], dtype="datetime64[D]")
    assert [str(day)[-2:] for day in distinct(some)] == ["02", "05", "09"]
    assert is_among(some, others).tolist() == [True, True, True, False]
    assert is_among(some, others[:0]).tolist() == [False] * 4
    assert len(distinct(others[:0])) == 0


def test_the_days_with_bars_tell_when_a_market_trades():
    year = Period(date(2023, 1, 1), date(2023, 12, 31))
    everyday, weekdays = sessions(Trading.ALWAYS, year), sessions(Trading.WEEKDAYS, year)
    stock = market_of("ABC")
    assert trading_of(stock, everyday) is Trading.ALWAYS
    assert trading_of(stock, everyday[weekday_of(everyday) != 5]) is Trading.WEEKDAYS  # Sunday evenings
    assert trading_of(stock, sessions(Trading.EXCHANGE, year)) is Trading.EXCHANGE
    assert trading_of(market_of("BTC-USD"), weekdays) is Trading.WEEKDAYS
    assert trading_of(market_of("BTC-USD"), weekdays[:5]) is Trading.ALWAYS  # too few to tell


@pytest.mark.parametrize(
    ("day", "symbol", "trading", "following"),
    [
        (date(2024, 3, 28), "SPY", Trading.EXCHANGE, date(2024, 4, 1)),  # Good Friday lies between
        (date(2024, 12, 24), "SPY", Trading.EXCHANGE, date(2024, 12, 26)),
        (date(2024, 3, 29), "BTC-USD", Trading.ALWAYS, date(2024, 3, 30)),
        (date(2024, 3, 29), "EURUSD=X", Trading.WEEKDAYS, date(2024, 4, 1)),
        (date(2024, 3, 28), "SAP.DE", Trading.EXCHANGE, None),
    ],
)
def test_the_session_after_a_day_is_known_ahead_where_a_rule_gives_it(day, symbol, trading, following):
    assert session_after(day, market_of(symbol), trading) == following
