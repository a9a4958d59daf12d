"""Words about the session a bar belongs to, reckoned by hand on bars of half an hour."""

import numpy as np
import pytest

from bgagent.bars import Bars
from bgagent.engine import rules
from bgagent.periods import Timeframe
from tests.engine.price_samples import bars_of, bars_within_the_day

NAN = float("nan")
STARTS = [  # three sessions from 14:30 UTC on: three bars, two (cut short), four
    "2024-03-04T14:30", "2024-03-04T15:00", "2024-03-04T15:30",
    "2024-03-05T14:30", "2024-03-05T15:00",
    "2024-03-06T14:30", "2024-03-06T15:00", "2024-03-06T15:30", "2024-03-06T16:00",
]  # fmt: skip


def half_hours(first=0, volume=(1, 3, 0, 2, 2, 0, 1, 1, 2)):
    times = np.array(STARTS, dtype="datetime64[s]")[first:]
    close = np.array([10, 12, 11, 13, 14, 12, 15, 14, 16], dtype=float)[first:]
    columns = {
        "open": close - 1,
        "high": close + 1,
        "low": close - 2,
        "close": close,
        "volume": np.array(volume)[first:],
    }
    return Bars("TEST", Timeframe.MINUTE_30, times, times.astype("datetime64[D]"), **columns)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("session_open", [9, 9, 9, 12, 12, 11, 11, 11, 11]),
        ("session_high", [11, 13, 13, 14, 15, 13, 16, 16, 17]),
        ("session_low", [8, 8, 8, 11, 11, 10, 10, 10, 10]),
        ("previous_session_open", [NAN] * 3 + [9, 9, 12, 12, 12, 12]),
        ("previous_session_high", [NAN] * 3 + [13, 13, 15, 15, 15, 15]),
        ("previous_session_low", [NAN] * 3 + [8, 8, 11, 11, 11, 11]),
        ("previous_session_close", [NAN] * 3 + [11, 11, 14, 14, 14, 14]),
        ("gap", [NAN] * 3 + [1 / 11, 1 / 11] + [-3 / 14] * 4),
        ("bar_of_session", [1, 2, 3, 1, 2, 1, 2, 3, 4]),
        ("minutes_since_open", [30, 60, 90, 30, 60, 30, 60, 90, 120]),
        ("minutes_to_close", [NAN] * 3 + [60, 30, 60, 30, 0, -30]),  # 90 is the longest there was
        ("utc_minutes", [900, 930, 960, 900, 930, 900, 930, 960, 990]),
        ("opening_high(30)", [11, 11, 11, 14, 14, 13, 13, 13, 13]),
        ("opening_high(60)", [NAN, 13, 13, NAN, 15, NAN, 16, 16, 16]),
        ("opening_low(60)", [NAN, 8, 8, NAN, 11, NAN, 10, 10, 10]),
        ("opening_high(90)", [NAN, NAN, 13, NAN, NAN, NAN, NAN, 16, 16]),
        # (high + low + close) / 3 is close - 1/3; no volume on the first bar of the third session
        ("vwap + 1 / 3", [10, 11.5, 11.5, 13, 13.5, NAN, 15, 14.5, 15.25]),
    ],
)
def test_a_bar_knows_its_session(text, values):
    assert rules.parse(text).evaluate(half_hours()).tolist() == pytest.approx(values, nan_ok=True)


def test_a_bar_that_ends_at_midnight_ends_the_day():
    times = np.array(["2024-03-04T23:00", "2024-03-04T23:30", "2024-03-05T00:00"], dtype="datetime64[s]")
    columns = dict.fromkeys(("open", "high", "low", "close", "volume"), np.ones(3))
    bars = Bars("BTC-USD", Timeframe.MINUTE_30, times, times.astype("datetime64[D]"), **columns)
    assert rules.parse("utc_minutes").evaluate(bars).tolist() == [1410, 1440, 30]


def test_daily_bars_are_sessions_of_their_own_and_have_no_clock():
    bars = bars_of([10.0, 12, 11], open=[9, 11, 12], high=[13, 13, 13], low=[8, 8, 8])
    assert rules.parse("gap").evaluate(bars).tolist() == pytest.approx([NAN, 0.1, 0], nan_ok=True)
    assert rules.parse("session_open").evaluate(bars).tolist() == [9, 11, 12]
    assert rules.parse("previous_session_close").evaluate(bars).tolist() == pytest.approx([NAN, 10, 12], nan_ok=True)
    for text in ("minutes_since_open", "minutes_to_close", "utc_minutes", "opening_high(30)", "opening_low(30)"):
        assert np.isnan(rules.parse(text).evaluate(bars)).all()


def test_an_opening_range_is_broken_once_it_is_over():
    bars = bars_within_the_day(3, 10)
    rule = rules.parse("crosses_above(close, opening_high(30)) and minutes_to_close >= 30")
    found = np.flatnonzero(rule.evaluate(bars))
    assert len(found) > 3
    place = rules.parse("bar_of_session").evaluate(bars)[found]
    assert place.min() > 2  # two bars of 15 minutes make the range
    assert place.max() <= 24
