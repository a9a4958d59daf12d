"""Money: hundredths, rates between currencies, and what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from bgagent.data.currencies import currency_of, in_main_units, load_rates, rate_symbols, refuse_mixed
from bgagent.data.folder import FolderProvider
from bgagent.data.load import load_series
from bgagent.data.series import Provenance
from bgagent.data.synthetic import SyntheticProvider
from bgagent.errors import DataUnavailable, NeedsClarification
from bgagent.periods import Period
from tests.data.raw_series import raw_series
from tests.data.shared_market import MARKET, needs_market

NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
WEEK = np.array(["2024-01-02", "2024-01-03", "2024-01-05"], dtype="datetime64[D]")


@pytest.mark.parametrize(
    ("symbol", "currency"),
    [
        ("AAPL", "USD"),
        ("OCDO.L", "GBP"),
        ("NPN.JO", "ZAR"),
        ("TEVA.TA", "ILS"),
        ("SAP.DE", "EUR"),
        ("BTCUSDT", "USD"),
        ("ETH-EUR", "EUR"),
        ("JPY=X", "JPY"),
        ("^FTSE", "GBP"),
        ("^WHAT", None),
    ],
)
def test_the_currency_of_a_symbol(symbol, currency):
    assert currency_of(symbol) == currency


def test_pence_are_shown_in_pounds():
    raw = replace(raw_series([250.0, 260.0], dividends=[0, 5.0], adj_close=[245.0, 260.0]), currency="GBp")
    shown = in_main_units(raw)
    assert shown.currency == "GBP"
    assert shown.close.tolist() == [2.5, 2.6]
    assert shown.dividends.tolist() == [0, 0.05]
    assert shown.adj_close.tolist() == [2.45, 2.6]
    assert shown.volume.tolist() == raw.volume.tolist()
    assert "pence" in shown.findings[0].text
    assert in_main_units(shown) is shown


def test_a_london_share_comes_in_pounds(tmp_path: Path):
    (tmp_path / "OCDO.L.csv").write_text("date,open,high,low,close,volume\n2024-01-02,700,710,690,705,1000\n")
    period = Period(date(2024, 1, 2), date(2024, 1, 2))
    series = load_series("OCDO.L", period, warmup_bars=0, provider=FolderProvider([tmp_path]), now=NOW)
    assert series.bars.close.tolist() == [7.05]
    assert series.provenance.currency == "GBP"
    assert any("pence" in warning for warning in series.provenance.warnings)


def write_rates(directory: Path, symbol: str, rates: dict[str, float]) -> FolderProvider:
    lines = [f"{day},{rate},{rate},{rate},{rate}" for day, rate in rates.items()]
    (directory / f"{symbol}.csv").write_text("\n".join(["date,open,high,low,close", *lines]) + "\n")
    return FolderProvider([directory])


@pytest.mark.parametrize(
    ("symbol", "of", "into", "expected"),
    [
        ("EURUSD=X", "EUR", "USD", [2.0, 4.0, 4.0]),
        ("EURUSD=X", "USD", "EUR", [0.5, 0.25, 0.25]),
        ("JPY=X", "USD", "JPY", [2.0, 4.0, 4.0]),
        ("JPY=X", "JPY", "USD", [0.5, 0.25, 0.25]),
        ("GBPUSD", "GBp", "USDT", [2.0, 4.0, 4.0]),
    ],
)
def test_rates_are_those_of_the_last_close_known(tmp_path, symbol, of, into, expected):
    provider = write_rates(tmp_path, symbol, {"2023-12-29": 1.0, "2024-01-02": 2.0, "2024-01-04": 4.0})
    found = load_rates(of, into, np.append(WEEK[:1], WEEK[2:].repeat(2)), provider=provider, now=NOW)
    assert found.rates.tolist() == expected
    assert found.source == symbol


def test_no_rate_is_taken_from_the_day_after(tmp_path):
    provider = write_rates(tmp_path, "EURUSD=X", {"2024-01-02": 2.0, "2024-01-04": 4.0})
    assert load_rates("EUR", "USD", WEEK, provider=provider, now=NOW).rates.tolist() == [2.0, 2.0, 4.0]


def test_one_currency_needs_no_series(tmp_path):
    assert load_rates("GBp", "GBP", WEEK, provider=FolderProvider([tmp_path]), now=NOW).rates.tolist() == [1.0] * 3


def test_a_missing_or_holed_rate_is_refused(tmp_path):
    with pytest.raises(DataUnavailable, match=r"no rate of EUR in USD .*EURUSD=X, USDEUR=X"):
        load_rates("EUR", "USD", WEEK, provider=FolderProvider([tmp_path]), now=NOW)
    provider = write_rates(tmp_path, "EURUSD=X", {"2023-12-01": 1.0})
    with pytest.raises(DataUnavailable, match="no rate for 2024-01-02"):
        load_rates("EUR", "USD", WEEK, provider=provider, now=NOW)
    provider = write_rates(tmp_path, "EURUSD=X", {"2024-01-03": 1.0})
    with pytest.raises(DataUnavailable, match="no rate for 2024-01-02"):
        load_rates("EUR", "USD", WEEK, provider=provider, now=NOW)


@needs_market
def test_recorded_rates_turn_dollars_into_euros_and_back():
    provider = FolderProvider([MARKET / "daily"])
    there = load_rates("EUR", "USD", WEEK, provider=provider, now=NOW)
    back = load_rates("USD", "EUR", WEEK, provider=provider, now=NOW)
    np.testing.assert_allclose(there.rates * back.rates, 1.0)
    assert 1.08 < there.rates[0] < 1.11  # January 2024


def test_every_candidate_is_a_currency_pair():
    for symbol, _ in rate_symbols("EUR", "USD"):
        assert currency_of(symbol) in ("USD", "EUR"), symbol


def origin(symbol: str, currency: str | None) -> Provenance:
    period = Period(date(2024, 1, 2), date(2024, 1, 10))
    series = load_series(symbol, period, warmup_bars=0, provider=SyntheticProvider(), now=NOW)
    return replace(series.provenance, currency=currency)


def test_mixed_money_is_refused_with_a_question():
    refuse_mixed("USD", [origin("AAPL", "USD"), origin("BTCUSDT", "USDT"), origin("^WHAT", None)])
    with pytest.raises(NeedsClarification, match=r"capital is in USD, but SAP\.DE in EUR") as refused:
        refuse_mixed("USD", [origin("SAP.DE", "EUR")])
    assert refused.value.questions == ("How much EUR does the test start with?",)
    with pytest.raises(NeedsClarification) as refused:
        refuse_mixed("USD", [origin("SAP.DE", "EUR"), origin("AAPL", "USD")])
    assert refused.value.questions == ("Which of them should be tested, those in EUR or those in USD?",)
