"""Crypto exchanges: through ccxt itself where it is installed, and through a double that pages as exchanges do."""

import sys
from datetime import UTC, date, datetime
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bgagent.data.conformance import Sample, violations
from bgagent.data.crypto import CryptoProvider
from bgagent.data.names import is_built_in
from bgagent.data.providers import ProviderOptions, provider_of
from bgagent.errors import BadUse, DataUnavailable
from bgagent.periods import Period, Timeframe
from tests.data.json_server import json_server

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
PERIOD = Period(date(2024, 1, 1), date(2024, 2, 29))
DAY_MS = 86_400_000
FIRST = int(datetime(2023, 12, 1, tzinfo=UTC).timestamp()) * 1000


class _BaseError(Exception):
    pass


class _NetworkError(_BaseError):
    pass


class _RateLimit(_NetworkError):
    pass


class _BadSymbol(_BaseError):
    pass


class Exchange:
    """Gives at most `page` bars from `since` on, nothing before its listing."""

    page = 20
    troubles: list[Exception] = []  # noqa: RUF012 - raised by the next requests, one each

    def __init__(self, options: dict[str, Any]) -> None:
        self.markets = {"BTC/USDT": {}, "BTC/USD": {}}
        self.session = SimpleNamespace(close=lambda: None)
        self.urls = {"api": {}}

    def load_markets(self) -> dict[str, Any]:
        return self.markets

    def fetch_ohlcv(self, pair: str, timeframe: str, since: int) -> list[list[float]]:
        if self.troubles:
            raise self.troubles.pop(0)
        step = {"1d": DAY_MS, "1h": 3_600_000}[timeframe]
        begin = max(since, FIRST)
        begin = begin + -begin % step
        stop = min(int(NOW.timestamp()) * 1000, begin + self.page * step)
        return [[stamp, 10.0, 12.0, 9.0, 11.0, 5.0] for stamp in range(begin, stop, step)]


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("ccxt")
    names = {"BaseError": _BaseError, "NetworkError": _NetworkError, "RateLimitExceeded": _RateLimit,
             "DDoSProtection": _RateLimit, "BadSymbol": _BadSymbol}  # fmt: skip
    for name, kind in names.items():
        setattr(module, name, kind)
    module.pagex = Exchange
    module.exchanges = ["pagex"]
    module.__version__ = "0"
    monkeypatch.setitem(sys.modules, "ccxt", module)
    monkeypatch.setattr(Exchange, "troubles", [])
    return module


def test_pages_are_put_together_from_the_listing_on(double):
    series = CryptoProvider("pagex").fetch("BTCUSDT", Period(date(2020, 1, 1), date(2024, 2, 29)), Timeframe.WEEK, NOW)
    days = np.arange("2023-12-01", "2024-03-01", dtype="datetime64[D]")
    np.testing.assert_array_equal(series.sessions, days)
    assert (series.currency, series.provider) == ("USDT", "ccxt-pagex")


def test_the_bars_of_one_exchange_keep_to_every_rule(double, tmp_path):
    for timeframe in (Timeframe.DAY, Timeframe.HOUR_4):
        sample = Sample("BTC-USD", PERIOD, NOW, timeframe, unknown_symbol="NOSUCH-USD")
        assert violations(CryptoProvider("pagex"), sample, tmp_path / str(timeframe)) == ()


def test_an_exchange_that_gives_only_its_latest_bars_does_not_keep_us(double, monkeypatch):
    latest = [[FIRST, 10.0, 12.0, 9.0, 11.0, 5.0]]
    monkeypatch.setattr(Exchange, "fetch_ohlcv", lambda *_arguments, **_options: latest)
    with pytest.raises(DataUnavailable, match="pagex has no 1d bars"):
        CryptoProvider("pagex").fetch("BTCUSDT", PERIOD, Timeframe.DAY, NOW)


def test_patience_and_troubles(double):
    waits: list[float] = []
    Exchange.troubles = [_RateLimit("slow down")]
    patient = CryptoProvider("pagex", wait=waits.append)
    assert len(patient.fetch("BTCUSDT", PERIOD, Timeframe.DAY, NOW)) == 60
    assert len(waits) == 1
    for trouble, message in ((_BadSymbol("no"), "knows no symbol"), (_NetworkError("away"), "does not answer")):
        Exchange.troubles = [trouble]
        with pytest.raises(DataUnavailable, match=message):
            patient.fetch("BTCUSDT", PERIOD, Timeframe.DAY, NOW)
    with pytest.raises(DataUnavailable, match="AAPL is none"):
        patient.fetch("AAPL", PERIOD, Timeframe.DAY, NOW)
    with pytest.raises(BadUse, match="no exchange nosuch"):
        CryptoProvider("nosuch").fetch("BTCUSDT", PERIOD, Timeframe.DAY, NOW)


def test_an_exchange_is_chosen_by_its_name(tmp_path):
    provider = provider_of("ccxt-Kraken", ProviderOptions(tmp_path))
    assert provider.name == "ccxt-kraken"
    assert is_built_in("ccxt-kraken")
    assert not is_built_in("ccxt-")


def test_without_ccxt_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ccxt", None)
    with pytest.raises(BadUse, match="ccxt is not installed") as refused:
        CryptoProvider("kraken").fetch("BTC-USD", PERIOD, Timeframe.DAY, NOW)
    assert "bgagent[crypto]" in refused.value.hint


def test_ccxt_itself_reads_what_an_exchange_answers():
    pytest.importorskip("ccxt", reason="ccxt (extra `crypto`) is not installed")

    def answer(path: str, query: dict[str, str]):
        if path.endswith("/exchangeInfo"):
            row = {"symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT", "filters": [],
                   "permissions": ["SPOT"], "isSpotTradingAllowed": True, "baseAssetPrecision": 8,
                   "quoteAssetPrecision": 8, "quotePrecision": 8, "orderTypes": ["LIMIT"]}  # fmt: skip
            return 200, {"timezone": "UTC", "symbols": [row] if "/api/v3" in path else []}
        if not path.endswith("/klines"):
            return 200, {}
        begin = max(int(query["startTime"]), FIRST)
        stamps = range(begin, min(begin + 20 * DAY_MS, int(NOW.timestamp()) * 1000), DAY_MS)
        return 200, [
            [stamp, "10", "12", "9", "11", "5", stamp + DAY_MS - 1, "55", 1, "1", "1", "0"] for stamp in stamps
        ]

    with json_server(answer) as server:
        provider = CryptoProvider("binance", base_url=server.url)
        series = provider.fetch("BTCUSDT", PERIOD, Timeframe.DAY, NOW)
    assert len(series) == 60
    assert series.high.tolist() == [12.0] * 60
