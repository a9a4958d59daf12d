"""Bars for tests of the engine: given column by column, or a random walk from a seed."""

from collections.abc import Sequence

import numpy as np

from bgagent.bars import PRICE_COLUMNS, Bars, daily_bars
from bgagent.periods import Timeframe


def weekdays(count: int, *, start: str = "2024-01-01") -> np.ndarray:
    """Calendar days of `count` sessions, Monday to Friday, without holidays."""
    return np.busday_offset(start, np.arange(count), roll="forward")


def bars_of(
    close: Sequence[float],
    *,
    open: Sequence[float] | None = None,
    high: Sequence[float] | None = None,
    low: Sequence[float] | None = None,
    volume: Sequence[float] | None = None,
    start: str = "2024-01-01",
) -> Bars:
    """Daily bars with the given closes; a column left out is the close itself, the volume 1000."""
    closes = np.asarray(close, dtype=np.float64)
    given = {"open": open, "high": high, "low": low}
    columns = {name: closes if column is None else np.asarray(column, float) for name, column in given.items()}
    traded = np.full(len(closes), 1000.0) if volume is None else np.asarray(volume, float)
    return daily_bars("TEST", weekdays(len(closes), start=start), {**columns, "close": closes, "volume": traded})


def random_bars(seed: int, count: int, *, start: str = "2024-01-01") -> Bars:
    """A random walk with gaps, ranges and volumes, some of them 0."""
    generator = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(0.02 * generator.standard_normal(count)))
    opening = close * np.exp(0.01 * generator.standard_normal(count))
    high = np.maximum(opening, close) * (1.0 + 0.01 * generator.random(count))
    low = np.minimum(opening, close) * (1.0 - 0.01 * generator.random(count))
    volume = np.where(generator.random(count) < 0.1, 0.0, generator.integers(1, 1000, count)).astype(float)
    return bars_of(close, open=opening, high=high, low=low, volume=volume, start=start)


def bars_within_the_day(seed: int, sessions: int, *, minutes: int = 15, start: str = "2024-01-04") -> Bars:
    """Random bars from 14:30 UTC on, 26 of them (a session of 6.5 hours) when they last 15 minutes, on weekdays."""
    per_session = 390 // minutes
    flat = random_bars(seed, sessions * per_session)
    days = np.repeat(weekdays(sessions, start=start), per_session)
    offsets = np.tile(np.arange(per_session) * minutes + 14 * 60 + 30, sessions).astype("timedelta64[m]")
    columns = {name: getattr(flat, name) for name in PRICE_COLUMNS}
    frame = next(frame for frame in Timeframe if frame.is_intraday and frame.minutes == minutes)
    return Bars("TEST", frame, days.astype("datetime64[s]") + offsets, days, **columns)


def spliced(bars: Bars, other: Bars, cut: int) -> Bars:
    """The first `cut` bars of one, then those of the other."""
    columns = {name: np.concatenate((getattr(bars, name)[:cut], getattr(other, name)[cut:])) for name in PRICE_COLUMNS}
    return Bars(bars.symbol, bars.timeframe, bars.times, bars.sessions, **columns)
