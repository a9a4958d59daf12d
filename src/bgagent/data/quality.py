"""What is odd about bars that are otherwise usable: gaps, jumps, stale prices, impossible ranges.

Nothing is mended here; each finding names the sessions, so that a person can look.
"""

import numpy as np

from bgagent.bars import Bars, Times
from bgagent.data.calendars import distinct, is_among, weekday_of
from bgagent.data.findings import Finding, Severity, days_of, name_days
from bgagent.data.markets import Market
from bgagent.data.session_lists import SessionLists
from bgagent.periods import Timeframe, Trading

_JUMP = 1.5  # the whole bar lies this factor away from the whole bar before
_ABSURD_JUMP = 3.0
_SPLIT_RATIOS = (1.5, 2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 50, 100, 1000)
_ROUNDING = 1e-6  # prices are given to six digits or so
_STALE_BARS = 5
_FULL_SESSION = 0.9
_LONG_GAP_DAYS = 10  # the longest holidays of exchanges without rules here (Chinese new year, Golden Week)


def examine(bars: Bars, market: Market, trading: Trading, lists: SessionLists | None = None) -> tuple[Finding, ...]:
    """All that is odd about adjusted bars, worst first. lists: the sessions of exchanges outside the US."""
    gaps = _gaps(bars, market, trading, lists or SessionLists(None))
    found = [*_jumps(bars), *_ranges(bars), *gaps, *_stale(bars), *_volume(bars, market)]
    weight = list(Severity)
    return tuple(sorted(found, key=lambda finding: -weight.index(finding.severity)))


def _jumps(bars: Bars) -> list[Finding]:
    """Bars that lie wholly beyond reach of the bar before: an unadjusted split, a change of unit, a wrong row."""
    above, below = bars.low[1:] > _JUMP * bars.high[:-1], bars.low[:-1] > _JUMP * bars.high[1:]
    found = []
    for row in np.flatnonzero(above | below):
        factor = max(bars.low[row + 1] / bars.high[row], bars.low[row] / bars.high[row + 1])
        ratio = bars.close[row + 1] / bars.close[row]
        size = max(ratio, 1 / ratio)
        split = next((known for known in _SPLIT_RATIOS if abs(size / known - 1) < 0.08), None)
        text = f"the close goes from {bars.close[row]:.6g} to {bars.close[row + 1]:.6g} on {bars.sessions[row + 1]}"
        if split == 100:
            text += ": looks like a change of unit (pence and pounds)"
        elif split:
            text += (
                f": looks like an unadjusted split ({split:g} for 1)"
                if ratio < 1
                else f": looks like an unadjusted reverse split (1 for {split:g})"
            )
        severity = Severity.REJECT if factor > _ABSURD_JUMP else Severity.CAUTION
        found.append(Finding("jump", severity, text, days_of(bars.sessions[row + 1 : row + 2])))
    return found


def _ranges(bars: Bars) -> list[Finding]:
    beyond = np.minimum(bars.open, bars.close)
    np.subtract(bars.low, beyond, out=beyond)
    wrong = np.divide(beyond, bars.close, out=beyond) > _ROUNDING
    np.maximum(bars.open, bars.close, out=beyond)
    np.subtract(beyond, bars.high, out=beyond)
    wrong |= np.divide(beyond, bars.close, out=beyond) > _ROUNDING
    if not wrong.any():
        return []
    days = days_of(np.unique(bars.sessions[wrong]))
    text = f"open or close outside of low and high: {name_days(days)}"
    return [Finding("inconsistent_range", Severity.CAUTION, text, days)]


def _gaps(bars: Bars, market: Market, trading: Trading, lists: SessionLists) -> list[Finding]:
    span = bars.span()
    if span is None:
        return []
    have = distinct(bars.sessions)
    known = lists.known(market, trading, span)
    if known is None:
        return _long_gaps(bars, market, lists)
    start, wanted = known.period.start, known.days
    have = have[(have >= np.datetime64(start)) & (have <= np.datetime64(known.period.end))]
    found = []
    missing = wanted[~is_among(wanted, have)]
    if trading is Trading.WEEKDAYS:  # many sources leave out Christmas and New Year's Day
        month_day = missing - missing.astype("datetime64[Y]").astype("datetime64[D]")
        missing = missing[(month_day.astype(int) > 0) & (month_day.astype(int) < 357)]
    if len(missing):
        days = days_of(missing)
        serious = len(days) >= 5 or len(days) > len(wanted) // 100
        text = f"{len(days)} {'session has' if len(days) == 1 else 'sessions have'} no bar: {name_days(days)}"
        found.append(Finding("missing_sessions", Severity.CAUTION if serious else Severity.NOTE, text, days))
    extra = have[~is_among(have, wanted)]
    if trading is Trading.WEEKDAYS:
        extra = extra[weekday_of(extra) != 6]  # the week of currencies opens on Sunday evening
    if len(extra):
        days = days_of(extra)
        text = f"bars on days without trading: {name_days(days)}"
        found.append(Finding("extra_sessions", Severity.NOTE, text, days))
    return [*found, *_short_sessions(bars, known.half_days)]


def _short_sessions(bars: Bars, half_days: Times) -> list[Finding]:
    """Sessions with far fewer bars than usual; the first and the last one of the series may be cut."""
    if not bars.timeframe.is_intraday:
        return []
    days, counts = np.unique(bars.sessions, return_counts=True)
    usual = int(np.median(counts))
    short = (counts < _FULL_SESSION * usual) & ~np.isin(days, half_days)
    short[0] = short[-1] = False
    if not short.any():
        return []
    lacking = int(np.sum(usual - counts[short]))
    serious = lacking > len(bars) // 100
    named = days_of(days[short])
    text = f"{len(named)} {'session has' if len(named) == 1 else 'sessions have'} fewer bars than usual ({usual}), "
    text += f"{lacking} in all: {name_days(named)}"
    return [Finding("short_sessions", Severity.CAUTION if serious else Severity.NOTE, text, named)]


def _long_gaps(bars: Bars, market: Market, lists: SessionLists) -> list[Finding]:
    days = distinct(bars.sessions)
    width = np.diff(days).astype(int)
    text = f"only gaps of more than {_LONG_GAP_DAYS} days are looked for: {lists.missing(market)}"
    return [
        Finding("calendar_unknown", Severity.NOTE, text),
    ] + [
        Finding(
            "missing_sessions",
            Severity.CAUTION,
            f"no bar from {days[row]} to {days[row + 1]} ({width[row]} days)",
            days_of(days[row + 1 : row + 2]),
        )
        for row in np.flatnonzero(width > _LONG_GAP_DAYS)
    ]


def _stale(bars: Bars) -> list[Finding]:
    """Runs of bars whose four prices are all the same number: a halted or dead symbol, filled up by the source."""
    if bars.timeframe is not Timeframe.DAY or len(bars) < _STALE_BARS:
        return []
    flat = (bars.high == bars.low) & np.append(False, bars.close[1:] == bars.close[:-1])
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flat, [False])).astype(np.int8)))
    runs = [(start, end) for start, end in edges.reshape(-1, 2) if end - start >= _STALE_BARS - 1]
    if not runs:
        return []
    longest = max(end - start + 1 for start, end in runs)
    days = days_of(np.concatenate([bars.sessions[start - 1 : end] for start, end in runs]))
    text = f"the price stands still for up to {longest} bars, first from {days[0]}: halted, or filled up by the source"
    return [Finding("stale_prices", Severity.NOTE, text, days)]


def _volume(bars: Bars, market: Market) -> list[Finding]:
    if not market.pays and market.trading is not Trading.ALWAYS:
        return []  # indices and currencies have none
    empty = bars.volume == 0
    if not empty.any():
        return []
    if empty.all():
        return [Finding("no_volume", Severity.NOTE, "the source has no volume: rules on volume cannot be tested")]
    days = days_of(np.unique(bars.sessions[empty]))
    text = f"{int(empty.sum())} of {len(bars)} bars without volume: {name_days(days)}"
    return [Finding("zero_volume", Severity.NOTE, text, days)]
