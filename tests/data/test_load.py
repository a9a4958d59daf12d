"""The door to market data: windows, warm-up, adjustment against known prices, and what it refuses."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from bgagent.data.findings import Severity
from bgagent.data.folder import FolderProvider
from bgagent.data.load import load_series
from bgagent.data.series import PriceMode, digest_of
from bgagent.data.synthetic import SyntheticProvider
from bgagent.errors import DataUnavailable
from bgagent.periods import Period, Timeframe, Trading
from tests.data.shared_market import MARKET, PROMPTS, needs_market

NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
YEAR_2024 = Period(date(2024, 1, 1), date(2024, 12, 31))


def write_daily(directory: Path, symbol: str, days: list[str], closes: list[float], **more: list[float | str]) -> None:
    """A csv file whose bars open at the close before, with any further columns."""
    columns = ["date", "open", "high", "low", "close", "volume", *more]
    lines = [",".join(columns)]
    for row, (day, close) in enumerate(zip(days, closes, strict=True)):
        opening = closes[row - 1] if row else close
        fields = [
            day,
            opening,
            max(opening, close),
            min(opening, close),
            close,
            1000,
            *(values[row] for values in more.values()),
        ]
        lines.append(",".join(map(str, fields)))
    (directory / f"{symbol}.csv").write_text("\n".join(lines) + "\n")


def weekdays_from(start: date, count: int) -> list[str]:
    days = (start + timedelta(n) for n in range(count * 2))
    return [str(day) for day in days if day.weekday() < 5][:count]


@needs_market
def test_market_orders_of_the_known_answers_fill_at_our_opens():
    provider = FolderProvider([MARKET / "daily"])
    checked = 0
    for line in (PROMPTS / "examples.jsonl").read_text().splitlines():
        record = json.loads(line)
        expect = record["expect"]
        if expect["timeframe"] != "1d":
            continue
        period = Period(date.fromisoformat(expect["start"]), date.fromisoformat(expect["end"]))
        for run in record["gold"]["runs"]:
            scale = run.get("price_scale") or {}
            for symbol in {trade["symbol"] for trade in run["trades"]}:
                series = load_series(symbol, period, warmup_bars=250, provider=provider, now=NOW)
                opens = dict(zip(map(str, series.window.sessions), series.window.open, strict=True))
                for trade in run["trades"]:
                    if trade["symbol"] != symbol:
                        continue
                    sign = 1 if trade["direction"] == "long" else -1
                    fills = [(trade["entry_at"], trade["entry_price"], sign)]
                    if trade["exit_reason"] in ("rule", "time", "schedule", "rebalance"):
                        fills.append((trade["exit_at"], trade["exit_price"], -sign))
                    for day, price, side in fills:
                        ours = opens[day] * (1 + side * 0.0005)  # 5 bps against us
                        assert ours == pytest.approx(price * scale.get(symbol, 1.0), rel=1e-4), (record["id"], day)
                        checked += 1
    assert checked > 200


@needs_market
def test_a_split_after_the_window_is_undone():
    # NVDA traded near 148 dollars on 3 January 2023; the file, split 10 for 1 in June 2024, says 14.8
    period = Period(date(2023, 1, 1), date(2023, 12, 31))
    series = load_series("NVDA", period, warmup_bars=0, provider=FolderProvider([MARKET / "daily"]), now=NOW)
    assert series.window.close[-1] == pytest.approx(495.22, abs=0.005)
    assert any("10 for 1 on 2024-06-10" in warning for warning in series.provenance.warnings)


@needs_market
def test_as_traded_prices_are_those_of_the_day():
    # before the split of 2020 AAPL traded four times as high as today's files say; the other file has the tape itself
    period = Period(date(2018, 1, 2), date(2018, 12, 31))
    adjusted_file, tape_file = FolderProvider([MARKET / "daily"]), FolderProvider([MARKET / "unadjusted"])
    ours = load_series("AAPL", period, warmup_bars=0, provider=adjusted_file, now=NOW, price_mode=PriceMode.RAW)
    tape = load_series("AAPL", period, warmup_bars=0, provider=tape_file, now=NOW, price_mode=PriceMode.RAW)
    np.testing.assert_allclose(ours.window.close, tape.window.close, rtol=2e-3)
    assert ours.window.close[0] == pytest.approx(172.26, abs=0.01)


def test_window_and_warmup_are_counted_apart(tmp_path):
    days = weekdays_from(date(2023, 6, 1), 400)
    write_daily(tmp_path, "ABC", days, [100 + n * 0.1 for n in range(400)])
    series = load_series("ABC", YEAR_2024, warmup_bars=50, provider=FolderProvider([tmp_path]), now=NOW)
    assert series.warmup_bars == 50
    assert series.window.sessions[0] == np.datetime64("2024-01-01")
    assert series.bars.sessions[49] == np.datetime64("2023-12-29")
    assert series.window.sessions[-1] == np.datetime64("2024-12-11")
    facts = series.provenance
    assert (facts.first, facts.last, facts.bars) == (date(2024, 1, 1), date(2024, 12, 11), len(series.window))
    assert facts.sha256 == digest_of(series.bars)
    assert facts.source == "ABC.csv"


def test_the_last_day_of_the_window_is_in_it(tmp_path):
    write_daily(tmp_path, "ABC", ["2024-12-30", "2024-12-31", "2025-01-02"], [1.0, 2.0, 3.0])
    series = load_series("ABC", YEAR_2024, warmup_bars=0, provider=FolderProvider([tmp_path]), now=NOW)
    assert series.window.close.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("period", "named"),
    [
        (Period(date(2010, 1, 1), date(2012, 12, 31)), "2023-06-01 to "),  # which span there is
        (Period(date(2035, 1, 1), date(2035, 12, 31)), "2035"),
        (Period(date(2024, 1, 6), date(2024, 1, 7)), "2024-01-06"),  # a weekend
    ],
)
def test_a_window_without_bars_is_refused_and_what_is_there_is_named(tmp_path, period, named):
    write_daily(tmp_path, "ABC", weekdays_from(date(2023, 6, 1), 400), [100.0 + n % 7 for n in range(400)])
    with pytest.raises(DataUnavailable) as refused:
        load_series("ABC", period, warmup_bars=250, provider=FolderProvider([tmp_path]), now=NOW)
    assert named in refused.value.message
    assert "ABC" in refused.value.message
    assert "\n" not in refused.value.message


def test_a_source_that_begins_late_or_ends_early_is_named(tmp_path):
    write_daily(tmp_path, "ABC", weekdays_from(date(2024, 3, 1), 150), [100.0 + n % 7 for n in range(150)])
    series = load_series("ABC", YEAR_2024, warmup_bars=250, provider=FolderProvider([tmp_path]), now=NOW)
    found = {finding.code: finding for finding in series.findings}
    assert found["late_start"].severity is Severity.CAUTION
    assert "2024-03-01" in found["late_start"].text
    assert found["early_end"].severity is Severity.CAUTION
    assert "none of the 250 warm-up bars" in found["short_warmup"].text
    assert set(series.provenance.warnings) == {finding.text for finding in series.findings}


@needs_market
@pytest.mark.parametrize(
    ("start", "end", "weight", "said"),
    [
        # 252, 253 and 252 sessions in the years; the first trade in PLTR was on 30 September 2020
        (
            "2019-01-01",
            "2021-12-31",
            Severity.CAUTION,
            "begins on 2020-09-30: 440 of the 757 sessions of {} (58 %) have",
        ),
        (
            "2020-09-29",
            "2021-12-31",
            Severity.NOTE,
            "begins on 2020-09-30: 1 of the 318 sessions of {} (under 1 %) has",
        ),
        ("2026-03-02", "2026-03-27", Severity.CAUTION, "ends on 2026-03-12: 11 of the 20 sessions of {} (55 %) have"),
    ],
)
def test_how_much_of_the_window_is_missing_is_said(start, end, weight, said):
    period = Period(date.fromisoformat(start), date.fromisoformat(end))
    provider = FolderProvider([MARKET / "daily"])
    series = load_series("PLTR", period, warmup_bars=0, provider=provider, now=NOW)
    facts = series.provenance
    text = f"the source {said.format(period)} no prices, it could be traded from {facts.first} to {facts.last} only"
    assert [finding.severity for finding in series.findings if finding.text == text] == [weight]


@pytest.mark.parametrize(("count", "is_named"), [(280, False), (600, True)])
def test_knowing_that_a_share_survived_is_named(tmp_path, count, is_named):
    write_daily(tmp_path, "ABC", weekdays_from(date(2023, 1, 2), count), [100.0 + n % 7 for n in range(count)])
    period = Period(date(2023, 1, 2), date(2023, 12, 29))
    series = load_series("ABC", period, warmup_bars=0, provider=FolderProvider([tmp_path]), now=NOW)
    found = {finding.code: finding for finding in series.findings}
    assert ("survivorship" in found) is is_named
    if is_named:
        assert found["survivorship"].severity is Severity.NOTE


def test_a_session_that_is_not_over_is_not_used(tmp_path):
    write_daily(tmp_path, "ABC", ["2026-11-18", "2026-11-19", "2026-11-20"], [1.0, 2.0, 3.0])
    period = Period(date(2026, 11, 1), date(2026, 11, 20))
    noon = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    evening = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
    for now, expected in ((noon, [1.0, 2.0]), (evening, [1.0, 2.0, 3.0])):
        series = load_series("ABC", period, warmup_bars=0, provider=FolderProvider([tmp_path]), now=now)
        assert series.window.close.tolist() == expected


def test_weeks_lie_wholly_inside_the_window_and_the_last_may_be_cut(tmp_path):
    # Thursday 30 November 2023 to Thursday 14 December: the week of the 27th straddles the start
    write_daily(tmp_path, "ABC", weekdays_from(date(2023, 11, 20), 30), [float(n) for n in range(100, 130)])
    period = Period(date(2023, 11, 30), date(2023, 12, 14))
    series = load_series("ABC", period, Timeframe.WEEK, warmup_bars=5, provider=FolderProvider([tmp_path]), now=NOW)
    assert [str(day) for day in series.bars.sessions] == ["2023-11-20", "2023-11-27", "2023-12-04", "2023-12-11"]
    assert series.warmup_bars == 2
    assert series.window.open.tolist() == [109.0, 114.0]  # opens are the close of the session before
    assert series.window.close.tolist() == [114.0, 118.0]  # the last week ends on Thursday
    assert series.window.volume.tolist() == [5000.0, 4000.0]


def test_months_are_dated_by_their_first_session(tmp_path):
    write_daily(tmp_path, "ABC", weekdays_from(date(2023, 12, 20), 60), [100.0] * 60)
    period = Period(date(2024, 1, 1), date(2024, 2, 29))
    series = load_series("ABC", period, Timeframe.MONTH, warmup_bars=3, provider=FolderProvider([tmp_path]), now=NOW)
    assert [str(day) for day in series.bars.sessions] == ["2023-12-20", "2024-01-01", "2024-02-01"]
    assert series.warmup_bars == 1


def test_a_window_without_a_whole_week_is_refused(tmp_path):
    write_daily(tmp_path, "ABC", weekdays_from(date(2023, 11, 20), 30), [100.0] * 30)
    period = Period(date(2023, 11, 28), date(2023, 12, 1))
    with pytest.raises(DataUnavailable, match="no whole week"):
        load_series("ABC", period, Timeframe.WEEK, warmup_bars=0, provider=FolderProvider([tmp_path]), now=NOW)


@needs_market
def test_hours_are_made_of_minutes_from_the_opening_on():
    provider = FolderProvider([MARKET / "intraday"])
    period = Period(date(2024, 11, 1), date(2024, 11, 5))
    series = load_series("SPY", period, Timeframe.HOUR_1, warmup_bars=7, provider=provider, now=NOW)
    assert series.warmup_bars == 7
    assert str(series.window.times[0]) == "2024-11-01T13:30:00"  # 09:30 in New York, still summer time
    assert str(series.bars.between(len(series.bars) - 7, len(series.bars)).times[0]) == "2024-11-05T14:30:00"
    assert len(series.window) == 21
    assert series.provenance.first == datetime(2024, 11, 1, 13, 30, tzinfo=UTC)


@needs_market
@pytest.mark.parametrize("symbol", ["EURUSD=X", "BTC-USD", "^GSPC", "EURUSD.OANDA", "BRK-B", "AIR.PA"])
def test_symbols_of_every_shape_load(symbol):
    period = Period(date(2017, 1, 1), date(2018, 12, 31))
    series = load_series(symbol, period, warmup_bars=250, provider=FolderProvider([MARKET / "daily"]), now=NOW)
    assert series.symbol == symbol
    expected = {"EURUSD=X": Trading.WEEKDAYS, "EURUSD.OANDA": Trading.WEEKDAYS, "BTC-USD": Trading.ALWAYS}
    assert series.trading is expected.get(symbol, Trading.EXCHANGE)


def test_synthetic_prices_say_so():
    series = load_series("WHATEVER", YEAR_2024, warmup_bars=250, provider=SyntheticProvider(), now=NOW)
    assert series.provenance.synthetic
    assert series.provenance.provider == "synthetic"
    assert any("SYNTHETIC" in warning for warning in series.provenance.warnings)
    assert (len(series.window), series.warmup_bars) == (252, 250)


def test_daily_bars_from_files_need_neither_pandas_nor_yfinance(tmp_path):
    write_daily(tmp_path, "ABC", weekdays_from(date(2023, 6, 1), 400), [100.0 + n % 9 for n in range(400)])
    program = f"""
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from bgagent.data.folder import FolderProvider
from bgagent.data.load import load_series
from bgagent.periods import Period
provider = FolderProvider([Path({str(tmp_path)!r})])
period = Period(date(2024, 1, 1), date(2024, 6, 30))
load_series("ABC", period, warmup_bars=100, provider=provider, now=datetime(2026, 1, 1, tzinfo=UTC))
print([name for name in ("pandas", "yfinance", "exchange_calendars", "pyarrow") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
