"""A symbol's bars on their way in: as the provider gives them, and adjusted, cut and described."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import PRICE_COLUMNS, Bars, Floats, Times
from bgagent.data.findings import Finding
from bgagent.periods import Period, Timeframe, Trading


class PriceMode(StrEnum):
    """What open, high, low and close mean."""

    TOTAL_RETURN = "total_return"  # splits and dividends taken out
    SPLIT = "split"  # splits taken out, dividends left in
    RAW = "raw"  # as traded on the day


@dataclass(frozen=True, slots=True, eq=False)
class RawSeries:
    """Rows as a provider gives them; nothing is checked yet but the shapes.

    times: (n,) datetime64[s], start of each bar: midnight of the session's day, within the day UTC; any order.
    sessions: (n,) datetime64[D], the exchange's calendar day.
    open, high, low, close, volume: (n,), NaN where the provider has none. Not adjusted for dividends.
    dividends: (n,) cash per share on the ex-date, in the same split basis as close; NaN is "not known", 0 is "none".
    splits: (n,) new shares for one old on the first day of trading so; NaN is "not known", 0 or 1 is "none".
    adj_close: (n,) the provider's own close adjusted for splits and dividends, or None.
    split_basis: the day as of which prices, volume and dividends are adjusted for splits; None: as traded.
    fetched_at: when a remote provider was asked, UTC; None for files.
    findings: what the provider itself has to say (served from an old cache, several files joined).
    """

    symbol: str
    timeframe: Timeframe
    times: Times
    sessions: Times
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    dividends: Floats
    splits: Floats
    adj_close: Floats | None
    split_basis: date | None
    provider: str
    source: str
    currency: str | None = None
    fetched_at: datetime | None = None
    synthetic: bool = False
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.times)
        for name in (*PRICE_COLUMNS, "sessions", "dividends", "splits"):
            if getattr(self, name).shape != (count,):
                raise ValueError(f"{self.symbol}: {name} has shape {getattr(self, name).shape}, expected ({count},)")
        if self.adj_close is not None and self.adj_close.shape != (count,):
            raise ValueError(f"{self.symbol}: adj_close has shape {self.adj_close.shape}, expected ({count},)")

    def __len__(self) -> int:
        return len(self.times)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_] | slice) -> "RawSeries":
        """The rows picked by index, mask or slice, in that order."""
        columns = {name: getattr(self, name)[rows] for name in ROW_COLUMNS}
        adj_close = None if self.adj_close is None else self.adj_close[rows]
        return replace(self, adj_close=adj_close, **columns)

    def span(self) -> Period | None:
        """First to last session that has a row; None without rows."""
        if not len(self):
            return None
        return Period(self.sessions.min().item(), self.sessions.max().item())


ROW_COLUMNS = ("times", "sessions", *PRICE_COLUMNS, "dividends", "splits")


def join_rows(pieces: Sequence[RawSeries]) -> RawSeries:
    """The rows of several pieces of one series, one piece after the other, described as the last piece is.

    The adjusted close is kept only where all pieces have it.
    """
    columns: dict[str, Any] = {name: np.concatenate([getattr(piece, name) for piece in pieces]) for name in ROW_COLUMNS}
    adj_close = [piece.adj_close for piece in pieces if piece.adj_close is not None]
    return replace(
        pieces[-1],
        **columns,
        adj_close=np.concatenate(adj_close) if len(adj_close) == len(pieces) else None,
        findings=tuple(dict.fromkeys(finding for piece in pieces for finding in piece.findings)),
    )


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a symbol's bars came from; what a report says about its data.

    first, last, bars: of the window, days, or UTC times for bars within the day; warmup_bars lie before `first`.
    sha256: over times and prices of all bars, warm-up included, as they went into the run. source: file names, or
    where the provider got them.
    """

    symbol: str
    provider: str
    first: date | datetime
    last: date | datetime
    bars: int
    warmup_bars: int
    price_mode: PriceMode
    synthetic: bool
    sha256: str
    source: str
    fetched_at: datetime | None
    currency: str | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Bars ready for a run. bars[:warmup_bars] lie before the window: they feed indicators and never trade.

    trading: when the market trades, for annualising. findings: the provenance's warnings with their weight and days.
    """

    bars: Bars
    warmup_bars: int
    trading: Trading
    provenance: Provenance
    findings: tuple[Finding, ...] = ()

    @property
    def symbol(self) -> str:
        return self.bars.symbol

    @property
    def window(self) -> Bars:
        """The bars of the window alone."""
        return self.bars.between(self.warmup_bars, len(self.bars))


def digest_of(bars: Bars) -> str:
    """sha256 over times and columns, the same on every machine."""
    return digest_arrays([bars.times, *(getattr(bars, name) for name in PRICE_COLUMNS)])


def digest_arrays(arrays: Sequence[Times | Floats]) -> str:
    """sha256 over the little-endian bytes of each array in turn: times as int64 seconds, numbers as float64."""
    digest = hashlib.sha256()
    for array in arrays:
        if array.dtype.kind == "M":
            numbers = array.astype("datetime64[s]").astype("<i8")
        else:
            numbers = np.asarray(array, dtype="<f8")
        digest.update(np.ascontiguousarray(numbers).data)
    return digest.hexdigest()
