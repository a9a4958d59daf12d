"""The provider keeps to every rule; run with pytest, with bgagent installed."""

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from bgagent_sqlite import SqliteProvider, provider

from bgagent.data.calendars import sessions
from bgagent.data.conformance import Sample, violations
from bgagent.data.load import load_series
from bgagent.data.providers import ProviderOptions
from bgagent.errors import BadUse
from bgagent.periods import Period, Timeframe, Trading

NOW = datetime(2026, 11, 20, 22, tzinfo=UTC)
PERIOD = Period(date(2024, 1, 2), date(2024, 12, 31))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """ABC: 400 dollars and more until a split of 4 for 1 on 1 July, a dividend of one dollar on 1 March."""
    path = tmp_path / "prices.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "create table bars (symbol text, day text, open real, high real, low real, close real, volume real,"
            " dividend real default 0, split real default 0, primary key (symbol, day))"
        )
        for number, day in enumerate(sessions(Trading.EXCHANGE, PERIOD).tolist()):
            price = (400.0 + number % 9) / (4 if day >= date(2024, 7, 1) else 1)
            row = ("ABC", str(day), price, price, price, price, 1000.0, float(day == date(2024, 3, 1)),
                   4.0 * (day == date(2024, 7, 1)))  # fmt: skip
            connection.execute("insert into bars values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    connection.close()
    return path


def test_it_keeps_to_every_rule(database: Path, tmp_path: Path):
    assert violations(SqliteProvider(database), Sample("ABC", PERIOD, NOW), tmp_path / "scratch") == ()


def test_splits_and_dividends_are_taken_out(database: Path):
    series = load_series("ABC", PERIOD, warmup_bars=0, provider=SqliteProvider(database), now=NOW)
    assert series.bars.close.max() < 103
    assert series.bars.close[0] == pytest.approx(100.0 * (1 - 1.0 / 404.0), rel=1e-2)


def test_minutes_are_refused(database: Path):
    with pytest.raises(Exception, match="daily bars only"):
        SqliteProvider(database).fetch("ABC", PERIOD, Timeframe.MINUTE_5, NOW)


def test_the_factory_needs_the_database(database: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("BGAGENT_SQLITE", raising=False)
    with pytest.raises(BadUse):
        provider(ProviderOptions(tmp_path))
    monkeypatch.setenv("BGAGENT_SQLITE", str(database))
    assert provider(ProviderOptions(tmp_path)).database == database
