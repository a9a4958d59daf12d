"""Coarser bars: what they are made of, and when each is known to be over."""

import numpy as np
import pytest

from bgagent.bars import daily_bars
from bgagent.engine import rules
from bgagent.engine.coarser import coarsen
from bgagent.engine.span import MONTH, QUARTER, SESSION, WEEK, minute_span
from bgagent.periods import Timeframe
from tests.engine.price_samples import bars_within_the_day, random_bars

NAN = float("nan")


def on(*days, timeframe=Timeframe.DAY):
    """Daily bars on these days, closing at 1, 2, 3, ..."""
    close = np.arange(1.0, len(days) + 1)
    prices = {"open": close - 0.5, "high": close + 1, "low": close / 2, "close": close, "volume": 10 * close}
    return daily_bars("TEST", np.array(days, dtype="datetime64[D]"), prices, timeframe=timeframe)


# Thursday, Friday; a week without its Friday; Monday; 29 March 2024 was Good Friday
DAYS = ["2024-03-21", "2024-03-22", "2024-03-25", "2024-03-26", "2024-03-27", "2024-03-28", "2024-04-01"]


def test_a_coarser_bar_is_made_of_the_finer_ones():
    weeks = coarsen(on(*DAYS), WEEK).bars
    assert weeks.timeframe is Timeframe.WEEK
    assert weeks.sessions.astype(str).tolist() == ["2024-03-21", "2024-03-25", "2024-04-01"]
    assert weeks.open.tolist() == [0.5, 2.5, 6.5]
    assert weeks.high.tolist() == [3, 7, 8]
    assert weeks.low.tolist() == [0.5, 1.5, 3.5]
    assert weeks.close.tolist() == [2, 6, 7]
    assert weeks.volume.tolist() == [30, 180, 70]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        # over at Friday's close; the week that ends on a Thursday is known to be over on the Monday after
        ("weekly(close)", [NAN, 2, 2, 2, 2, 2, 6]),
        ("weekly(highest(high, 2))", [NAN] * 6 + [7]),
        ("monthly(close)", [NAN] * 6 + [6]),
        ("quarterly(close)", [NAN] * 6 + [6]),
        ("daily(close)", [1, 2, 3, 4, 5, 6, 7]),
        ("close - weekly(close)", [NAN, 0, 1, 2, 3, 4, 1]),
    ],
)
def test_only_a_bar_that_is_over_is_read(text, values):
    assert rules.parse(text).evaluate(on(*DAYS)).tolist() == pytest.approx(values, nan_ok=True)


def test_a_month_that_ends_on_a_weekday_is_over_at_its_close():
    days = ["2024-04-29", "2024-04-30", "2024-05-01", "2024-05-31", "2024-06-03"]
    assert rules.parse("monthly(close)").evaluate(on(*days)).tolist() == pytest.approx([NAN, 2, 2, 4, 4], nan_ok=True)


def test_where_weekends_are_traded_a_week_is_over_on_sunday():
    days = np.arange("2024-03-21", "2024-04-02", dtype="datetime64[D]")  # Thursday to Monday
    values = rules.parse("weekly(close)").evaluate(on(*days))
    # on the first Friday nobody can know that this market trades on: the weekend makes a week of its own
    assert values.tolist() == pytest.approx([NAN, 2, 2, 4, 4, 4, 4, 4, 4, 4, 11, 11], nan_ok=True)
    for cut in range(1, len(days)):
        assert np.array_equal(rules.parse("weekly(close)").evaluate(on(*days[:cut])), values[:cut], equal_nan=True)


def test_bars_within_the_day_close_on_time_and_sessions_with_the_next_one():
    bars = bars_within_the_day(3, 3)  # 26 bars of 15 minutes a session
    hours = rules.parse("minutes(60, close)").evaluate(bars)
    for t in range(len(bars)):
        place = t % 26
        last = t - (place + 1) % 4  # the last bar of the hour that is over
        if place < 3:
            # the half hour left over at a session's end is over when the next one begins
            expected = bars.close[t - place - 1] if t >= 26 else NAN
        else:
            expected = bars.close[last]
        assert hours[t] == pytest.approx(expected, nan_ok=True), t
    days = rules.parse("daily(close)").evaluate(bars)
    assert np.isnan(days[:26]).all()
    assert days[26:52].tolist() == [bars.close[25]] * 26
    assert days[52:].tolist() == [bars.close[51]] * 26


def test_a_week_of_bars_within_the_day_is_over_when_another_begins():
    bars = bars_within_the_day(3, 4, start="2024-01-04")  # Thursday, Friday, Monday, Tuesday
    values = rules.parse("weekly(close)").evaluate(bars)
    assert np.isnan(values[:52]).all()
    assert values[52:].tolist() == [bars.close[51]] * 52


@pytest.mark.parametrize(("span", "lengths"), [(WEEK, 5), (MONTH, 23), (QUARTER, 66)])
def test_every_coarser_bar_is_read_in_the_end(span, lengths):
    bars = random_bars(1, 300)
    made = coarsen(bars, span)
    assert set(range(made.closed[-1] + 1)) == set(made.closed.tolist()) - {-1}
    assert np.diff(np.append(made.first, len(bars))).max() <= lengths
    assert (made.last[made.closed[made.closed >= 0]] <= np.flatnonzero(made.closed >= 0)).all()


def test_coarser_indicators_are_those_of_the_coarser_bars():
    bars = random_bars(2, 200)
    made = coarsen(bars, WEEK)
    own = rules.parse("rsi(3)").evaluate(made.bars)
    values = rules.parse("weekly(rsi(close, 3))").evaluate(bars)
    known = made.closed >= 0
    assert np.array_equal(values[known], own[made.closed[known]], equal_nan=True)


def test_names_and_functions_can_be_read_on_coarser_bars():
    bars = bars_within_the_day(3, 30)
    for text in ("weekly(atr(2))", "daily(gap)", "daily(engulfing)", "minutes(60, minutes_since_open)", "daily(obv)"):
        assert np.isfinite(rules.parse(text).evaluate(bars)[-1]), text


@pytest.mark.parametrize(
    ("text", "bars", "complaint"),
    [
        ("daily(close) > 1", on(*DAYS, timeframe=Timeframe.WEEK), "1wk bars cannot be taken apart into 1d bars"),
        ("minutes(60, close) > 1", on(*DAYS), "1d bars cannot be taken apart into 1h bars"),
    ],
)
def test_finer_bars_cannot_be_made(text, bars, complaint):
    with pytest.raises(rules.RuleError, match=complaint):
        rules.parse(text).evaluate(bars)


def test_a_length_that_no_bar_has_is_refused():
    with pytest.raises(rules.RuleError, match="m must be one of 1, 5, 15, 30, 60, 240"):
        rules.parse("minutes(45, close) > 1")
    with pytest.raises(ValueError, match="45 minutes"):
        minute_span(45)


def test_bars_of_the_same_length_are_themselves():
    bars = bars_within_the_day(1, 2)
    assert coarsen(bars, minute_span(15)).bars is bars
    assert rules.parse("minutes(15, close)").evaluate(bars).tolist() == bars.close.tolist()
    assert coarsen(on(*DAYS), SESSION).bars.close.tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_lookback_counts_the_bars_of_the_coarser_one():
    assert rules.parse("weekly(sma(close, 10)) > 1").lookback == 50
    assert rules.parse("monthly(change(close, 12)) > 0").lookback == 13 * 23
    assert rules.parse("minutes(60, sma(close, 20)) > 1").lookback == 240


def test_no_bars_make_no_coarser_ones():
    assert rules.parse("weekly(close)").evaluate(on()).shape == (0,)
