"""A remote provider with the cache in front: asked only for what is missing, one process at a time."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bgagent.data.cache import SeriesCache, Stored
from bgagent.data.clean import tidy
from bgagent.data.coarsen import fetched_as
from bgagent.data.findings import Finding, Severity
from bgagent.data.locks import LockTimeout, time_allowed
from bgagent.data.markets import Market, market_of
from bgagent.data.provider import Provider
from bgagent.data.series import RawSeries, join_rows
from bgagent.data.session_lists import SessionLists
from bgagent.errors import DataUnavailable
from bgagent.periods import Period, Timeframe

_EVERYTHING_FROM = date(1900, 1, 1)
_OVERLAP_BARS = 10
_SAME = 2e-6  # of a price: what a provider rounds from one answer to the next


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


class CachedProvider:
    """Serves what the cache covers, and fetches the rest.

    Daily series are fetched from their first day on, so that any window and its warm-up is there next time. New days
    are appended after a look at the last ten bars kept: where those differ now, or a split came in, prices stand on
    another basis and the whole series is fetched again. When the provider does not answer, what is there is served and
    its age is named.
    """

    def __init__(
        self,
        inner: Provider,
        cache_dir: Path,
        *,
        wait_s: float = 60.0,
        clock: Callable[[], datetime] = utc_now,
        deadline: float | None = None,
    ) -> None:
        self.inner = inner
        self.cache = SeriesCache(cache_dir)
        self.lists = SessionLists(cache_dir)
        self.wait_s = wait_s
        self.clock = clock
        self.deadline = deadline

    def __repr__(self) -> str:
        return f"CachedProvider({self.inner!r})"

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def remote(self) -> bool:
        return True

    @property
    def synthetic(self) -> bool:
        return self.inner.synthetic

    @property
    def where(self) -> str:
        return self.inner.where

    def fetch(self, symbol: str, period: Period, timeframe: Timeframe, now: datetime) -> RawSeries:
        """The stored series where it covers the period, else a fresh one. Raises DataUnavailable, MachineUnfit."""
        asked = getattr(self.inner, "fetched_as", fetched_as)(timeframe)
        market = market_of(symbol)
        until = min(period.end, self.lists.last_complete(now, market))
        key = (self.name, symbol, asked)
        allowed_s = time_allowed(self.wait_s, self.deadline)
        end = time.monotonic() + allowed_s
        try:
            with self.cache.lock(*key, wait_s=allowed_s, shared=True):
                stored = self.cache.read(*key)
            if stored is not None and _covers(stored, period.start, until):
                return stored.series
            with self.cache.lock(*key, wait_s=time_allowed(self.wait_s, end), shared=False):
                stored = self.cache.read(*key)  # another process may have fetched it meanwhile
                if stored is not None and _covers(stored, period.start, until):
                    return stored.series
                return self._fetch_missing(stored, symbol, period.start, asked, market)
        except LockTimeout as error:
            raise DataUnavailable(
                f"{symbol}: another job has been fetching it from {self.where} for {allowed_s:.0f} s",
                hint="run the job again when that one is through",
            ) from error

    def _fetch_missing(
        self, stored: Stored | None, symbol: str, since: date, timeframe: Timeframe, market: Market
    ) -> RawSeries:
        """Fetch what is missing, keep it, and give the whole; call it under the lock."""
        now = self.clock()
        since = since if timeframe.is_intraday else _EVERYTHING_FROM
        coverage = Period(min(since, stored.coverage.start) if stored else since, self.lists.last_complete(now, market))
        try:
            series = self._newest(stored, symbol, since, coverage, timeframe, now)
        except DataUnavailable as error:
            if stored is None or not len(stored.series):
                raise
            text = (
                f"{self.name} could not be asked ({error.message}): bars fetched on "
                f"{stored.series.fetched_at:%Y-%m-%d} are used, they end on {stored.series.sessions[-1]}"
            )
            finding = Finding("stale_cache", Severity.NOTE, text)
            return replace(stored.series, findings=(*stored.series.findings, finding))
        complete = series.take(series.sessions <= np.datetime64(coverage.end))
        self.cache.write(Stored(complete, coverage), library=_library_of(self.inner))
        return complete

    def _newest(
        self, stored: Stored | None, symbol: str, since: date, coverage: Period, timeframe: Timeframe, now: datetime
    ) -> RawSeries:
        """The stored rows with new ones after them where they fit together, else everything afresh."""
        today = max(coverage.end, now.date())
        if stored is not None and len(stored.series) > _OVERLAP_BARS and since >= stored.coverage.start:
            overlap_from = stored.series.sessions[-_OVERLAP_BARS].item()
            fresh = tidy(self.inner.fetch(symbol, Period(overlap_from, today), timeframe, now)).series
            if _continues(stored.series, fresh):
                older = stored.series.take(stored.series.times < fresh.times[0])
                return join_rows([older, fresh])
        fresh = tidy(self.inner.fetch(symbol, Period(coverage.start, today), timeframe, now)).series
        if stored is not None and timeframe.is_intraday and _continues(stored.series, fresh):
            # bars within the day that the provider no longer gives out
            return join_rows([stored.series.take(stored.series.times < fresh.times[0]), fresh])
        return fresh


def _covers(stored: Stored, since: date, until: date) -> bool:
    return stored.coverage.start <= since and until <= stored.coverage.end


def _continues(kept: RawSeries, fresh: RawSeries) -> bool:
    """Whether fresh rows stand on the basis of the kept ones: the same prices where both have bars, no new split."""
    if (
        not len(fresh)
        or fresh.timeframe is not kept.timeframe
        or (fresh.split_basis is None) != (kept.split_basis is None)
    ):
        return False
    common, at_kept, at_fresh = np.intersect1d(kept.times, fresh.times, assume_unique=True, return_indices=True)
    if not len(common):
        return False
    new = fresh.times > kept.times[-1]
    if bool(np.any(new & np.isfinite(fresh.splits) & (fresh.splits > 0) & (fresh.splits != 1))):
        return False
    pairs = [
        (getattr(kept, name)[at_kept], getattr(fresh, name)[at_fresh]) for name in ("open", "high", "low", "close")
    ]
    if (kept.adj_close is None) != (fresh.adj_close is None):
        return False
    if kept.adj_close is not None and fresh.adj_close is not None:
        pairs.append((kept.adj_close[at_kept], fresh.adj_close[at_fresh]))
    return all(_alike(ours, theirs) for ours, theirs in pairs)


def _alike(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> bool:
    return bool(np.allclose(ours, theirs, rtol=_SAME, atol=0, equal_nan=True))


def _library_of(provider: Provider) -> str:
    """Which library fetched the bars, for the manifest."""
    return str(getattr(provider, "library", ""))
