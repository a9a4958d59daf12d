"""Dividends and splits of bars within the day, taken from the daily series of the same symbol and source.

Files of minutes and hours seldom have them. They are taken over only where the closes of both series agree, which also
tells whether the shorter bars stand on prices as traded or on those of the daily series.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Floats, Times
from bgagent.data.findings import Finding, Severity
from bgagent.data.series import RawSeries

_NEAR = 0.03  # the last bar within the day and the daily close (an auction) are seldom further apart
_ENOUGH = 0.8  # of the sessions that both have
_ROUNDING = 5e-4  # smaller steps of an adjusted close are no dividends


def lacks_actions(raw: RawSeries) -> bool:
    """Whether a series within the day says nothing about dividends and splits."""
    return raw.timeframe.is_intraday and bool(np.isnan(raw.dividends).all()) and bool(np.isnan(raw.splits).all())


def with_daily_actions(raw: RawSeries, daily: RawSeries) -> RawSeries:
    """The bars with what the daily series knows of dividends and splits, each on the first bar of its day.

    raw, daily: tidy series of one symbol. Where their closes disagree, the bars come back as they were, with a finding
    that says so.
    """
    days, firsts, closes = _closes(raw)
    common, ours, theirs = np.intersect1d(days, daily.sessions, assume_unique=True, return_indices=True)
    splits = np.where(np.isfinite(daily.splits) & (daily.splits > 0), daily.splits, 1.0)
    since = np.append(np.cumprod(splits[::-1])[::-1][1:], 1.0)
    apart = np.abs(np.log(closes[ours] / daily.close[theirs]))
    if daily.split_basis is None:  # as traded; the same as of the last day
        apart_traded, apart = apart, np.abs(np.log(closes[ours] / (daily.close / since)[theirs]))
    else:
        apart_traded = np.abs(np.log(closes[ours] / (daily.close * since)[theirs]))
    as_traded = float(np.sum(apart_traded)) < float(np.sum(apart))
    near = (apart_traded if as_traded else apart) < _NEAR
    if not len(common) or float(np.mean(near)) < _ENOUGH:
        what = f"differ on {int(np.sum(~near))} of {len(common)} days" if len(common) else "have no day in common"
        text = f"closes of {raw.source} and of the daily series {daily.source} {what}: its dividends are not used"
        return replace(raw, findings=(*raw.findings, Finding("daily_disagrees", Severity.CAUTION, text)))
    cash = _cash(daily)
    if daily.split_basis is None and not as_traded:
        cash = cash / since
    elif daily.split_basis is not None and as_traded:
        cash = cash * since
    dividends, ratios = np.full(len(raw), np.nan), np.full(len(raw), np.nan)
    covered = (raw.sessions >= daily.sessions[0]) & (raw.sessions <= daily.sessions[-1])
    dividends[covered], ratios[covered] = 0.0, 0.0
    for row in np.flatnonzero((cash > 0) | (splits != 1.0)):
        place = int(np.searchsorted(days, daily.sessions[row]))
        if place == len(days) or daily.sessions[row] < days[0]:
            continue
        first = firsts[place]
        dividends[first] = np.nan_to_num(dividends[first]) + cash[row]
        if splits[row] != 1.0:
            ratios[first] = splits[row] * (ratios[first] if ratios[first] > 0 else 1.0)
    named = f"dividends and splits are those of the daily series {daily.source}"
    filled = replace(
        raw,
        dividends=dividends,
        splits=ratios,
        split_basis=None if as_traded else raw.sessions[-1].item(),
        findings=(*raw.findings, Finding("daily_actions", Severity.NOTE, named)),
    )
    return filled if as_traded else _as_of_last_row(filled, daily.sessions, splits)


def _closes(raw: RawSeries) -> tuple[Times, NDArray[np.intp], Floats]:
    """The days of a series, the row that begins each, and its last close."""
    firsts = np.flatnonzero(np.append(True, raw.sessions[1:] != raw.sessions[:-1]))
    lasts = np.append(firsts[1:], len(raw)) - 1
    return raw.sessions[firsts], firsts, raw.close[lasts]


def _cash(daily: RawSeries) -> Floats:
    """(n,) dividend of each day; where the source is silent, what its adjusted close implies."""
    cash = np.where(np.isfinite(daily.dividends), daily.dividends, 0.0)
    if daily.adj_close is None or not len(daily):
        return cash
    ratio = daily.adj_close / daily.close
    events = np.append(1.0, ratio[:-1] / ratio[1:])
    before = np.append(np.nan, daily.close[:-1])
    if daily.split_basis is None:
        splits = np.where(np.isfinite(daily.splits) & (daily.splits > 0), daily.splits, 1.0)
        events, before = events * splits, before / splits
    implied = np.where(events < 1.0 - _ROUNDING, before * (1.0 - events), 0.0)
    return np.where(np.isfinite(daily.dividends), cash, np.nan_to_num(implied))


def _as_of_last_row(raw: RawSeries, days: Times, splits: Floats) -> RawSeries:
    """Prices put back to the shares of the last row: splits after it, which the rows themselves cannot show, undone."""
    later = float(np.prod(splits[days > raw.sessions[-1]]))
    if later == 1.0:
        return raw
    prices = {name: getattr(raw, name) * later for name in ("open", "high", "low", "close")}
    return replace(raw, **prices, volume=raw.volume / later, dividends=raw.dividends * later)
