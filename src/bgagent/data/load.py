"""The one door to market data: a symbol and a period in, adjusted and examined bars out."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import ceil

import numpy as np

from bgagent.bars import Bars
from bgagent.data.adjust import adjust
from bgagent.data.calendars import distinct, session_after, trading_of
from bgagent.data.clean import tidy
from bgagent.data.coarsen import bucket_starts, can_be_made_of, coarsen, regular_hours
from bgagent.data.coverage import cut_rows, edge_findings, nothing_there, refuse_future
from bgagent.data.currencies import in_main_units
from bgagent.data.daily_actions import lacks_actions, with_daily_actions
from bgagent.data.findings import Finding, Severity
from bgagent.data.markets import Market, market_of
from bgagent.data.provider import Provider
from bgagent.data.quality import examine
from bgagent.data.series import PriceMode, Provenance, RawSeries, Series, digest_of
from bgagent.data.session_lists import SessionLists
from bgagent.errors import DataUnavailable
from bgagent.periods import Period, Timeframe, Trading, bars_per_year


def load_series(
    symbol: str,
    period: Period,
    timeframe: Timeframe = Timeframe.DAY,
    *,
    warmup_bars: int,
    provider: Provider,
    now: datetime,
    price_mode: PriceMode = PriceMode.TOTAL_RETURN,
    lists: SessionLists | None = None,
) -> Series:
    """The bars of a window with up to `warmup_bars` before it, adjusted as of the window's last bar.

    now: aware of its zone; bars of sessions not over by then are not used. lists: the sessions of exchanges outside
    the US; None: only those that follow a rule are known. Weeks and months are made of days: the first one lies wholly
    inside the window, the last one may be cut. Raises DataUnavailable: unknown symbol, no bar in the window, window in
    the future, source not reachable.
    """
    market = market_of(symbol)
    lists = lists or SessionLists(None)
    refuse_future(symbol, period, now)
    wanted = Period(warmup_start(period.start, timeframe, warmup_bars, market.trading), period.end)
    raw = provider.fetch(symbol, wanted, timeframe, now)
    if not can_be_made_of(timeframe, raw.timeframe):
        raise DataUnavailable(
            f"{symbol}: {provider.where} has {raw.timeframe} bars, {timeframe} cannot be made of them"
        )
    tidied = tidy(in_main_units(raw))
    raw = tidied.series
    if timeframe.is_intraday and market.pays and lacks_actions(raw):
        raw = _with_actions(raw, provider, wanted, now)
    if raw.timeframe.is_intraday and not timeframe.is_intraday:
        raw = _for_days(raw, market)
    same = timeframe is raw.timeframe
    buckets = raw.times if same else bucket_starts(raw.times, raw.sessions, timeframe, market)
    until = min(period.end, lists.last_complete(now, market))
    cut = cut_rows(raw, buckets, period.start, until, timeframe, warmup_bars)
    if cut is None:
        raise nothing_there(raw, period, until, timeframe, provider.where)
    trading = market.trading if raw.synthetic else trading_of(market, distinct(raw.sessions))
    adjusted = adjust(raw, cut.first, cut.last, price_mode, pays=market.pays)
    bars = adjusted.bars
    if timeframe is not raw.timeframe:
        bars = coarsen(bars, buckets[cut.first : cut.last + 1], timeframe)
    if timeframe is Timeframe.DAY or timeframe.is_intraday:
        bars = replace(bars, next_session=session_after(bars.sessions[-1].item(), market, trading))
    findings = (
        *raw.findings,
        *edge_findings(raw, cut, period, until, warmup_bars, market=market, trading=trading, lists=lists),
        *tidied.findings(Period(raw.sessions[cut.first].item(), raw.sessions[cut.last].item())),
        *adjusted.findings,
        *examine(adjusted.bars, market, trading, lists),
    )
    return Series(
        bars, cut.warmup_bars, trading, _provenance(raw, bars, cut.warmup_bars, price_mode, findings), findings
    )


def warmup_start(start: date, timeframe: Timeframe, warmup_bars: int, trading: Trading) -> date:
    """A day early enough for that many bars before `start`, holidays allowed for."""
    days = warmup_bars / bars_per_year(timeframe, trading) * 365.25
    spare = 7 if timeframe.is_intraday else 14
    return start - timedelta(ceil(days * 1.1) + spare) if warmup_bars else start


def _with_actions(raw: RawSeries, provider: Provider, wanted: Period, now: datetime) -> RawSeries:
    """Bars within the day with the dividends and splits of the daily series, if the source has one."""
    try:
        daily = provider.fetch(raw.symbol, wanted, Timeframe.DAY, now)
    except DataUnavailable:  # then they stay unknown, which `adjust` says
        return raw
    daily = tidy(in_main_units(daily)).series
    return raw if daily.timeframe is not Timeframe.DAY or not len(daily) else with_daily_actions(raw, daily)


def _for_days(raw: RawSeries, market: Market) -> RawSeries:
    """Bars within the day that daily bars are to be made of: those of the regular session."""
    regular = regular_hours(raw.times, market)
    left_out = int(np.sum(~regular))
    text = f"{Timeframe.DAY} bars are made of {raw.timeframe} bars"
    if left_out:
        text += f", {left_out} of them outside of the regular session left out"
    return replace(raw.take(regular), findings=(*raw.findings, Finding("made_of_shorter", Severity.NOTE, text)))


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
