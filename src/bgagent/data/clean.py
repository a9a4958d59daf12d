"""Rows in order, one a bar, all of them usable; what had to go is named, never mended."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Floats, Times
from bgagent.data.findings import Finding, Severity, days_of, name_days
from bgagent.data.series import RawSeries
from bgagent.periods import Period

_PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True, slots=True, eq=False)
class Tidied:
    """Rows strictly increasing in time, prices finite and above 0; and the sessions of the rows that are not there.

    repeated: the same row was given twice. contradicting: two different rows for one bar, the later one is kept.
    unusable: a price is missing or not above 0, the row is dropped. no_volume: volume not given, taken as 0.
    """

    series: RawSeries
    repeated: Times
    contradicting: Times
    unusable: Times
    no_volume: Times

    def findings(self, span: Period) -> tuple[Finding, ...]:
        """What there is to say about the sessions of a span."""
        found = (
            _finding(self.repeated, span, "duplicate_rows", Severity.NOTE, "the same row twice, used once"),
            _finding(
                self.contradicting,
                span,
                "contradicting_rows",
                Severity.CAUTION,
                "two different rows for one bar, the last one used",
            ),
            _finding(self.unusable, span, "unusable_rows", Severity.CAUTION, "no usable prices, bar left out"),
            _finding(self.no_volume, span, "no_volume", Severity.NOTE, "volume not given, taken as 0"),
        )
        return tuple(finding for finding in found if finding)


def tidy(raw: RawSeries) -> Tidied:
    """Sort, take one row a bar, drop rows without usable prices.

    Dividends and splits of a dropped row move to the next row that is kept: the money was paid all the same.
    """
    raw = _in_order(raw)
    raw, repeated, contradicting = _one_row_a_bar(raw)
    bad = np.zeros(len(raw), dtype=bool)
    for name in _PRICES:
        column = getattr(raw, name)
        bad |= ~(np.isfinite(column) & (column > 0))
    unusable = np.unique(raw.sessions[bad])
    if bad.any():
        raw = _carry_actions(raw, bad).take(~bad)
    missing = ~np.isfinite(raw.volume) | (raw.volume < 0)
    no_volume = np.unique(raw.sessions[missing])
    if missing.any():
        raw = replace(raw, volume=np.where(missing, 0.0, raw.volume))
    return Tidied(raw, repeated, contradicting, unusable, no_volume)


def _in_order(raw: RawSeries) -> RawSeries:
    if len(raw) < 2 or bool(np.all(raw.times[1:] > raw.times[:-1])):
        return raw
    return raw.take(np.argsort(raw.times, kind="stable"))


def _one_row_a_bar(raw: RawSeries) -> tuple[RawSeries, Times, Times]:
    """The last row of each time, and the sessions of rows given twice, alike and not alike."""
    none = raw.sessions[:0]
    followed = np.append(raw.times[1:] == raw.times[:-1], False) if len(raw) else np.zeros(0, dtype=bool)
    if not followed.any():
        return raw, none, none
    here = np.flatnonzero(followed)
    alike = np.ones(len(here), dtype=bool)
    for name in _PRICES:
        column = getattr(raw, name)
        alike &= np.isclose(column[here], column[here + 1], rtol=1e-6, atol=0, equal_nan=True)
    sessions = raw.sessions[here]
    return raw.take(~followed), np.unique(sessions[alike]), np.unique(sessions[~alike])


def _carry_actions(raw: RawSeries, bad: NDArray[np.bool_]) -> RawSeries:
    """Dividends and splits of the bad rows, added to the next good one."""
    dividends, splits = raw.dividends.copy(), raw.splits.copy()
    good = np.flatnonzero(~bad)
    for row in np.flatnonzero(bad & (_known(dividends) | (_known(splits) & (splits != 1)))):
        after = np.searchsorted(good, row)
        if after == len(good):
            continue
        target = good[after]
        if dividends[row] > 0:
            dividends[target] = dividends[row] + np.nan_to_num(dividends[target])
        if splits[row] > 0:
            splits[target] = splits[row] * (splits[target] if splits[target] > 0 else 1.0)
    return replace(raw, dividends=dividends, splits=splits)


def _known(column: Floats) -> NDArray[np.bool_]:
    return np.isfinite(column) & (column > 0)


def _finding(sessions: Times, span: Period, code: str, severity: Severity, text: str) -> Finding | None:
    inside = (sessions >= np.datetime64(span.start)) & (sessions <= np.datetime64(span.end))
    days = days_of(sessions[inside])
    return Finding(code, severity, f"{text}: {name_days(days)}", days) if days else None
