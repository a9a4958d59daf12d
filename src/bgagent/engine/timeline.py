"""Several symbols on the union of their sessions: where each has a bar of its own, and what it costs in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import PRICE_COLUMNS, Bars, Floats, Times


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """The bars of k symbols, laid onto the n bars that any of them has.

    first: index of the window's first bar. own: (n, k), index of a symbol's own latest bar, -1 before its first.
    traded: (n, k), where it has a bar of its own. laid: the symbols' bars on all n; one without a bar keeps its last
    close (its first open before there is one), with a volume of 0. next_session: the first day after them on which any
    of the symbols trades; None where that is not known. is_common: whether all have the very
    same bars.
    """

    times: Times
    sessions: Times
    first: int
    own: NDArray[np.int64]
    traded: NDArray[np.bool_]
    laid: tuple[Bars, ...]
    next_session: date | None = None
    is_common: bool = False

    def __len__(self) -> int:
        return len(self.times)

    def before(self, bars: Bars) -> NDArray[np.int64]:
        """(n,): index of the latest of some bars that began no later than the bar before each one, -1 where none did.

        What is known of them when an order for that bar's open is decided.
        """
        if self.is_common and (bars.times is self.times or np.array_equal(bars.times, self.times)):
            return np.arange(-1, len(self) - 1)
        places = np.full(len(self), -1)
        places[1:] = np.searchsorted(bars.times, self.times[:-1], side="right") - 1
        return places


def join(bars: Sequence[Bars], *, first_on: date) -> Timeline:
    """The symbols' bars together. first_on: first day of the window; earlier bars are warm-up.

    Raises ValueError for no bars, a symbol given twice, bars of different length, or none in the window.
    """
    times, sessions = _union(bars)
    first = int(np.searchsorted(sessions, np.datetime64(first_on, "D"), side="left"))
    if first == len(times):
        raise ValueError(f"no symbol of the portfolio has a bar on or after {first_on}")
    return _laid(bars, times, sessions, first)


def join_at(bars: Sequence[Bars], *, first: int) -> Timeline:
    """The same. first: index of the window's first bar among those that any symbol has."""
    times, sessions = _union(bars)
    if not 0 <= first < len(times):
        raise ValueError(f"the window cannot begin at bar {first} of {len(times)}")
    return _laid(bars, times, sessions, first)


def _union(bars: Sequence[Bars]) -> tuple[Times, Times]:
    """Times and sessions of the bars that any symbol has."""
    if not bars or not all(len(each) for each in bars):
        raise ValueError("a portfolio needs bars of each of its symbols")
    if len({each.symbol for each in bars}) < len(bars):
        raise ValueError("a portfolio needs each symbol once")
    if len({each.timeframe for each in bars}) > 1:
        raise ValueError("all symbols of a portfolio need bars of the same length")
    if _are_common(bars):
        return bars[0].times, bars[0].sessions
    times, where = np.unique(np.concatenate([each.times for each in bars]), return_index=True)
    sessions = np.concatenate([each.sessions for each in bars])[where]
    return times, sessions


def _are_common(bars: Sequence[Bars]) -> bool:
    """Whether all symbols have the very same bars."""
    times = bars[0].times
    return all(each.times is times or np.array_equal(each.times, times) for each in bars[1:])


def _laid(bars: Sequence[Bars], times: Times, sessions: Times, first: int) -> Timeline:
    if _are_common(bars):
        own = np.broadcast_to(np.arange(len(times))[:, np.newaxis], (len(times), len(bars)))
        laid = tuple(bars)
        return Timeline(
            times,
            sessions,
            first,
            own,
            np.ones(own.shape, dtype=np.bool_),
            laid,
            _next_session(bars, sessions[-1].item()),
            True,
        )
    own = np.column_stack([np.searchsorted(each.times, times, side="right") - 1 for each in bars])
    traded = np.column_stack([each.times[own[:, k]] == times for k, each in enumerate(bars)])
    laid = tuple(_lay(each, times, sessions, own[:, k], traded[:, k]) for k, each in enumerate(bars))
    return Timeline(times, sessions, first, own, traded, laid, _next_session(bars, sessions[-1].item()))


def _next_session(bars: Sequence[Bars], last: date) -> date | None:
    """The earliest day that is known to come after the last one; a symbol that ended before says nothing of it."""
    lasting = [each.next_session for each in bars if each.sessions[-1].item() == last]
    known = [day for day in lasting if day is not None]
    return min(known) if len(known) == len(lasting) else None


def _lay(bars: Bars, times: Times, sessions: Times, own: NDArray[np.int64], traded: NDArray[np.bool_]) -> Bars:
    last_close = np.where(own >= 0, bars.close[own], bars.open[0])
    columns: dict[str, Floats] = {
        name: np.where(traded, getattr(bars, name)[own], 0.0 if name == "volume" else last_close)
        for name in PRICE_COLUMNS
    }
    return Bars(bars.symbol, bars.timeframe, times, sessions, **columns, next_session=None)
