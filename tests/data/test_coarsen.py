"""Longer bars made of shorter ones."""

import numpy as np
import pytest

from bgagent.bars import Bars, daily_bars
from bgagent.data.calendars import local_days
from bgagent.data.coarsen import bucket_starts, can_be_made_of, coarsen, fetched_as
from bgagent.data.markets import market_of
from bgagent.periods import Timeframe


def minute_bars(times: list[str], symbol: str) -> Bars:
    stamps = np.array(times, dtype="datetime64[s]")
    count = len(stamps)
    prices = 10.0 + np.arange(count)
    return Bars(
        symbol,
        Timeframe.MINUTE_30,
        stamps,
        local_days(stamps, market_of(symbol).zone),
        open=prices,
        high=prices + 2,
        low=prices - 2,
        close=prices + 1,
        volume=np.full(count, 5.0),
    )


@pytest.mark.parametrize(
    ("wanted", "given", "expected"),
    [
        (Timeframe.WEEK, Timeframe.DAY, True),
        (Timeframe.MONTH, Timeframe.HOUR_1, True),
        (Timeframe.HOUR_4, Timeframe.HOUR_1, True),
        (Timeframe.HOUR_1, Timeframe.HOUR_4, False),
        (Timeframe.MINUTE_15, Timeframe.MINUTE_5, True),
        (Timeframe.DAY, Timeframe.DAY, True),
        (Timeframe.DAY, Timeframe.HOUR_1, True),
        (Timeframe.WEEK, Timeframe.MONTH, False),
        (Timeframe.HOUR_1, Timeframe.DAY, False),
    ],
)
def test_which_bars_add_up_to_which(wanted, given, expected):
    assert can_be_made_of(wanted, given) is expected


def test_what_a_remote_provider_is_asked_for_adds_up_to_what_is_wanted():
    for wanted in Timeframe:
        assert can_be_made_of(wanted, fetched_as(wanted))


def test_a_week_runs_from_monday_to_sunday():
    days = np.arange("2024-02-26", "2024-03-12", dtype="datetime64[D]")
    count = len(days)
    prices = {name: 10.0 + np.arange(count) for name in ("open", "high", "low", "close")} | {"volume": np.ones(count)}
    bars = daily_bars("BTC-USD", days, prices)
    buckets = bucket_starts(bars.times, bars.sessions, Timeframe.WEEK, market_of("BTC-USD"))
    weeks = coarsen(bars, buckets, Timeframe.WEEK)
    assert [str(day) for day in weeks.sessions] == ["2024-02-26", "2024-03-04", "2024-03-11"]
    assert weeks.volume.tolist() == [7.0, 7.0, 1.0]
    assert weeks.open.tolist() == [10.0, 17.0, 24.0]
    assert weeks.high.tolist() == [16.0, 23.0, 24.0]
    assert weeks.low.tolist() == [10.0, 17.0, 24.0]
    assert weeks.close.tolist() == [16.0, 23.0, 24.0]


def test_us_hours_count_from_half_past_nine_in_summer_and_winter():
    # the Friday before and the Monday after the clocks changed, 10 March 2024
    winter = [f"2024-03-08T{clock}" for clock in ("14:30", "15:00", "15:30")]
    summer = [f"2024-03-11T{clock}" for clock in ("13:30", "14:00", "14:30")]
    bars = minute_bars(winter + summer, "AAPL")
    buckets = bucket_starts(bars.times, bars.sessions, Timeframe.HOUR_1, market_of("AAPL"))
    hours = coarsen(bars, buckets, Timeframe.HOUR_1)
    assert [str(time)[:16] for time in hours.times] == [
        "2024-03-08T14:30",
        "2024-03-08T15:30",
        "2024-03-11T13:30",
        "2024-03-11T14:30",
    ]
    assert hours.volume.tolist() == [10.0, 5.0, 10.0, 5.0]


def test_hours_of_crypto_count_from_midnight():
    bars = minute_bars(["2024-03-08T03:30", "2024-03-08T04:00", "2024-03-08T07:30", "2024-03-08T08:00"], "BTC-USD")
    buckets = bucket_starts(bars.times, bars.sessions, Timeframe.HOUR_4, market_of("BTC-USD"))
    assert [str(time)[11:16] for time in coarsen(bars, buckets, Timeframe.HOUR_4).times] == ["00:00", "04:00", "08:00"]


def test_nothing_makes_nothing():
    bars = minute_bars([], "BTC-USD")
    buckets = bucket_starts(bars.times, bars.sessions, Timeframe.HOUR_1, market_of("BTC-USD"))
    assert len(coarsen(bars, buckets, Timeframe.HOUR_1)) == 0
    assert bars.span() is None
