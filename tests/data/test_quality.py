"""What is odd about bars: known-bad series are caught, their repaired twins pass."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from bgagent.bars import Bars, daily_bars
from bgagent.data.calendars import sessions
from bgagent.data.csv_file import read_csv
from bgagent.data.findings import Finding, Severity
from bgagent.data.folder import FolderProvider
from bgagent.data.load import load_series
from bgagent.data.markets import market_of
from bgagent.data.quality import examine
from bgagent.periods import Period, Trading
from tests.data.shared_market import MARKET, needs_market

NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
STOCK = market_of("ABC")


def bars_of(closes, *, days=None, **columns) -> Bars:
    close = np.array(closes, dtype=float)
    if days is None:
        days = sessions(Trading.EXCHANGE, Period(date(2024, 1, 2), date(2026, 1, 1)))[: len(close)]
    prices = {name: np.array(columns.get(name, close), dtype=float) for name in ("open", "high", "low")}
    volume = np.array(columns.get("volume", np.full(len(close), 1000.0)), dtype=float)
    return daily_bars("ABC", np.array(days, "datetime64[D]"), prices | {"close": close, "volume": volume})


def found(bars: Bars, symbol: str = "ABC", trading: Trading = Trading.EXCHANGE) -> dict[str, Finding]:
    return {finding.code: finding for finding in examine(bars, market_of(symbol), trading)}


def wavy(count: int) -> list[float]:
    return [100.0 + row % 7 for row in range(count)]


def test_ordinary_bars_have_nothing_odd():
    assert found(bars_of(wavy(300))) == {}


def test_an_unadjusted_split_is_named_with_its_day_and_ratio():
    closes = [100.0, 101.0, 102.0, 25.6, 25.4]
    jump = found(bars_of(closes))["jump"]
    assert jump.severity is Severity.REJECT
    assert jump.days == (date(2024, 1, 5),)
    assert "unadjusted split (4 for 1)" in jump.text
    two_for_one = found(bars_of([100.0, 101.0, 50.6]))["jump"]
    assert two_for_one.severity is Severity.CAUTION
    reverse = found(bars_of([1.0, 1.01, 10.2]))["jump"]
    assert "reverse split (1 for 10)" in reverse.text


def test_a_hundredfold_jump_is_a_change_of_unit():
    assert "pence and pounds" in found(bars_of([14.5, 14.6, 0.1455]))["jump"].text


def test_a_fall_through_a_wide_bar_is_no_jump():
    # down 66 % from close to close, but the bar itself reaches back to where the last one was
    assert "jump" not in found(bars_of([3.0, 1.0], high=[3.0, 3.0], low=[2.0, 1.0], open=[3.0, 3.0]))


def test_open_or_close_outside_of_the_range():
    odd = found(bars_of([10.0, 11.0], open=[10.0, 12.0], high=[10.0, 11.5], low=[10.0, 10.0]))["inconsistent_range"]
    assert odd.severity is Severity.CAUTION
    assert odd.days == (date(2024, 1, 3),)


def test_missing_and_extra_sessions():
    days = list(sessions(Trading.EXCHANGE, Period(date(2024, 1, 2), date(2024, 12, 31))))
    del days[100]
    days.append(np.datetime64("2025-01-01"))
    odd = found(bars_of(wavy(len(days)), days=days))
    assert odd["missing_sessions"].severity is Severity.NOTE
    assert len(odd["missing_sessions"].days) == 1
    assert odd["extra_sessions"].days == (date(2025, 1, 1),)
    del days[20:40]
    assert found(bars_of(wavy(len(days)), days=days))["missing_sessions"].severity is Severity.CAUTION


def test_crypto_misses_weekends_and_currencies_do_not():
    days = sessions(Trading.WEEKDAYS, Period(date(2024, 1, 1), date(2024, 3, 31)))
    bars = bars_of(wavy(len(days)), days=days, volume=np.zeros(len(days)))
    assert found(bars, "EURUSD=X", Trading.WEEKDAYS) == {}
    assert found(bars, "BTC-USD", Trading.ALWAYS)["missing_sessions"].severity is Severity.CAUTION


def test_elsewhere_only_long_gaps_are_named():
    days = list(sessions(Trading.WEEKDAYS, Period(date(2024, 1, 1), date(2024, 6, 28))))
    assert list(found(bars_of(wavy(len(days)), days=days), "SAP.DE")) == ["calendar_unknown"]
    del days[40:60]
    assert "missing_sessions" in found(bars_of(wavy(len(days)), days=days), "SAP.DE")


def test_prices_that_stand_still_and_volume_that_is_not_there():
    closes = [*wavy(30), *[100.0] * 8, *wavy(30)]
    stale = found(bars_of(closes))["stale_prices"]
    assert "up to 8 bars" in stale.text or "up to 9 bars" in stale.text
    assert found(bars_of(wavy(5), volume=[1, 0, 1, 1, 1]))["zero_volume"].days == (date(2024, 1, 3),)
    assert "rules on volume" in found(bars_of(wavy(5), volume=[0] * 5))["no_volume"].text
    assert found(bars_of(wavy(5), volume=[0] * 5), "^GSPC") == {}


@needs_market
@pytest.mark.parametrize(
    ("name", "symbol", "code"),
    [
        ("AET-L-1d-100x-error", "AET.L", "jump"),
        ("ALPHA-PA-1d-bad-stock-split", "ALPHA.PA", "jump"),
        ("4063-T-1d-bad-stock-split", "4063.T", "jump"),
        ("8TRA-DE-1d-missing-div-adjust", "8TRA.DE", "dividends_disagree"),
    ],
)
def test_known_bad_series_are_caught_and_their_repaired_twins_pass(tmp_path, name, symbol, code):
    for suffix, is_bad in (("", True), ("-fixed", False)):
        directory = tmp_path / f"case{suffix}"
        directory.mkdir()
        content = (MARKET / "quality" / f"{name}{suffix}.csv").read_bytes()
        (directory / f"{symbol}.csv").write_bytes(content)
        days = sorted(read_csv(directory / f"{symbol}.csv", symbol).times.astype(str))
        period = Period(date.fromisoformat(days[0][:10]), date.fromisoformat(days[-1][:10]))
        series = load_series(symbol, period, warmup_bars=0, provider=FolderProvider([directory]), now=NOW)
        serious = {finding.code for finding in series.findings if finding.severity is not Severity.NOTE}
        assert (code in serious) is is_bad
        if not is_bad:
            assert serious == set()


@needs_market
def test_the_daily_files_have_no_jump_that_is_none():
    # twenty of the most traded names over all their years: no false alarm about prices
    provider = FolderProvider([MARKET / "daily"])
    for symbol in (
        "AAPL",
        "NVDA",
        "TSLA",
        "GE",
        "SMCI",
        "BTC-USD",
        "ETH-USD",
        "SPY",
        "TQQQ",
        "^VIX",
        "COIN",
        "RELIANCE.NS",
    ):
        period = Period(date(2010, 1, 1), date(2026, 12, 31))
        series = load_series(symbol, period, warmup_bars=0, provider=provider, now=NOW)
        assert [finding.text for finding in series.findings if finding.severity is Severity.REJECT] == []
