"""The one door to market data: a symbol and a period in, adjusted and examined bars out."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil

import numpy as np

from bgagent.bars import Bars, Times
from bgagent.data.adjust import adjust
from bgagent.data.calendars import last_complete_session, sessions, trading_of
from bgagent.data.clean import tidy
from bgagent.data.coarsen import bucket_starts, can_be_made_of, coarsen
from bgagent.data.findings import Finding, Severity
from bgagent.data.markets import market_of
from bgagent.data.provider import Provider
from bgagent.data.quality import examine
from bgagent.data.series import PriceMode, Provenance, RawSeries, Series, digest_of
from bgagent.errors import DataUnavailable
from bgagent.periods import Period, Timeframe, Trading, bars_per_year

_LATE_START_SESSIONS = 10
_EARLY_END_SESSIONS = 5


@dataclass(frozen=True, slots=True)
class _Cut:
    """Rows of a tidy series: first .. start - 1 feed the warm-up, start .. last are the window."""

    first: int
    start: int
    last: int
    warmup_bars: int


def load_series(
    symbol: str,
    period: Period,
    timeframe: Timeframe = Timeframe.DAY,
    *,
    warmup_bars: int,
    provider: Provider,
    now: datetime,
    price_mode: PriceMode = PriceMode.TOTAL_RETURN,
) -> Series:
    """The bars of a window with up to `warmup_bars` before it, adjusted as of the window's last bar.

    now: aware of its zone; bars of sessions not over by then are not used. Weeks and months are made of days: the
    first one lies wholly inside the window, the last one may be cut. Raises DataUnavailable: unknown symbol, no bar in
    the window, window in the future, source not reachable.
    """
    market = market_of(symbol)
    _refuse_future(symbol, period, now)
    wanted = Period(warmup_start(period.start, timeframe, warmup_bars, market.trading), period.end)
    raw = provider.fetch(symbol, wanted, timeframe, now)
    if not can_be_made_of(timeframe, raw.timeframe):
        raise DataUnavailable(
            f"{symbol}: {provider.where} has {raw.timeframe} bars, {timeframe} cannot be made of them"
        )
    tidied = tidy(raw)
    raw = tidied.series
    buckets = bucket_starts(raw.times, raw.sessions, timeframe, market)
    until = min(period.end, last_complete_session(now, market))
    cut = _cut(raw, buckets, period.start, until, timeframe, warmup_bars)
    if cut is None:
        raise _nothing_there(raw, period, until, timeframe, provider)
    trading = market.trading if raw.synthetic else trading_of(market, np.unique(raw.sessions))
    adjusted = adjust(raw, cut.first, cut.last, price_mode, pays=market.pays)
    bars = adjusted.bars
    if timeframe is not raw.timeframe:
        bars = coarsen(bars, buckets[cut.first : cut.last + 1], timeframe)
    findings = (
        *raw.findings,
        *_edges(raw, cut, period, until, warmup_bars, trading),
        *tidied.findings(Period(raw.sessions[cut.first].item(), raw.sessions[cut.last].item())),
        *adjusted.findings,
        *examine(adjusted.bars, market, trading),
    )
    return Series(
        bars, cut.warmup_bars, trading, _provenance(raw, bars, cut.warmup_bars, price_mode, findings), findings
    )


def warmup_start(start: date, timeframe: Timeframe, warmup_bars: int, trading: Trading) -> date:
    """A day early enough for that many bars before `start`, holidays allowed for."""
    days = warmup_bars / bars_per_year(timeframe, trading) * 365.25
    spare = 7 if timeframe.is_intraday else 14
    return start - timedelta(ceil(days * 1.1) + spare) if warmup_bars else start


def _refuse_future(symbol: str, period: Period, now: datetime) -> None:
    today = now.astimezone(UTC).date()
    if period.start > today:
        year = f" of {period.start.year}" if period.start.year > today.year else ""
        raise DataUnavailable(
            f"{symbol}: the window {period} lies in the future (today is {today}), there are no prices{year} yet",
            hint="choose a window that has already been",
        )


def _cut(
    raw: RawSeries, buckets: Times, since: date, until: date, timeframe: Timeframe, warmup_bars: int
) -> _Cut | None:
    """Which rows a run needs; None when no whole bar lies in the window."""
    calendar = buckets.astype("datetime64[D]") if timeframe in (Timeframe.WEEK, Timeframe.MONTH) else raw.sessions
    start = int(np.searchsorted(calendar, np.datetime64(since, "D"), side="left"))
    last = int(np.searchsorted(raw.sessions, np.datetime64(until, "D"), side="right")) - 1
    if start > last:
        return None
    edges = np.flatnonzero(np.append(True, buckets[1:] != buckets[:-1]))
    rank = int(np.searchsorted(edges, start, side="left"))
    warmup = min(rank, warmup_bars)
    return _Cut(int(edges[rank - warmup]), start, last, warmup)


def _nothing_there(
    raw: RawSeries, period: Period, until: date, timeframe: Timeframe, provider: Provider
) -> DataUnavailable:
    """Why no bar lies in the window, in one line that names what there is."""
    span = raw.span()
    if span is None:
        return DataUnavailable(
            f"{raw.symbol}: no usable bar in {provider.where}", hint="choose another source with --data"
        )
    if until < period.start:
        return DataUnavailable(
            f"{raw.symbol}: no session of {period} is over yet", hint=f"the last complete session is {until}"
        )
    inside = (raw.sessions >= np.datetime64(period.start)) & (raw.sessions <= np.datetime64(until))
    if inside.any():
        name = "week" if timeframe is Timeframe.WEEK else "month"
        return DataUnavailable(f"{raw.symbol}: no whole {name} lies in {period}", hint="choose a longer window")
    return DataUnavailable(
        f"{raw.symbol}: no bar from {period}; {provider.where} has {span}",
        hint="choose a window inside of that, or another source with --data",
    )


def _edges(raw: RawSeries, cut: _Cut, period: Period, until: date, warmup_bars: int, trading: Trading) -> list[Finding]:
    """How far the bars fall short of the window and of the warm-up."""
    first, last = raw.sessions[cut.start].item(), raw.sessions[cut.last].item()
    begins = raw.sessions[0].item()
    found = []
    late = _sessions_between(period.start, first - timedelta(1), trading)
    if late and begins == first:
        severity = Severity.CAUTION if late > _LATE_START_SESSIONS else Severity.NOTE
        text = (
            f"the source begins on {first}, {late} sessions after the window's start on {period.start}: "
            f"the result is that of {first} to {last}"
        )
        found.append(Finding("late_start", severity, text))
    if period.end > until:
        text = f"the window ends on {period.end}; the last complete session is {until}"
        found.append(Finding("ends_in_future", Severity.NOTE, text))
    early = _sessions_between(last + timedelta(1), until, trading)
    if early:
        severity = Severity.CAUTION if early > _EARLY_END_SESSIONS else Severity.NOTE
        text = f"the source ends on {last}, {early} sessions before {until}: the result is that of {first} to {last}"
        found.append(Finding("early_end", severity, text))
    if cut.warmup_bars < warmup_bars:
        there = f"only {cut.warmup_bars} of" if cut.warmup_bars else "none of the"
        text = f"{there} {warmup_bars} warm-up bars: the source begins on {begins}"
        found.append(Finding("short_warmup", Severity.NOTE, text))
    return found


def _sessions_between(start: date, end: date, trading: Trading) -> int:
    return 0 if end < start else len(sessions(trading, Period(start, end)))


def _provenance(
    raw: RawSeries, bars: Bars, warmup_bars: int, price_mode: PriceMode, findings: tuple[Finding, ...]
) -> Provenance:
    return Provenance(
        symbol=raw.symbol,
        provider=raw.provider,
        first=_moment(bars, warmup_bars),
        last=_moment(bars, len(bars) - 1),
        bars=len(bars) - warmup_bars,
        warmup_bars=warmup_bars,
        price_mode=price_mode,
        synthetic=raw.synthetic,
        sha256=digest_of(bars),
        source=raw.source,
        fetched_at=raw.fetched_at,
        currency=raw.currency,
        warnings=tuple(dict.fromkeys(finding.text for finding in findings)),
    )


def _moment(bars: Bars, row: int) -> date | datetime:
    """A bar's day, or its start in UTC when it lies within the day."""
    if not bars.timeframe.is_intraday:
        return bars.sessions[row].item()  # type: ignore[no-any-return]
    return bars.times[row].item().replace(tzinfo=UTC)  # type: ignore[no-any-return]
