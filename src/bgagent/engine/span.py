"""Lengths of coarser bars."""

from dataclasses import dataclass

from bgagent.periods import Timeframe


@dataclass(frozen=True, slots=True)
class Span:
    """A length of coarser bars. unit: session, week, month, quarter or minutes, of which `minutes` make one.

    timeframe: what the bars made of it pass for. bars: how many finer ones one needs at most: daily ones, or, where it
    is a session or shorter, bars of five minutes.
    """

    unit: str
    timeframe: Timeframe
    minutes: int
    bars: int


SESSION = Span("session", Timeframe.DAY, 0, 78)
WEEK = Span("week", Timeframe.WEEK, 0, 5)
MONTH = Span("month", Timeframe.MONTH, 0, 23)
QUARTER = Span("quarter", Timeframe.MONTH, 0, 66)

_FRAMES = {frame.minutes: frame for frame in Timeframe if frame.is_intraday}
LENGTHS = tuple(sorted(_FRAMES))
"""Minutes that a bar within the day may have."""


def minute_span(minutes: int) -> Span:
    """Bars of some minutes. Raises ValueError for a length that no timeframe has."""
    if minutes not in _FRAMES:
        raise ValueError(f"bars of {minutes} minutes are not known; write one of {', '.join(map(str, LENGTHS))}")
    return Span("minutes", _FRAMES[minutes], minutes, max(1, minutes // 5))
