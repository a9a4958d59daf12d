"""Prices in one currency as an account in another would have seen them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bgagent.data.conversion import converted
from bgagent.data.folder import FolderProvider
from bgagent.data.load import load_series
from bgagent.data.series import Series
from bgagent.errors import DataUnavailable
from bgagent.periods import Period

NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
HEAD = "date,open,high,low,close,volume\n"
SHARE = HEAD + "2024-01-02,100,110,90,105,1000\n2024-01-03,106,108,104,107,2000\n2024-01-04,107,109,106,108,1500\n"
RATE = HEAD + "2024-01-02,1.2,1.2,1.2,1.2,0\n2024-01-04,1.25,1.25,1.25,1.25,0\n"


def share(folder: Path) -> Series:
    """Three sessions of a share in euros, the first of them warm-up."""
    (folder / "SAP.DE.csv").write_text(SHARE)
    period = Period(date(2024, 1, 3), date(2024, 1, 4))
    return load_series("SAP.DE", period, warmup_bars=1, provider=FolderProvider([folder]), now=NOW)


def test_each_price_is_multiplied_by_the_days_rate(tmp_path):
    series = share(tmp_path)
    assert series.provenance.currency == "EUR"
    (tmp_path / "EURUSD=X.csv").write_text(RATE)
    dollars = converted(series, "USD", provider=FolderProvider([tmp_path]), now=NOW)
    # of 3 January there is no rate: that of the 2nd stands
    assert dollars.bars.open.tolist() == pytest.approx([106 * 1.2, 107 * 1.25])
    assert dollars.bars.close.tolist() == pytest.approx([107 * 1.2, 108 * 1.25])
    assert dollars.bars.volume.tolist() == [2000, 1500]
    assert (dollars.warmup_bars, dollars.provenance.warmup_bars) == (0, 0)
    assert dollars.provenance.currency == "USD"
    assert dollars.provenance.sha256 != series.provenance.sha256
    assert any("EUR turned into USD" in text for text in dollars.provenance.warnings)


def test_a_rate_quoted_the_other_way_round_is_turned_over(tmp_path):
    series = share(tmp_path)
    (tmp_path / "USDEUR=X.csv").write_text(HEAD + "2024-01-02,0.8,0.8,0.8,0.8,0\n")
    dollars = converted(series, "USD", provider=FolderProvider([tmp_path]), now=NOW)
    assert dollars.bars.close.tolist() == pytest.approx([107 / 0.8, 108 / 0.8])


def test_without_rates_nothing_is_converted(tmp_path):
    with pytest.raises(DataUnavailable, match="no rate of EUR in USD"):
        converted(share(tmp_path), "USD", provider=FolderProvider([tmp_path]), now=NOW)


def test_what_is_in_no_known_currency_cannot_be_converted(tmp_path):
    series = share(tmp_path)
    unknown = replace(series, provenance=replace(series.provenance, currency=None))
    with pytest.raises(ValueError, match="its currency is not known"):
        converted(unknown, "USD", provider=FolderProvider([tmp_path]), now=NOW)
