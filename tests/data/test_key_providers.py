"""Alpaca and Tiingo through the real HTTP client, against a server on loopback."""

import socket
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from bgagent.data.alpaca import AlpacaProvider
from bgagent.data.cached_provider import CachedProvider
from bgagent.data.calendars import sessions
from bgagent.data.conformance import Sample, violations
from bgagent.data.load import load_series
from bgagent.data.providers import ProviderOptions, provider_of
from bgagent.data.series import PriceMode
from bgagent.data.tiingo import TiingoProvider
from bgagent.errors import BadUse, DataUnavailable
from bgagent.periods import Period, Timeframe, Trading
from tests.data.json_server import json_server

NOW = datetime(2024, 3, 29, 22, tzinfo=UTC)
PERIOD = Period(date(2024, 1, 2), date(2024, 3, 28))
DAYS = [str(day) for day in sessions(Trading.EXCHANGE, PERIOD)]
SPLIT_ON, PAID_ON = "2024-02-01", "2024-02-20"
KEYS = ("sesame-key", "sesame-secret")


def price(day: str) -> float:
    """As traded: 200 dollars and more until a split of 2 for 1."""
    return (200.0 + DAYS.index(day) % 5) / (2 if day >= SPLIT_ON else 1)


def alpaca(path: str, query: dict[str, str]):
    if path == "/v1/corporate-actions":
        actions = {
            "cash_dividends": [{"symbol": "ABC", "rate": 0.5, "ex_date": PAID_ON, "payable_date": "2024-03-05"}],
            "forward_splits": [{"symbol": "ABC", "new_rate": 2, "old_rate": 1, "ex_date": SPLIT_ON}],
        }
        return 200, {"corporate_actions": actions, "next_page_token": None}
    if path != "/v2/stocks/ABC/bars":
        return 200, {"bars": None, "symbol": path.split("/")[3], "next_page_token": None}
    if query["timeframe"] == "1Day":
        stamps = [(f"{day}T05:00:00Z", price(day)) for day in DAYS]  # midnight in New York, winter
    else:
        clocks = [f"{hour:02d}:{minute:02d}" for hour in range(12, 23) for minute in (0, 30)]
        stamps = [(f"{day}T{clock}:00Z", price(day)) for day in DAYS[:5] for clock in clocks]
    stamps = [(stamp, close) for stamp, close in stamps if query["start"] <= stamp[:10] <= query["end"][:10]]
    start = int(query.get("page_token", "0"))
    page = stamps[start : start + 25]
    rows = [{"t": stamp, "o": close, "h": close + 1, "l": close - 1, "c": close, "v": 1000} for stamp, close in page]
    token = str(start + 25) if start + 25 < len(stamps) else None
    return 200, {"bars": rows, "symbol": "ABC", "next_page_token": token}


def tiingo(path: str, query: dict[str, str]):
    if path != "/tiingo/daily/ABC/prices":
        return 404, {"detail": "Error: Ticker 'NOSUCHSYMBOLXYZ' not found"}
    wanted = [day for day in DAYS if query["startDate"] <= day <= query["endDate"]]
    return 200, [
        {"date": f"{day}T00:00:00.000Z", "open": price(day), "high": price(day) + 1, "low": price(day) - 1,
         "close": price(day), "volume": 1000, "adjClose": adjusted(day), "divCash": 0.5 * (day == PAID_ON),
         "splitFactor": 2.0 if day == SPLIT_ON else 1.0}
        for day in wanted
    ]  # fmt: skip


def adjusted(day: str) -> float:
    before = DAYS[DAYS.index(PAID_ON) - 1]
    factor = 1 - 0.5 / price(before) if day < PAID_ON else 1.0
    return price(day) * factor / (2 if day < SPLIT_ON else 1)


def alpaca_at(url: str, **options: object) -> AlpacaProvider:
    return AlpacaProvider(*KEYS, base_url=url, **options)


def tiingo_at(url: str, **options: object) -> TiingoProvider:
    return TiingoProvider(KEYS[0], base_url=url, **options)


BOTH = [(alpaca, alpaca_at), (tiingo, tiingo_at)]


@pytest.mark.parametrize(("answer", "provider_at"), BOTH)
def test_they_keep_to_every_rule(tmp_path: Path, answer: Callable, provider_at: Callable):
    with json_server(answer) as server:
        found = violations(provider_at(server.url), Sample("ABC", PERIOD, NOW, secrets=KEYS), tmp_path)
    assert found == ()


@pytest.mark.parametrize(("answer", "provider_at"), BOTH)
def test_prices_as_traded_are_adjusted_here(answer: Callable, provider_at: Callable):
    with json_server(answer) as server:
        series = load_series("ABC", PERIOD, warmup_bars=0, provider=provider_at(server.url), now=NOW)
        raw = load_series(
            "ABC", PERIOD, warmup_bars=0, provider=provider_at(server.url), now=NOW, price_mode=PriceMode.RAW
        )
    np.testing.assert_allclose(series.bars.close, [adjusted(day) for day in DAYS], rtol=1e-9)
    np.testing.assert_allclose(raw.bars.close, [price(day) for day in DAYS])
    assert series.provenance.currency == "USD"


def test_alpaca_is_asked_page_by_page_for_prices_as_traded_with_both_keys():
    with json_server(alpaca) as server:
        alpaca_at(server.url).fetch("ABC", PERIOD, Timeframe.DAY, NOW)
        bars = [query for path, query, _ in server.asked if path.endswith("/bars")]
        headers = server.asked[0][2]
    assert [query.get("page_token") for query in bars] == [None, "25", "50"]
    assert {query["adjustment"] for query in bars} == {"raw"}
    assert bars[0]["end"] == "2024-03-29T21:44:00Z"  # nothing of the last quarter of an hour
    assert (headers["apca-api-key-id"], headers["apca-api-secret-key"]) == KEYS


def test_alpaca_hours_are_those_of_the_session(tmp_path: Path):
    period = Period(date(2024, 1, 2), date(2024, 1, 8))
    with json_server(alpaca) as server:
        provider = CachedProvider(alpaca_at(server.url), tmp_path, clock=lambda: NOW)
        series = load_series("ABC", period, Timeframe.HOUR_1, warmup_bars=0, provider=provider, now=NOW)
        asked = len(server.asked)
        load_series("ABC", period, Timeframe.HOUR_1, warmup_bars=0, provider=provider, now=NOW)
        assert len(server.asked) == asked  # kept as half hours, and found as such
    assert str(series.bars.times[0]) == "2024-01-02T14:30:00"  # 09:30 in New York
    assert len(series.bars) == 5 * 7


def test_tiingo_is_asked_once_with_the_key_in_a_header():
    with json_server(tiingo) as server:
        tiingo_at(server.url).fetch("ABC", PERIOD, Timeframe.WEEK, NOW)
        assert len(server.asked) == 1
        path, query, headers = server.asked[0]
    assert headers["authorization"] == "Token sesame-key"
    assert "sesame" not in path + str(query)


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (401, {"message": "unauthorized."}, "refuses the key for ABC (HTTP 401: unauthorized.)"),
        (403, {"message": "subscription does not permit"}, "subscription does not permit"),
        (404, {"detail": "Not found."}, "knows no symbol ABC (HTTP 404: Not found.)"),
        (429, {"detail": "hourly limit"}, "asks to wait"),
        (500, b"oops", "does not answer for ABC (HTTP 500)"),
        (200, b"<html>", "format may have changed"),
        (200, {"unheard": "of"}, "format may have changed"),
    ],
)
@pytest.mark.parametrize(("answer", "provider_at"), BOTH)
def test_each_trouble_has_its_own_words(answer, provider_at, status, body, message):
    waits: list[float] = []
    with json_server(lambda _path, _query: (status, body)) as server, pytest.raises(DataUnavailable) as refused:
        provider_at(server.url, wait=waits.append).fetch("ABC", PERIOD, Timeframe.DAY, NOW)
    assert message in refused.value.message
    assert "\n" not in refused.value.message
    assert "sesame" not in refused.value.message + refused.value.hint


def test_a_service_that_asks_to_wait_is_given_the_time_it_asks_for():
    answers = [(429, {}, {"Retry-After": "7"}), (503, b""), (429, {}, {"Retry-After": "9"})]
    waits: list[float] = []
    with json_server(lambda path, query: answers.pop(0) if answers else tiingo(path, query)) as server:
        assert len(tiingo_at(server.url, wait=waits.append).fetch("ABC", PERIOD, Timeframe.DAY, NOW)) == len(DAYS)
    assert (waits[0], waits[2]) == (7.0, 9.0)


def test_no_waiting_beyond_the_time_there_is():
    waits: list[float] = []
    with json_server(lambda _path, _query: (429, {}, {"Retry-After": "3600"})) as server:
        provider = tiingo_at(server.url, wait=waits.append, deadline=time.monotonic() + 600)
        with pytest.raises(DataUnavailable, match="asks to wait"):
            provider.fetch("ABC", PERIOD, Timeframe.DAY, NOW)
    assert waits == []


def test_offline_names_the_ways_out():
    with socket.socket() as taken:  # bound but not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(DataUnavailable, match="offline"):
            tiingo_at(f"http://127.0.0.1:{taken.getsockname()[1]}").fetch("ABC", PERIOD, Timeframe.DAY, NOW)


@pytest.mark.parametrize(
    ("provider", "symbol", "timeframe"),
    [
        (tiingo_at("http://127.0.0.1:1"), "ABC", Timeframe.HOUR_1),
        (tiingo_at("http://127.0.0.1:1"), "SAP.DE", Timeframe.DAY),
        (alpaca_at("http://127.0.0.1:1"), "EURUSD=X", Timeframe.DAY),
    ],
)
def test_what_a_source_does_not_have_is_refused_without_asking(provider, symbol, timeframe):
    with pytest.raises(DataUnavailable, match=symbol):
        provider.fetch(symbol, PERIOD, timeframe, NOW)


def test_keys_come_from_the_settings_and_are_not_shown(tmp_path: Path):
    for name, missing in (("alpaca", "ALPACA_API_KEY"), ("tiingo", "TIINGO_API_KEY")):
        with pytest.raises(BadUse, match=missing):
            provider_of(name, ProviderOptions(tmp_path))
    keys = {"ALPACA_API_KEY": KEYS[0], "ALPACA_SECRET_KEY": KEYS[1], "TIINGO_API_KEY": KEYS[0]}
    for name in ("alpaca", "tiingo"):
        provider = provider_of(name, ProviderOptions(tmp_path, keys=keys))
        assert provider.name == name
        assert "sesame" not in repr(provider)
