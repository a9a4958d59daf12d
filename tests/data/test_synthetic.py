"""Made-up prices: the same bar whatever window is asked for, on the days of the market, plausible."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from bgagent.bars import PRICE_COLUMNS
from bgagent.data.calendars import sessions
from bgagent.data.load import load_series
from bgagent.data.synthetic import FIRST_DAY, SyntheticProvider
from bgagent.errors import DataUnavailable
from bgagent.periods import Period, Timeframe, Trading

NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
DECADE = Period(date(2015, 1, 1), date(2024, 12, 31))


def fetch(symbol: str, period: Period, timeframe: Timeframe = Timeframe.DAY, seed: int = 0):
    return SyntheticProvider(seed).fetch(symbol, period, timeframe, NOW)


@pytest.mark.parametrize(
    ("symbol", "trading"),
    [("AAPL", Trading.EXCHANGE), ("EURUSD=X", Trading.WEEKDAYS), ("BTC-USD", Trading.ALWAYS)],
)
def test_bars_lie_on_the_days_of_the_market(symbol, trading):
    series = load_series(symbol, DECADE, warmup_bars=0, provider=SyntheticProvider(), now=NOW)
    np.testing.assert_array_equal(series.bars.sessions, sessions(trading, DECADE))
    assert series.trading is trading
    assert [finding.code for finding in series.findings] == ["synthetic"]


def test_a_bar_does_not_depend_on_the_window():
    short = fetch("XYZ", Period(date(2019, 3, 1), date(2019, 8, 31)))
    long = fetch("XYZ", DECADE)
    for name in PRICE_COLUMNS:
        np.testing.assert_array_equal(getattr(short, name), getattr(long, name)[: len(short)])


def test_symbol_and_seed_make_the_path():
    base = fetch("XYZ", DECADE).close
    np.testing.assert_array_equal(base, fetch("xyz", DECADE).close)
    for other in (fetch("XYZ", DECADE, seed=1).close, fetch("XYA", DECADE).close):
        assert not np.array_equal(base, other)


@pytest.mark.parametrize("symbol", ["AAPL", "MSFT", "EURUSD=X", "BTC-USD", "SPY", "ZZZ"])
def test_prices_are_plausible(symbol):
    series = fetch(symbol, DECADE)
    assert np.all(series.low <= np.minimum(series.open, series.close))
    assert np.all(series.high >= np.maximum(series.open, series.close))
    assert np.all(series.low > 0)
    moves = np.diff(np.log(series.close))
    assert 0.03 < moves.std() * np.sqrt(252) < 1.0
    assert np.abs(moves).max() < 0.45
    assert series.close.min() > 0.01
    assert series.close.max() < 1e6


def test_averages_cross_in_every_decade():
    # a demo without a trade would show nothing
    for symbol in ("AAPL", "SPY", "BTC-USD", "EURUSD=X", "DEMO"):
        close = load_series(symbol, DECADE, warmup_bars=250, provider=SyntheticProvider(), now=NOW).bars.close
        fast, slow = (np.convolve(close, np.ones(length) / length, "valid")[-2500:] for length in (50, 200))
        assert np.sum(np.diff(np.sign(fast - slow)) != 0) >= 4


def test_minutes_add_up_to_their_days():
    period = Period(date(2024, 3, 7), date(2024, 3, 12))  # the clocks change in between
    minutes = fetch("AAPL", period, Timeframe.MINUTE_5)
    days = fetch("AAPL", Period(date(2024, 1, 1), date(2024, 3, 12)))
    assert minutes.timeframe is Timeframe.MINUTE_1
    assert str(minutes.times[0]) == "2024-03-07T14:30:00"
    assert str(minutes.times[-390]) == "2024-03-12T13:30:00"
    for day in np.unique(minutes.sessions):
        mine, row = minutes.sessions == day, int(np.flatnonzero(days.sessions == day)[0])
        assert mine.sum() == 390
        assert minutes.open[mine][0] == days.open[row]
        assert minutes.high[mine].max() == days.high[row]
        assert minutes.low[mine].min() == days.low[row]
        assert minutes.close[mine][-1] == days.close[row]
        assert minutes.volume[mine].sum() == pytest.approx(days.volume[row])
        assert np.all(minutes.low[mine] <= np.minimum(minutes.open[mine], minutes.close[mine]))
        assert np.all(minutes.high[mine] >= np.maximum(minutes.open[mine], minutes.close[mine]))


def test_there_is_nothing_before_the_first_day():
    with pytest.raises(DataUnavailable, match=str(FIRST_DAY)):
        fetch("XYZ", Period(date(1960, 1, 1), date(1970, 1, 1)))


def test_the_day_that_is_not_over_is_not_drawn():
    noon = datetime(2024, 6, 14, 16, 0, tzinfo=UTC)
    series = SyntheticProvider().fetch("XYZ", Period(date(2024, 1, 1), date(2024, 12, 31)), Timeframe.DAY, noon)
    assert str(series.sessions[-1]) == "2024-06-13"
