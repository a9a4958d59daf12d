"""Dividends and splits of bars within the day, from the daily series of the same source."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from bgagent.data.daily_actions import with_daily_actions
from bgagent.data.findings import Severity
from bgagent.data.folder import FolderProvider
from bgagent.data.load import load_series
from bgagent.data.series import PriceMode, RawSeries
from bgagent.periods import Period, Timeframe
from tests.data.raw_series import NAN, raw_series
from tests.data.shared_market import MARKET, needs_market

NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
DAYS = ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"]


def hours(closes: list[float], days: list[str] = DAYS) -> RawSeries:
    """Two bars a day, at the same price, that say nothing of dividends and splits."""
    daily = raw_series(np.repeat(closes, 2), days=np.repeat(days, 2), dividends=[NAN] * 2 * len(days),
                       splits=[NAN] * 2 * len(days))  # fmt: skip
    times = daily.times + np.tile(np.array([0, 3600], "timedelta64[s]"), len(days)) + np.timedelta64(15, "h")
    return replace(daily, timeframe=Timeframe.HOUR_1, times=times, source="hours")


def test_a_dividend_lies_on_the_first_bar_of_its_day():
    daily = raw_series([10.0, 10.0, 9.0, 9.0], days=DAYS, dividends=[0, 0, 1.0, 0])
    found = with_daily_actions(hours([10.0, 10.0, 9.0, 9.0]), daily)
    assert found.dividends.tolist() == [0, 0, 0, 0, 1.0, 0, 0, 0]
    assert [finding.code for finding in found.findings] == ["daily_actions"]


def test_a_dividend_on_a_day_without_bars_lies_on_the_next_bar_and_one_before_the_first_is_left_out():
    daily = raw_series([10.0, 9.0, 9.0, 9.0], days=DAYS, dividends=[0.5, 1.0, 0, 0])
    found = with_daily_actions(hours([9.0, 9.0], DAYS[2:]), daily)
    assert found.dividends.tolist() == [0, 0, 0, 0]
    gap = with_daily_actions(hours([10.0, 9.0, 9.0], [DAYS[0], *DAYS[2:]]), daily)
    assert gap.dividends.tolist() == [0.5, 0, 1.0, 0, 0, 0]


def test_days_that_the_daily_series_does_not_reach_stay_unknown():
    daily = raw_series([10.0, 10.0, 10.0], days=DAYS[:3])
    found = with_daily_actions(hours([10.0] * 4), daily)
    assert np.isnan(found.dividends).tolist() == [False] * 6 + [True] * 2


def test_prices_as_traded_are_told_from_those_of_the_daily_basis():
    # 4 for 1 on the third day; the daily series is adjusted for it and pays 0.25 a new share on the second
    daily = raw_series([100.0, 100.0, 101.0, 102.0], days=DAYS, splits=[0, 0, 4, 0], dividends=[0, 0.25, 0, 0])
    traded = with_daily_actions(hours([400.0, 400.0, 101.0, 102.0]), daily)
    assert traded.split_basis is None
    assert traded.splits.tolist() == [0, 0, 0, 0, 4, 0, 0, 0]
    assert traded.dividends.tolist() == [0, 0, 1.0, 0, 0, 0, 0, 0]
    same = with_daily_actions(hours([100.0, 100.0, 101.0, 102.0]), daily)
    assert same.split_basis == date(2024, 1, 5)
    assert same.dividends.tolist() == [0, 0, 0.25, 0, 0, 0, 0, 0]


def test_a_split_after_the_last_bar_is_undone():
    daily = raw_series([100.0, 100.0, 101.0, 102.0], days=DAYS, splits=[0, 0, 4, 0], dividends=[0, 0.25, 0, 0])
    found = with_daily_actions(hours([100.0, 100.0], DAYS[:2]), daily)
    assert found.close.tolist() == [400.0] * 4
    assert found.volume.tolist() == [250.0] * 4
    assert found.dividends.tolist() == [0, 0, 1.0, 0]
    assert found.split_basis == date(2024, 1, 3)


def test_a_daily_series_of_prices_as_traded_serves_too():
    daily = raw_series([400.0, 400.0, 101.0, 102.0], days=DAYS, splits=[0, 0, 4, 0], dividends=[0, 1.0, 0, 0],
                       as_traded=True)  # fmt: skip
    found = with_daily_actions(hours([100.0, 100.0, 101.0, 102.0]), daily)
    assert found.dividends.tolist() == [0, 0, 0.25, 0, 0, 0, 0, 0]


def test_dividends_are_read_from_an_adjusted_close_where_they_are_not_given():
    # half of the price was paid on the third day
    daily = raw_series([10.0, 10.0, 5.0, 5.0], days=DAYS, dividends=[NAN] * 4, adj_close=[5.0, 5.0, 5.0, 5.0])
    found = with_daily_actions(hours([10.0, 10.0, 5.0, 5.0]), daily)
    assert found.dividends[4] == pytest.approx(5.0)
    assert np.count_nonzero(found.dividends) == 1


@pytest.mark.parametrize("closes", [[10.0, 11.0, 12.0, 13.0], [1000.0, 1000.0, 900.0, 900.0]])
def test_a_daily_series_of_other_prices_is_not_used(closes):
    daily = raw_series([10.0, 10.0, 9.0, 9.0], days=DAYS, dividends=[0, 0, 1.0, 0])
    found = with_daily_actions(hours(closes), daily)
    assert np.isnan(found.dividends).all()
    assert [finding.severity for finding in found.findings] == [Severity.CAUTION]
    elsewhere = with_daily_actions(hours([10.0], ["2025-01-02"]), daily)
    assert "no day in common" in elsewhere.findings[0].text


@needs_market
def test_hours_and_days_of_one_share_return_the_same():
    period = Period(date(2024, 1, 2), date(2024, 12, 31))
    provider = FolderProvider([MARKET / "daily", MARKET / "intraday"])
    for mode in (PriceMode.TOTAL_RETURN, PriceMode.SPLIT):
        hourly = load_series(
            "AAPL", period, Timeframe.HOUR_1, warmup_bars=7, provider=provider, now=NOW, price_mode=mode
        )
        daily = load_series("AAPL", period, warmup_bars=1, provider=provider, now=NOW, price_mode=mode)
        ours = hourly.bars.close[-1] / hourly.bars.close[hourly.warmup_bars - 1]
        assert ours == pytest.approx(daily.bars.close[-1] / daily.bars.close[0], rel=2e-3)
    assert "daily_actions" in {finding.code for finding in hourly.findings}


def test_days_are_made_of_the_regular_session_alone(tmp_path: Path):
    lines = ["datetime,open,high,low,close,volume"]
    for day in ("2024-01-02", "2024-01-03"):
        for clock, price in (("09:00", 5), ("14:30", 10), ("15:00", 30), ("20:30", 20), ("21:30", 99)):  # UTC
            lines.append(f"{day}T{clock}:00Z,{price},{price},{price},{price},7")
    (tmp_path / "ABC_30m.csv").write_text("\n".join(lines) + "\n")
    period = Period(date(2024, 1, 1), date(2024, 1, 5))
    series = load_series("ABC", period, warmup_bars=0, provider=FolderProvider([tmp_path]), now=NOW)
    bars = series.bars
    assert bars.timeframe is Timeframe.DAY
    assert [str(time) for time in bars.times] == ["2024-01-02T00:00:00", "2024-01-03T00:00:00"]
    assert (bars.open[0], bars.high[0], bars.low[0], bars.close[0], bars.volume[0]) == (10, 30, 10, 20, 21)
    assert any("4 of them outside of the regular session" in warning for warning in series.provenance.warnings)
    week = load_series("ABC", period, Timeframe.WEEK, warmup_bars=0, provider=FolderProvider([tmp_path]), now=NOW)
    assert week.bars.volume.tolist() == [42.0]


def write_hours(directory: Path, name: str, first: date, days: int) -> None:
    lines = ["datetime,open,high,low,close,volume"]
    for day in (first + timedelta(n) for n in range(days)):
        lines += [f"{day}T{hour:02d}:00:00Z,10,11,9,10,5" for hour in range(24)]
    (directory / name).write_text("\n".join(lines) + "\n")


def test_bars_before_a_long_gap_are_no_warmup(tmp_path: Path):
    write_hours(tmp_path, "BTC-USD_1h_a.csv", date(2023, 1, 1), 10)
    write_hours(tmp_path, "BTC-USD_1h_b.csv", date(2024, 1, 1), 10)
    provider = FolderProvider([tmp_path])

    def load(start: date, end: date):
        return load_series("BTC-USD", Period(start, end), Timeframe.HOUR_1, warmup_bars=60, provider=provider, now=NOW)

    late = load(date(2024, 1, 2), date(2024, 1, 10))
    assert late.warmup_bars == 24
    assert late.bars.sessions[0] == np.datetime64("2024-01-01")
    assert any("no bars from 2023-01-11 to 2023-12-31" in warning for warning in late.provenance.warnings)
    across = load(date(2023, 12, 1), date(2024, 1, 10))
    assert {"late_start", "short_warmup"} <= {finding.code for finding in across.findings}
    cut = load(date(2023, 1, 5), date(2023, 1, 31))
    assert "the source has a gap after 2023-01-10" in " ".join(cut.provenance.warnings)
    with pytest.raises(Exception, match="has 2023-01-01 to 2023-01-10 and 2024-01-01 to 2024-01-10"):
        load(date(2023, 6, 1), date(2023, 6, 30))


def test_a_session_with_few_bars_is_named(tmp_path: Path):
    write_hours(tmp_path, "BTC-USD_1h.csv", date(2024, 1, 1), 40)
    path = tmp_path / "BTC-USD_1h.csv"
    path.write_text("\n".join(line for line in path.read_text().splitlines() if "2024-01-20T1" not in line) + "\n")
    period = Period(date(2024, 1, 1), date(2024, 2, 9))
    series = load_series(
        "BTC-USD", period, Timeframe.HOUR_1, warmup_bars=0, provider=FolderProvider([tmp_path]), now=NOW
    )
    found = {finding.code: finding for finding in series.findings}["short_sessions"]
    assert found.days == (date(2024, 1, 20),)
    assert "(24), 10 in all" in found.text
