"""The cache in front of a remote provider: what it asks for, what it serves, what it survives."""

import threading
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bgagent.data.cache import SeriesCache
from bgagent.data.cached_provider import CachedProvider
from bgagent.data.load import load_series
from bgagent.errors import DataUnavailable
from bgagent.periods import Period, Timeframe
from tests.data.remote import Clock, RemoteProvider

FIRST = date(2020, 1, 2)
YEAR = Period(date(2023, 1, 1), date(2023, 12, 31))
SOON = Period(date(2024, 1, 1), date(2024, 12, 31))


def cached(tmp_path: Path, remote: RemoteProvider, clock: Clock) -> CachedProvider:
    return CachedProvider(remote, tmp_path, wait_s=10.0, clock=clock)


def fetch(provider: CachedProvider, clock: Clock, period: Period, timeframe: Timeframe = Timeframe.DAY):
    return provider.fetch("ABC", period, timeframe, clock())


def test_one_request_serves_every_window_and_a_new_process(tmp_path):
    remote, clock = RemoteProvider(FIRST), Clock("2024-06-14")
    first = fetch(cached(tmp_path, remote, clock), clock, YEAR)
    again = fetch(cached(tmp_path, remote, clock), clock, Period(date(2021, 1, 1), date(2024, 5, 1)))
    weekly = fetch(cached(tmp_path, remote, clock), clock, YEAR, Timeframe.WEEK)
    assert len(remote.asked) == 1
    for name in ("times", "sessions", "open", "close", "volume", "dividends", "splits", "adj_close"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert (first.split_basis, first.fetched_at, first.currency) == (
        again.split_basis,
        again.fetched_at,
        again.currency,
    )
    assert weekly.timeframe is Timeframe.DAY


def test_new_days_are_appended_after_a_look_at_the_last_ten_bars(tmp_path):
    remote, clock = RemoteProvider(FIRST), Clock("2024-06-14")
    before = fetch(cached(tmp_path, remote, clock), clock, SOON)
    clock.forward(7)
    after = fetch(cached(tmp_path, remote, clock), clock, SOON)
    assert [period.start for period in remote.asked] == [date(1900, 1, 1), before.sessions[-10].item()]
    assert len(after) == len(before) + 4  # the 19th of June is a holiday
    assert after.close.tolist() == [100.0 + n for n in range(len(after))]
    assert after.split_basis == date(2024, 6, 21)


@pytest.mark.parametrize("change", ["split", "dividend"])
def test_a_change_of_basis_fetches_everything_again(tmp_path, change):
    remote, clock = RemoteProvider(FIRST), Clock("2024-06-14")
    fetch(cached(tmp_path, remote, clock), clock, SOON)
    clock.forward(7)
    if change == "split":
        remote.split = (date(2024, 6, 20), 2.0)
    else:
        remote.dividend_factor = 0.99
    after = fetch(cached(tmp_path, remote, clock), clock, SOON)
    assert [period.start for period in remote.asked][1:] != [date(1900, 1, 1)]
    assert remote.asked[-1].start == date(1900, 1, 1)
    np.testing.assert_allclose(after.close, (100.0 + np.arange(len(after))) / (2.0 if change == "split" else 1.0))
    np.testing.assert_allclose(after.adj_close, after.close * remote.dividend_factor)


def test_a_day_that_is_not_over_is_not_kept(tmp_path):
    remote, clock = RemoteProvider(FIRST), Clock("2024-06-14")
    clock.now = clock.now.replace(hour=15)  # 11:00 in New York
    series = fetch(cached(tmp_path, remote, clock), clock, SOON)
    assert str(series.sessions[-1]) == "2024-06-13"


def test_without_an_answer_the_cache_is_served_and_its_age_named(tmp_path):
    remote, clock = RemoteProvider(FIRST), Clock("2024-06-14")
    provider = cached(tmp_path, remote, clock)
    fetch(provider, clock, SOON)
    clock.forward(10)
    remote.is_reachable = False
    series = load_series("ABC", SOON, warmup_bars=100, provider=provider, now=clock())
    assert any("bars fetched on 2024-06-14 are used" in warning for warning in series.provenance.warnings)
    assert any("the source ends on 2024-06-14" in warning for warning in series.provenance.warnings)
    with pytest.raises(DataUnavailable, match="cannot be reached"):
        provider.fetch("OTHER", SOON, Timeframe.DAY, clock())


@pytest.mark.parametrize("damage", ["cut", "altered", "no manifest", "other format"])
def test_a_torn_file_is_noticed_and_fetched_again(tmp_path, damage):
    remote, clock = RemoteProvider(FIRST), Clock("2024-06-14")
    provider = cached(tmp_path, remote, clock)
    whole = fetch(provider, clock, YEAR)
    path = provider.cache.path_of("remote", "ABC", Timeframe.DAY)
    content, manifest = path.read_bytes(), path.with_suffix(".json")
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "altered":
        path.write_bytes(content.replace(np.float64(101.0).tobytes(), np.float64(999.0).tobytes()))
    elif damage == "no manifest":
        manifest.unlink()
    else:
        manifest.write_text(manifest.read_text().replace('"format": 1', '"format": 0'))
    again = fetch(provider, clock, YEAR)
    assert len(remote.asked) == 2
    np.testing.assert_array_equal(again.close, whole.close)
    assert fetch(provider, clock, YEAR) is not None
    assert len(remote.asked) == 2


def test_many_at_once_make_one_request(tmp_path):
    remote, clock = RemoteProvider(FIRST), Clock("2024-06-14")
    lengths: list[int] = []

    def work() -> None:
        lengths.append(len(fetch(cached(tmp_path, remote, clock), clock, YEAR)))

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(remote.asked) == 1
    assert len(set(lengths)) == 1
    assert len(lengths) == 20


def test_half_written_files_of_a_killed_writer_are_cleared_away(tmp_path):
    remote, clock = RemoteProvider(FIRST), Clock("2024-06-14")
    provider = cached(tmp_path, remote, clock)
    path = provider.cache.path_of("remote", "ABC", Timeframe.DAY)
    path.parent.mkdir(parents=True)
    (path.parent / "1d.npz.4711.tmp").write_bytes(b"half")
    fetch(provider, clock, YEAR)
    assert sorted(file.name for file in path.parent.iterdir()) == ["1d.json", "1d.lock", "1d.npz"]


@pytest.mark.parametrize("symbol", ["../../etc/passwd", "..", ".", "A/B", "^GSPC", "EURUSD=X", "BRK-B", "BTC/USD"])
def test_every_symbol_has_a_place_of_its_own_inside_the_cache(tmp_path, symbol):
    cache = SeriesCache(tmp_path)
    path = cache.path_of("remote", symbol, Timeframe.DAY)
    assert path.resolve().parent.parent == (tmp_path / "bars" / "remote").resolve()


def test_the_contents_say_what_is_there_and_whether_it_is_whole(tmp_path):
    remote, clock = RemoteProvider(FIRST), Clock("2024-06-14")
    provider = cached(tmp_path, remote, clock)
    fetch(provider, clock, YEAR)
    provider.fetch("^GSPC", YEAR, Timeframe.DAY, clock())
    provider.cache.path_of("remote", "ABC", Timeframe.DAY).write_bytes(b"nonsense")
    entries = {entry.symbol: entry for entry in provider.cache.contents()}
    assert not entries["ABC"].healthy
    assert entries["^GSPC"].healthy
    assert (entries["^GSPC"].first, entries["^GSPC"].last) == (FIRST, date(2024, 6, 14))
