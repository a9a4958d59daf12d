"""The rules for providers: those that are here keep to them, and each broken one is named."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from bgagent.data.conformance import Sample, violations
from bgagent.data.folder import FolderProvider
from bgagent.data.series import RawSeries
from bgagent.data.synthetic import SyntheticProvider
from bgagent.errors import DataUnavailable
from bgagent.periods import Period, Timeframe
from tests.data.remote import RemoteProvider
from tests.data.test_yahoo import chart, provider_at
from tests.data.yahoo_server import chart_error, yahoo_server

NOW = datetime(2024, 6, 28, 22, tzinfo=UTC)
PERIOD = Period(date(2024, 1, 2), date(2024, 3, 28))
SAMPLE = Sample("ABC", PERIOD, NOW, secrets=("sesame",))
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "sqlite_provider"


class Known(RemoteProvider):
    """The remote double, for one symbol only; `change` alters what it gives."""

    def __init__(self, change=lambda raw: raw) -> None:
        super().__init__(date(2020, 1, 2))
        self.change = change

    def fetch(self, symbol: str, period: Period, timeframe: Timeframe, now: datetime) -> RawSeries:
        if symbol != "ABC":
            raise DataUnavailable(f"a remote source knows no {symbol}")
        return self.change(super().fetch(symbol, period, Timeframe.DAY, now))


def test_the_providers_that_are_here_keep_to_every_rule(tmp_path: Path):
    (tmp_path / "files").mkdir()
    lines = [f"{date(2024, 1, 2) + timedelta(n)},10,11,9,10,5,0,0" for n in range(86)]
    (tmp_path / "files" / "ABC.csv").write_text(
        "\n".join(["date,open,high,low,close,volume,dividends,splits", *lines]) + "\n"
    )
    assert violations(FolderProvider([tmp_path / "files"]), SAMPLE, tmp_path / "a") == ()
    assert violations(Known(), SAMPLE, tmp_path / "b") == ()
    for timeframe in (Timeframe.DAY, Timeframe.MINUTE_5):
        week = replace(SAMPLE, timeframe=timeframe, period=Period(date(2024, 1, 2), date(2024, 1, 9)))
        assert violations(SyntheticProvider(), week, tmp_path / "c") == ()


def test_yahoo_keeps_to_every_rule(tmp_path: Path):
    days = [str(date(2024, 1, 2) + timedelta(n)) for n in range(86) if (date(2024, 1, 2) + timedelta(n)).weekday() < 5]

    def reply(symbol: str, query: dict[str, str]):
        if symbol != "ABC":
            return chart_error("Not Found", "No data found, symbol may be delisted")
        first, last = (datetime.fromtimestamp(int(query.get(name, 0)), UTC).date() for name in ("period1", "period2"))
        asked = [day for day in days if "period1" not in query or first <= date.fromisoformat(day) < last]
        return chart(symbol, asked, [10.0 + int(day[-2:]) % 5 for day in asked])

    with yahoo_server(reply) as server:
        assert violations(provider_at(server.url, tmp_path), SAMPLE, tmp_path / "cache") == ()


def shifted(raw: RawSeries) -> RawSeries:
    return replace(raw, times=raw.times + np.timedelta64(5, "h"))


def by_window(raw: RawSeries) -> RawSeries:
    scale = 1.0 / len(raw)
    return replace(raw, **{name: getattr(raw, name) * scale for name in ("open", "high", "low", "close")})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda raw: replace(raw, symbol="ABCD"), "is of ABCD"),
        (lambda raw: replace(raw, provider="other"), "says it is from 'other'"),
        (lambda raw: replace(raw, timeframe=Timeframe.MONTH), "do not add up"),
        (lambda raw: replace(raw, fetched_at=None), "fetched_at"),
        (lambda raw: replace(raw, split_basis=date(2030, 1, 1)), "lies in the future"),
        (lambda raw: replace(raw, synthetic=True), "made up"),
        (lambda raw: replace(raw, source=""), "`source` is empty"),
        (lambda raw: replace(raw, volume=raw.volume.astype(int)), "volume is int64"),
        (lambda raw: replace(raw, times=raw.times.astype("datetime64[ns]")), "times are datetime64[ns]"),
        (shifted, "not midnight"),
        (lambda raw: replace(raw, dividends=raw.dividends - 1), "dividends has a value below 0"),
        (lambda raw: replace(raw, close=raw.close * np.nan), "rows have usable prices"),
        (lambda raw: replace(raw, low=raw.high + 1), "mixed-up columns"),
        (lambda raw: raw.take(raw.sessions < np.datetime64("2023-01-01")), "no row lies in"),
        (lambda raw: replace(raw, volume=raw.volume + np.random.default_rng().uniform()), "different rows"),
        (by_window, "when another window is asked for"),
        (lambda raw: ["rows"], "gives list"),
    ],
)
def test_a_broken_rule_is_named(tmp_path: Path, change, named):
    assert named in " | ".join(violations(Known(change), SAMPLE, tmp_path))


def test_an_unknown_symbol_that_is_answered_is_named(tmp_path: Path):
    found = violations(RemoteProvider(date(2020, 1, 2)), SAMPLE, tmp_path)
    assert any("NOSUCHSYMBOLXYZ" in line for line in found)


def test_what_is_no_provider_is_named(tmp_path: Path):
    assert violations(object(), SAMPLE, tmp_path) == ("it lacks one of name, remote, synthetic, where and fetch",)
    odd = Known()
    odd.name, odd.where, odd.remote = "Two Words", "", 1
    assert len(violations(odd, SAMPLE, tmp_path)) == 3

    class Talkative(Known):
        def __repr__(self) -> str:
            return "Talkative(key='sesame')"

    assert violations(Talkative(), SAMPLE, tmp_path) == ("its repr shows a key",)


def test_the_example_package_passes_its_own_tests():
    environment = {**os.environ, "PYTHONPATH": str(EXAMPLE)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(EXAMPLE / "test_sqlite_provider.py")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout
