"""The cache with real processes: one request for many, freed by a kill, and without the heavy libraries when warm."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.data.test_yahoo import chart
from tests.data.yahoo_server import Reply, yahoo_server

_PROGRAM = """
import json, sys
from datetime import UTC, date, datetime
from pathlib import Path
from bgagent.data.cached_provider import CachedProvider
from bgagent.data.load import load_series
from bgagent.data.yahoo import YahooProvider
from bgagent.periods import Period
url, directory = sys.argv[1], Path(sys.argv[2])
now = datetime(2026, 11, 20, 22, tzinfo=UTC)
yahoo = YahooProvider(directory, base_url=url, lock_dir=directory)
provider = CachedProvider(yahoo, directory, wait_s=30.0, clock=lambda: now)
period = Period(date(2026, 11, 16), date(2026, 11, 20))
series = load_series("ABC", period, warmup_bars=2, provider=provider, now=now)
heavy = [name for name in ("yfinance", "pandas", "curl_cffi", "exchange_calendars") if name in sys.modules]
print(json.dumps({"sha256": series.provenance.sha256, "bars": len(series.bars), "heavy": heavy}))
"""
_DAYS = ["2026-11-12", "2026-11-13", "2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"]


def _start(url: str, directory: Path) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "-c", _PROGRAM, url, str(directory)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _result(process: "subprocess.Popen[str]") -> dict[str, object]:
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return json.loads(out)


def _reply(symbol: str, _query: dict[str, str]) -> Reply:
    return chart(symbol, _DAYS, [10.0 + row for row in range(len(_DAYS))])


def test_twenty_jobs_make_one_request_and_a_warm_one_needs_no_heavy_library(tmp_path):
    with yahoo_server(_reply) as server:
        results = [_result(process) for process in [_start(server.url, tmp_path) for _ in range(20)]]
        assert len(server.bar_requests()) == 1
        warm = _result(_start(server.url, tmp_path))
        assert len(server.bar_requests()) == 1
    assert warm["heavy"] == []
    assert {result["sha256"] for result in results} == {warm["sha256"]}
    assert warm["bars"] == 7


def test_a_job_killed_while_it_fetches_frees_the_way_for_the_next(tmp_path):
    is_asked, release = threading.Event(), threading.Event()

    def reply(symbol: str, query: dict[str, str]) -> Reply:
        if "period1" in query and not release.is_set():
            is_asked.set()
            release.wait(30)
        return _reply(symbol, query)

    with yahoo_server(reply) as server:
        killed = _start(server.url, tmp_path)
        assert is_asked.wait(30)
        os.kill(killed.pid, signal.SIGKILL)
        killed.communicate()
        release.set()
        assert _result(_start(server.url, tmp_path))["bars"] == 7
