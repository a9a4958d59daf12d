"""Everything that a strategy over several symbols may come to know; cut at a bar, it is what is known by then."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import PRICE_COLUMNS, Bars, Floats
from bgagent.engine.feed import Conditions
from bgagent.engine.joined_feed import ALL
from bgagent.engine.other_symbols import read_by, words_of
from bgagent.engine.rules import parse, parse_calendar
from bgagent.engine.timeline import Timeline


class Board:
    """The bars of k symbols on a timeline, and what can be computed of them.

    bars: of the symbols of the timeline, in its order. watched: of further ones, only to be read: they add no bar to
    the timeline, and on each of its bars show their latest one that began no later. A symbol's number is its place
    among them all. Raises ValueError for a symbol given twice or bars of different length.
    """

    def __init__(self, timeline: Timeline, bars: Sequence[Bars], watched: Sequence[Bars] = ()) -> None:
        self.timeline = timeline
        self.bars = (*bars, *watched)
        self.symbols = tuple(each.symbol for each in bars)
        self.watched = tuple(each.symbol for each in watched)
        if len({each.symbol for each in self.bars}) < len(self.bars):
            raise ValueError("each symbol is given once, to be traded or to be watched")
        if len({each.timeframe for each in self.bars}) > 1:
            raise ValueError("all symbols need bars of the same length, those that are watched too")
        self._words = words_of(each.symbol for each in self.bars)
        places = [np.searchsorted(each.times, timeline.times, side="right") - 1 for each in watched]
        self.own: NDArray[np.int64] = np.vstack([timeline.own.T, *places])
        self.traded: NDArray[np.uint8] = np.vstack(
            [
                timeline.traded.T.astype(np.uint8),
                *(_begins(each, place, timeline) for each, place in zip(watched, places, strict=True)),
            ]
        )

    @property
    def first_on(self) -> np.datetime64:
        """The first day of the window."""
        return np.datetime64(self.timeline.sessions[self.timeline.first], "D")

    def prices(self) -> Floats:
        """(k, 5, n): the columns of PRICE_COLUMNS; the last close where there is no bar, NaN before the first."""
        result = np.empty((len(self.bars), len(PRICE_COLUMNS), len(self.timeline)))
        for number, bars in enumerate(self.bars):
            last_close = self.laid(number, bars.close)
            for row, name in enumerate(PRICE_COLUMNS):
                stands = np.where(np.isnan(last_close), np.nan, 0.0) if name == "volume" else last_close
                own = self.laid(number, getattr(bars, name))
                result[number, row] = np.where(self.traded[number] != 0, own, stands)
        return result

    def laid(self, number: int, values: Floats) -> Floats:
        """(n,): numbers over a symbol's own bars, each standing until the next; NaN before the first."""
        own = self.own[number]
        if not len(values):
            return np.full(len(self.timeline), np.nan)
        return np.where(own >= 0, values[own], np.nan)

    def indicator(self, number: int, text: str) -> Floats:
        """(n,): an expression on prices, computed over a symbol's own bars. Raises RuleError (a ValueError)."""
        expression = parse(text, self._words)
        others = read_by(expression.symbols, self.bars) if expression.symbols else {}
        values = expression.evaluate(self.bars[number], others)
        return self.laid(number, np.asarray(values, dtype=np.float64))

    def calendar(self, number: int, text: str) -> Conditions:
        """(n,): an expression on the calendar, true of an order filled at each bar's open.

        Of a symbol: of its own sessions, False where it has no bar; ALL: of the timeline's. Raises RuleError.
        """
        expression = parse_calendar(text)
        if number == ALL:
            timeline = self.timeline
            return expression.evaluate(timeline.sessions, first=timeline.first, next_session=timeline.next_session)
        bars = self.bars[number]
        if not len(bars):
            return np.zeros(len(self.timeline), dtype=np.bool_)
        first = int(np.searchsorted(bars.sessions, self.first_on, side="left"))
        holds = expression.evaluate(bars.sessions, first=first, next_session=bars.next_session)
        return np.asarray((self.traded[number] != 0) & holds[self.own[number]])


def _begins(bars: Bars, places: NDArray[np.int64], timeline: Timeline) -> NDArray[np.uint8]:
    """(n,): 1 where a watched symbol has a bar of the same start."""
    if not len(bars):
        return np.zeros(len(timeline), dtype=np.uint8)
    return np.asarray((places >= 0) & (bars.times[places] == timeline.times), dtype=np.uint8)
