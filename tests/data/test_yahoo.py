"""Yahoo through the real client library, against a server on loopback."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from bgagent.data.load import load_series
from bgagent.data.series import PriceMode
from bgagent.data.yahoo import YahooProvider
from bgagent.errors import DataUnavailable
from bgagent.periods import Period, Timeframe
from tests.data.shared_market import MARKET, needs_market
from tests.data.yahoo_server import Reply, chart_error, recorded, yahoo_server

NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
WINDOW = Period(date(2020, 8, 1), date(2026, 11, 20))


def recorded_file(name: str) -> Callable[[str, dict[str, str]], Reply]:
    content = (MARKET / "yahoo" / name).read_bytes()
    reply = recorded(gzip.decompress(content) if name.endswith(".gz") else content)
    return lambda _symbol, _query: reply


def chart(symbol: str, days: list[str], closes: list[float | None], **events: object) -> Reply:
    """An answer of Yahoo's shape: one bar a day, opened at 14:30 UTC."""
    stamps = [int(datetime.fromisoformat(f"{day}T14:30:00+00:00").timestamp()) for day in days]
    quote = dict.fromkeys(("open", "high", "low", "close"), closes) | {"volume": [1000] * len(days)}
    meta: dict[str, object] = {
        "currency": "USD",
        "symbol": symbol,
        "instrumentType": "EQUITY",
        "exchangeTimezoneName": "America/New_York",
    }
    meta["validRanges"] = ["1d", "max"]
    hours = {"timezone": "EST", "gmtoffset": -18000}
    meta["tradingPeriods"] = [[hours | {"start": stamp, "end": stamp + 23_400}] for stamp in stamps]
    result = {"meta": meta, "timestamp": stamps, "events": events}
    result["indicators"] = {"quote": [quote], "adjclose": [{"adjclose": closes}]}
    return 200, json.dumps({"chart": {"result": [result], "error": None}}).encode()


def provider_at(url: str, directory: Path, **options: object) -> YahooProvider:
    waits: list[float] = []
    options = {"timeout_s": 30.0, "wait": waits.append} | options
    provider = YahooProvider(directory, base_url=url, lock_dir=directory, **options)
    provider.waits = waits
    return provider


@needs_market
@pytest.mark.parametrize(
    ("file", "symbol", "rows", "currency"),
    [
        ("AAPL_1d_split_and_dividend.json", "AAPL", 49, "USD"),
        ("BTC-USD_1d.json", "BTC-USD", 3, "USD"),
        ("EURUSD=X_1d.json", "EURUSD=X", 3, "USD"),
        ("GC=F_1d.json", "GC=F", 1, "USD"),
        ("OCDO.L_1d_pence.json", "OCDO.L", 1, "GBp"),
        ("WSKT.JK_1d.json", "WSKT.JK", 1, "IDR"),
        ("WSU.DE_1d.json", "WSU.DE", 3, "EUR"),
        ("TSLA_1d_since_ipo.json.gz", "TSLA", 3303, "USD"),
    ],
)
def test_recorded_answers_are_read(tmp_path, file, symbol, rows, currency):
    content = (MARKET / "yahoo" / file).read_bytes()
    answer = json.loads(gzip.decompress(content) if file.endswith(".gz") else content)["response"]["body"]["chart"][
        "result"
    ][0]
    closes = [close for close in answer["indicators"]["quote"][0]["close"] if close is not None]
    with yahoo_server(recorded_file(file)) as server:
        series = provider_at(server.url, tmp_path).fetch(symbol, WINDOW, Timeframe.DAY, NOW)
    assert len(series) == rows
    assert series.currency == currency
    np.testing.assert_array_equal(series.close, closes)
    assert series.split_basis == NOW.date()
    assert series.fetched_at == NOW


@needs_market
def test_splits_and_dividends_come_with_their_days(tmp_path):
    with yahoo_server(recorded_file("AAPL_1d_split_and_dividend.json")) as server:
        series = provider_at(server.url, tmp_path).fetch("AAPL", WINDOW, Timeframe.DAY, NOW)
    assert {str(day): ratio for day, ratio in zip(series.sessions, series.splits, strict=True) if ratio} == {
        "2020-08-31": 4.0
    }
    assert {str(day): cash for day, cash in zip(series.sessions, series.dividends, strict=True) if cash} == {
        "2020-11-06": 0.205
    }


@needs_market
def test_adjusting_by_dividends_agrees_with_yahoos_own_adjusted_close(tmp_path):
    with yahoo_server(recorded_file("MSFT_1d_dividends_2021.json")) as server:
        provider = provider_at(server.url, tmp_path)
        raw = provider.fetch("MSFT", WINDOW, Timeframe.DAY, NOW)
        period = Period(date(2021, 1, 1), date(2022, 1, 31))
        series = load_series("MSFT", period, warmup_bars=0, provider=provider, now=NOW)
    expected = raw.adj_close / raw.adj_close[-1] * raw.close[-1]
    np.testing.assert_allclose(series.bars.close, expected, rtol=2e-6)
    assert not any("disagree" in warning for warning in series.provenance.warnings)


@needs_market
def test_a_window_before_a_split_has_the_prices_of_its_time(tmp_path):
    # NVDA split 4 for 1 on 2021-07-20; on 1 June 2021 it closed at 650.58, which Yahoo gives as 16.26 (10 for 1 later)
    with yahoo_server(recorded_file("NVDA_1d_split_2021.json")) as server:
        provider, period = provider_at(server.url, tmp_path), Period(date(2021, 5, 1), date(2021, 6, 1))
        series = load_series("NVDA", period, warmup_bars=0, provider=provider, now=NOW, price_mode=PriceMode.SPLIT)
    assert series.bars.close[-1] == pytest.approx(
        650.58 / 10, abs=0.01
    )  # the split of 2024 lies outside of this answer


def test_empty_rows_are_left_out_and_named(tmp_path):
    days = ["2026-11-16", "2026-11-17", "2026-11-18"]
    with yahoo_server(lambda symbol, _query: chart(symbol, days, [10.0, None, 11.0])) as server:
        period = Period(date(2026, 11, 1), date(2026, 11, 20))
        series = load_series("NULLS", period, warmup_bars=0, provider=provider_at(server.url, tmp_path), now=NOW)
    assert series.bars.close.tolist() == [10.0, 11.0]
    assert any("2026-11-17" in warning for warning in series.provenance.warnings)


@pytest.mark.parametrize(
    ("name", "reply", "message"),
    [
        ("UNKN", chart_error("Not Found", "No data found, symbol may be delisted"), "Yahoo knows no symbol UNKN"),
        ("HTML", (200, b"<html>Sorry</html>"), "format may have changed"),
        ("ODD", (200, b'{"chart": {"result": [{"meta": {}}], "error": null}}'), "format may have changed"),
        ("DOWN", (500, b"oops"), "Yahoo does not answer for DOWN"),
        ("BUSY", (429, b"Too Many Requests"), "Yahoo answers too many requests"),
    ],
)
def test_each_trouble_has_its_own_words(tmp_path, name, reply, message):
    with yahoo_server(lambda _symbol, _query: reply) as server:
        provider = provider_at(server.url, tmp_path, timeout_s=20.0)
        with pytest.raises(DataUnavailable) as refused:
            provider.fetch(name, WINDOW, Timeframe.DAY, NOW)
    assert message in refused.value.message
    assert "\n" not in refused.value.message


def test_offline_names_the_ways_out(tmp_path):
    with socket.socket() as taken:  # bound but not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        provider = provider_at(f"http://127.0.0.1:{taken.getsockname()[1]}", tmp_path)
        with pytest.raises(DataUnavailable, match="offline") as refused:
            provider.fetch("AAPL", WINDOW, Timeframe.DAY, NOW)
    assert "--data demo" in refused.value.hint
    assert "--data DIR" in refused.value.hint


def test_a_rate_limit_is_waited_out_within_the_time(tmp_path):
    answers = [(429, b"Too Many Requests")] * 4  # yfinance itself asks twice each time

    def reply(symbol: str, query: dict[str, str]) -> Reply:
        if "period1" in query and answers:
            return answers.pop()
        return chart(symbol, ["2026-11-18", "2026-11-19"], [10.0, 11.0])

    with yahoo_server(reply) as server:
        patient = provider_at(server.url, tmp_path, timeout_s=600.0)
        assert len(patient.fetch("WAIT", WINDOW, Timeframe.DAY, NOW)) == 2
    assert [round(wait / base) for wait, base in zip(patient.waits, (30, 120), strict=True)] == [1, 1]


def test_no_patience_beyond_the_time_that_the_job_has_left(tmp_path):
    with yahoo_server(lambda _symbol, _query: (429, b"Too Many Requests")) as server:
        hurried = provider_at(server.url, tmp_path, timeout_s=600.0, deadline=time.monotonic() + 60.0)
        with pytest.raises(DataUnavailable, match="asks to wait"):
            hurried.fetch("WAIT", WINDOW, Timeframe.DAY, NOW)
    assert [round(wait / 30) for wait in hurried.waits] == [1]  # two minutes more would have been too long


def test_an_answer_that_never_comes_ends_in_time(tmp_path):
    release = threading.Event()

    def reply(symbol: str, _query: dict[str, str]) -> Reply:
        release.wait(20)
        return chart(symbol, ["2026-11-18"], [10.0])

    with yahoo_server(reply) as server:
        provider = provider_at(server.url, tmp_path, timeout_s=1.0)
        with pytest.raises(DataUnavailable, match="does not answer"):
            provider.fetch("SLOW", WINDOW, Timeframe.DAY, NOW)
        release.set()


def test_bars_older_than_yahoo_keeps_are_refused_without_asking(tmp_path):
    provider = provider_at("http://127.0.0.1:1", tmp_path)
    with pytest.raises(DataUnavailable, match="Yahoo keeps 5m bars for 59 days only"):
        provider.fetch("AAPL", Period(date(2024, 5, 1), date(2024, 5, 31)), Timeframe.MINUTE_5, NOW)


def test_the_live_day_given_twice_counts_once(tmp_path):
    days = ["2026-11-18", "2026-11-19", "2026-11-20"]
    status, body = chart("LIVE", days, [10.0, 11.0, 12.0])
    answer = json.loads(body)
    result = answer["chart"]["result"][0]
    result["timestamp"].append(result["timestamp"][-1] + 3600)  # the price of the moment, as a row of its own
    for name, value in (("open", 12.0), ("high", 12.5), ("low", 12.0), ("close", 12.5), ("volume", 1100)):
        result["indicators"]["quote"][0][name] = [*result["indicators"]["quote"][0][name], value]
    result["indicators"]["adjclose"][0]["adjclose"] = result["indicators"]["quote"][0]["close"]
    with yahoo_server(lambda _symbol, _query: (status, json.dumps(answer).encode())) as server:
        period = Period(date(2026, 11, 1), date(2026, 11, 20))
        provider = provider_at(server.url, tmp_path)
        evening = load_series("LIVE", period, warmup_bars=0, provider=provider, now=NOW)
        noon = load_series("LIVE", period, warmup_bars=0, provider=provider, now=NOW.replace(hour=17))
    assert evening.bars.close.tolist() == [10.0, 11.0, 12.5]
    assert noon.bars.close.tolist() == [10.0, 11.0]  # the day is not over


def test_minutes_are_asked_for_a_week_at_a_time(tmp_path):
    def reply(symbol: str, query: dict[str, str]) -> Reply:
        start = datetime.fromtimestamp(int(query.get("period1", NOW.timestamp())), UTC).date()
        return chart(symbol, [str(start)], [float(start.day)])

    with yahoo_server(reply) as server:
        provider = provider_at(server.url, tmp_path)
        period = Period(date(2026, 11, 2), date(2026, 11, 20))
        series = provider.fetch("MINUTES", period, Timeframe.MINUTE_1, NOW)
        spans = [(int(query["period2"]) - int(query["period1"])) / 86_400 for _symbol, query in server.bar_requests()]
    assert spans == [7.0, 7.0, 5.0]
    assert [str(day) for day in series.sessions] == ["2026-11-02", "2026-11-09", "2026-11-16"]
