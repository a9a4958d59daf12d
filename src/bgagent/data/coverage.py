"""How far the bars of a source fall short of the window and the warm-up that were asked for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from bgagent.bars import Times
from bgagent.data.findings import Finding, Severity
from bgagent.data.markets import Market
from bgagent.data.series import RawSeries
from bgagent.data.session_lists import SessionLists
from bgagent.errors import DataUnavailable
from bgagent.periods import Period, Timeframe, Trading

_LATE_START_SESSIONS = 10
_EARLY_END_SESSIONS = 5
_HINDSIGHT_DAYS = 366
_GAP_DAYS = 30  # indicators must not be fed across a hole of that length


@dataclass(frozen=True, slots=True)
class Cut:
    """Rows of a tidy series: first .. start - 1 feed the warm-up, start .. last are the window.

    gap: days without a bar on whose far side older bars were left out of the warm-up; None when there is no such gap.
    """

    first: int
    start: int
    last: int
    warmup_bars: int
    gap: Period | None = None


def cut_rows(
    raw: RawSeries, buckets: Times, since: date, until: date, timeframe: Timeframe, warmup_bars: int
) -> Cut | None:
    """Which rows a run needs; None when no whole bar lies in the window.

    buckets: (n,) start of the bar of the wanted length to which each row belongs. Bars before a gap of more than 30
    days are no warm-up for those after it.
    """
    calendar = buckets.astype("datetime64[D]") if timeframe in (Timeframe.WEEK, Timeframe.MONTH) else raw.sessions
    start = int(np.searchsorted(calendar, np.datetime64(since, "D"), side="left"))
    last = int(np.searchsorted(raw.sessions, np.datetime64(until, "D"), side="right")) - 1
    if start > last:
        return None
    edges = np.flatnonzero(np.append(True, buckets[1:] != buckets[:-1]))
    rank = int(np.searchsorted(edges, start, side="left"))
    warmup = min(rank, warmup_bars)
    first = int(edges[rank - warmup])
    width = np.diff(raw.sessions[first : start + 1]).astype(int)
    wide = np.flatnonzero(width > _GAP_DAYS)
    if not len(wide):
        return Cut(first, start, last, warmup)
    beyond = first + int(wide[-1]) + 1  # the first row after the gap
    gap = Period(raw.sessions[beyond - 1].item() + timedelta(1), raw.sessions[beyond].item() - timedelta(1))
    warmup = rank - int(np.searchsorted(edges, beyond, side="left"))
    return Cut(int(edges[rank - warmup]), start, last, warmup, gap)


def refuse_future(symbol: str, period: Period, now: datetime) -> None:
    """Raises DataUnavailable for a window that has not begun."""
    today = now.astimezone(UTC).date()
    if period.start > today:
        year = f" of {period.start.year}" if period.start.year > today.year else ""
        raise DataUnavailable(
            f"{symbol}: the window {period} lies in the future (today is {today}), there are no prices{year} yet",
            hint="choose a window that has already been",
        )


def nothing_there(raw: RawSeries, period: Period, until: date, timeframe: Timeframe, where: str) -> DataUnavailable:
    """Why no bar lies in the window, in one line that names what there is."""
    span = raw.span()
    if span is None:
        return DataUnavailable(f"{raw.symbol}: no usable bar in {where}", hint="choose another source with --data")
    if until < period.start:
        return DataUnavailable(
            f"{raw.symbol}: no session of {period} is over yet", hint=f"the last complete session is {until}"
        )
    inside = (raw.sessions >= np.datetime64(period.start)) & (raw.sessions <= np.datetime64(until))
    if inside.any():
        name = "week" if timeframe is Timeframe.WEEK else "month"
        return DataUnavailable(f"{raw.symbol}: no whole {name} lies in {period}", hint="choose a longer window")
    hint = "choose a window inside of that, or another source with --data"
    if span.start < period.start and until < span.end:
        before = raw.sessions[raw.sessions < np.datetime64(period.start)].max()
        after = raw.sessions[raw.sessions > np.datetime64(until)].min()
        there = f"{span.start} to {before} and {after} to {span.end}"
        return DataUnavailable(f"{raw.symbol}: no bar from {period}; {where} has {there}", hint=hint)
    return DataUnavailable(f"{raw.symbol}: no bar from {period}; {where} has {span}", hint=hint)


def edge_findings(
    raw: RawSeries,
    cut: Cut,
    period: Period,
    until: date,
    warmup_bars: int,
    *,
    market: Market,
    trading: Trading,
    lists: SessionLists,
) -> list[Finding]:
    """What is missing at the start, at the end and in the warm-up."""

    def between(start: date, end: date) -> int:
        return 0 if end < start else lists.count(market, trading, Period(start, end))

    first, last = raw.sessions[cut.start].item(), raw.sessions[cut.last].item()
    asked = Period(period.start, until)

    def lacking(missing: int) -> str:
        part = _missing_of(missing, between(asked.start, asked.end), asked)
        return f"{part}, it could be traded from {first} to {last} only"

    begins = raw.sessions[0].item()
    found = []
    late = between(period.start, first - timedelta(1))
    if late and (begins == first or cut.gap is not None):
        severity = Severity.CAUTION if late > _LATE_START_SESSIONS else Severity.NOTE
        what = f"the source begins on {first}" if begins == first else f"after a gap the source goes on with {first}"
        found.append(Finding("late_start", severity, f"{what}: {lacking(late)}"))
    if period.end > until:
        text = f"the window ends on {period.end}; the last complete session is {until}"
        found.append(Finding("ends_in_future", Severity.NOTE, text))
    early = between(last + timedelta(1), until)
    if early:
        severity = Severity.CAUTION if early > _EARLY_END_SESSIONS else Severity.NOTE
        goes_on = cut.last + 1 < len(raw)
        what = f"the source has a gap after {last}" if goes_on else f"the source ends on {last}"
        found.append(Finding("early_end", severity, f"{what}: {lacking(early)}"))
    ends = raw.sessions[-1].item()
    if market.pays and not raw.synthetic and (ends - last).days > _HINDSIGHT_DAYS:
        text = (
            f"{raw.symbol} is known to have traded until {ends}: a choice made today knows that it survived, "
            f"one made by {last} could not (survivorship)"
        )
        found.append(Finding("survivorship", Severity.NOTE, text))
    if cut.warmup_bars < warmup_bars:
        there = f"only {cut.warmup_bars} of" if cut.warmup_bars else "none of the"
        why = f"the source begins on {begins}"
        if cut.gap is not None:
            why = f"the source has no bars from {cut.gap}, those before are not used"
        found.append(Finding("short_warmup", Severity.NOTE, f"{there} {warmup_bars} warm-up bars: {why}"))
    return found


def _missing_of(missing: int, sessions: int, asked: Period) -> str:
    """'440 of the 757 sessions of 2019-01-01 to 2021-12-31 (58 %) have no prices'."""
    share = f"{missing / sessions:.0%}".replace("%", " %") if 100 * missing >= sessions else "under 1 %"
    return f"{missing} of the {sessions} sessions of {asked} ({share}) {'has' if missing == 1 else 'have'} no prices"
