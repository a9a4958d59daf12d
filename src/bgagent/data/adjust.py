"""Splits and dividends taken out of prices, as of the last bar of the window.

What is paid or split after that bar changes nothing: dividends after it are not looked at, splits after it are undone
where they are known. Dividends are taken out multiplicatively: each price before an ex-date is multiplied by
1 - dividend / last close before it (CRSP's and Yahoo's method); volume is adjusted by splits alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Bars, Floats
from bgagent.data.findings import Finding, Severity, days_of, name_days
from bgagent.data.series import PriceMode, RawSeries
from bgagent.data.whole_cents import show_no_split_after

_AGREE = 5e-4  # dividends and adj_close are given to about six digits


@dataclass(frozen=True, slots=True, eq=False)
class Adjusted:
    """Bars adjusted as of their last one, and what was odd on the way."""

    bars: Bars
    findings: tuple[Finding, ...]


def adjust(raw: RawSeries, first: int, last: int, mode: PriceMode, *, pays: bool) -> Adjusted:
    """The rows first to last of a tidy series as bars, adjusted as of row `last`.

    pays: whether the symbol may pay dividends and be split at all; if not, unknown ones are none.
    """
    rows = slice(first, last + 1)
    split_factor = _split_factor(raw, last, mode)[rows]
    price_factor, findings = split_factor, _split_findings(raw, first, last, mode) if pays else []
    if mode is PriceMode.TOTAL_RETURN:
        payout_factor, more = _payout_factor(raw, first, last, pays=pays)
        price_factor = _times(payout_factor, split_factor)
        findings += more
    bars = Bars(
        raw.symbol,
        raw.timeframe,
        raw.times[rows],
        raw.sessions[rows],
        _times(raw.open[rows], price_factor),
        _times(raw.high[rows], price_factor),
        _times(raw.low[rows], price_factor),
        _times(raw.close[rows], price_factor),
        raw.volume[rows] if bool(np.all(split_factor == 1.0)) else raw.volume[rows] / split_factor,
    )
    return Adjusted(bars, tuple(findings))


def _times(column: Floats, factor: Floats) -> Floats:
    """The product; the column itself, not a copy, where nothing changes."""
    return column if bool(np.all(factor == 1.0)) else column * factor


def looks_as_traded(close: Floats, splits: Floats) -> bool:
    """Whether prices still jump at the known splits, that is, were not adjusted for them.

    close, splits: (n,), oldest first. Splits nearer to 1 than 3 for 2 tell nothing; the others vote.
    """
    votes = 0
    for row in np.flatnonzero((splits >= 1.5) | ((splits > 0) & (splits <= 1 / 1.5))):
        if row == 0 or not (close[row] > 0 and close[row - 1] > 0):
            continue
        jump, split = np.log(close[row - 1] / close[row]), np.log(splits[row])
        votes += 1 if abs(jump - split) < abs(jump) else -1
    return votes > 0


def _ratios(splits: Floats) -> Floats:
    """New shares for one old, 1 where there was no split or none is known."""
    here = np.flatnonzero((splits > 0) & np.isfinite(splits) & (splits != 1.0))
    if not len(here):
        return _ones(len(splits))
    ratios = np.ones(len(splits))
    ratios[here] = splits[here]
    return ratios


def _ones(count: int) -> Floats:
    """(count,) ones that take no memory: most series have no split, and many no dividend."""
    return np.broadcast_to(np.float64(1.0), count)


def _after(factors: Floats) -> Floats:
    """(n,): product of all factors of later rows."""
    return _after_each(factors[1:]) if len(factors) else factors


def _split_factor(raw: RawSeries, last: int, mode: PriceMode) -> Floats:
    """(n,): what turns prices as given into those of the mode; volume is divided by it."""
    ratios = _ratios(raw.splits)
    since = _after(ratios)  # splits after each row, to the end of the source
    if raw.split_basis is None:
        return _ones(len(raw)) if mode is PriceMode.RAW else since[last] / since
    return since if mode is PriceMode.RAW else np.broadcast_to(since[last].copy(), len(raw))


def _split_findings(raw: RawSeries, first: int, last: int, mode: PriceMode) -> list[Finding]:
    unknown = ~np.isfinite(raw.splits)
    findings = []
    needed = slice(first + 1, last + 1)
    if (raw.split_basis is None) != (mode is PriceMode.RAW):
        days = days_of(np.unique(raw.sessions[needed][unknown[needed]]))
        if days:
            text = f"the source does not say whether shares were split between {days[0]} and {days[-1]}; none assumed"
            findings.append(Finding("splits_unknown", Severity.CAUTION, text, days))
    if raw.split_basis is not None:
        later = days_of(raw.sessions[last + 1 :][unknown[last + 1 :]])
        if later and not show_no_split_after(raw, last, _ratios(raw.splits)):
            text = (
                f"splits after the window ({later[0]} to {later[-1]}) are not known and its prices do not rule one "
                "out: quantities may be those after it; returns are the same"
            )
            findings.append(Finding("later_splits_unknown", Severity.NOTE, text))
        undone = np.flatnonzero(_ratios(raw.splits)[last + 1 :] != 1.0) + last + 1
        if len(undone):
            named = ", ".join(f"{raw.splits[row]:g} for 1 on {raw.sessions[row]}" for row in undone)
            text = f"splits after the window are undone ({named}): prices and share counts are those of the time"
            findings.append(Finding("later_splits_undone", Severity.NOTE, text, days_of(raw.sessions[undone])))
    return findings


def _payout_factor(raw: RawSeries, first: int, last: int, *, pays: bool) -> tuple[Floats, list[Finding]]:
    """(last - first + 1,): product of the dividend factors of the rows after each one, up to `last`."""
    findings: list[Finding] = []
    by_dividends, known, absurd = _dividend_events(raw, first, last)
    by_adj_close = _adj_close_events(raw, first, last)
    if len(absurd):
        days = days_of(raw.sessions[absurd])
        text = f"a dividend larger than the price itself, not used: {name_days(days)}"
        findings.append(Finding("absurd_dividends", Severity.REJECT, text, days))
    if by_adj_close is None:
        if pays and not known.all():
            text = "the source tells neither dividends nor an adjusted close: returns are without dividends"
            if known.any():
                days = days_of(np.unique(raw.sessions[first + 1 : last + 1][~known]))
                text = f"dividends are not known on {name_days(days)}: none assumed"
            findings.append(Finding("dividends_unknown", Severity.CAUTION, text))
        return _after_each(by_dividends), findings
    rounding = 2e-6 / np.minimum(_adj_close(raw)[first:last], _adj_close(raw)[first + 1 : last + 1])
    apart = known & (np.abs(by_adj_close / by_dividends - 1) > _AGREE + rounding)
    if apart.any():
        days = days_of(np.unique(raw.sessions[first + 1 : last + 1][apart]))
        text = f"dividends and adjusted close of the source disagree, the adjusted close is used: {name_days(days)}"
        findings.append(Finding("dividends_disagree", Severity.CAUTION, text, days))
    if apart.any() or not known.all():
        return _after_each(by_adj_close), findings
    return _after_each(by_dividends), findings


def _after_each(events: Floats) -> Floats:
    """(n + 1,): for each row the product of the events after it; events[i] belongs to row i + 1."""
    if bool(np.all(events == 1.0)):
        return _ones(len(events) + 1)
    after = np.ones(len(events) + 1)
    np.cumprod(events[::-1], out=after[-2::-1])
    return after


def _dividend_events(raw: RawSeries, first: int, last: int) -> tuple[Floats, NDArray[np.bool_], NDArray[np.intp]]:
    """Of the rows first + 1 to last: the factor of each dividend, whether it is known, and rows beyond belief."""
    dividends = raw.dividends[first + 1 : last + 1]
    known = np.isfinite(dividends)
    paid = np.flatnonzero(known & (dividends != 0))
    if not len(paid):
        return _ones(len(dividends)), known, paid
    before = raw.close[first + paid]
    if raw.split_basis is None:
        before = before / _ratios(raw.splits)[first + 1 + paid]
    factors = 1.0 - dividends[paid] / before
    beyond = factors <= 0
    events = np.ones(len(dividends))
    events[paid] = np.where(beyond, 1.0, factors)
    return events, known, paid[beyond] + first + 1


def _adj_close(raw: RawSeries) -> Floats:
    return np.empty(0) if raw.adj_close is None else raw.adj_close


def _adj_close_events(raw: RawSeries, first: int, last: int) -> Floats | None:
    """Of the rows first + 1 to last: the factor that the adjusted close implies; None where there is none."""
    if raw.adj_close is None:
        return None
    adj_close = raw.adj_close[first : last + 1]
    if not bool(np.all(np.isfinite(adj_close) & (adj_close > 0))):
        return None
    ratio = adj_close / raw.close[first : last + 1]
    events = ratio[:-1] / ratio[1:]
    if raw.split_basis is None:
        events = events * _ratios(raw.splits)[first + 1 : last + 1]
    return np.asarray(events)
