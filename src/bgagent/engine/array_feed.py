"""A feed of bars that are all there already, given out one at a time all the same."""

from collections.abc import Sequence

import numpy as np

from bgagent.bars import PRICE_COLUMNS, Bars, Floats
from bgagent.engine.feed import Conditions
from bgagent.engine.other_symbols import read_by, words_of
from bgagent.engine.rules import parse, parse_calendar


class ArrayFeed:
    """A Feed over Bars: later bars are copied into the strategy's arrays only as they become known.

    watched: bars of other symbols, which expressions may read. Raises ValueError when no bar is left for the window.
    """

    def __init__(self, bars: Bars, *, first: int, watched: Sequence[Bars] = ()) -> None:
        if not 0 <= first < len(bars):
            raise ValueError(f"{bars.symbol}: the window cannot begin at bar {first} of {len(bars)}")
        self.symbol = bars.symbol
        self.timeframe = bars.timeframe
        self.size = len(bars)
        self.first = first
        self.count = first
        self._bars = bars
        self._universe = (bars, *watched)
        self._calendars: tuple[Conditions, ...] = ()
        self._due: tuple[Conditions, ...] = ()
        self.times = np.full(self.size, np.datetime64("NaT"), dtype="datetime64[s]")
        self.sessions = np.full(self.size, np.datetime64("NaT"), dtype="datetime64[D]")
        self._lay_out(np.array([getattr(bars, name) for name in PRICE_COLUMNS]))
        self.times[:first] = bars.times[:first]
        self.sessions[: first + 1] = bars.sessions[: first + 1]

    def _lay_out(self, columns: Floats) -> None:
        """Sets aside one row for each column and fills in what is known."""
        self._columns = columns
        self._known = np.full(columns.shape, np.nan)
        self._known[:, : self.count] = columns[:, : self.count]
        self.open, self.high, self.low, self.close, self.volume = self._known[:5]

    def declare(
        self, expressions: Sequence[str], calendars: Sequence[str]
    ) -> tuple[Sequence[Floats], Sequence[Conditions]]:
        """See Feed."""
        bars = self._bars
        declared = [np.asarray(self._evaluated(text), dtype=np.float64) for text in expressions]
        self._calendars = tuple(
            parse_calendar(text).evaluate(bars.sessions, first=self.first, next_session=bars.next_session)
            for text in calendars
        )
        self._due = tuple(np.zeros(self.size, dtype=np.bool_) for _ in calendars)
        for due, calendar in zip(self._due, self._calendars, strict=True):
            due[: self.count + 1] = calendar[: self.count + 1]
        self._lay_out(np.vstack([self._columns[:5], *declared]))
        return tuple(self._known[5:]), self._due

    def _evaluated(self, text: str) -> Floats | Conditions:
        expression = parse(text, words_of(bars.symbol for bars in self._universe))
        return expression.evaluate(self._bars, read_by(expression.symbols, self._universe))

    def advance(self) -> bool:
        """See Feed."""
        now = self.count
        if now == self.size:
            return False
        self._known[:, now] = self._columns[:, now]
        self.times[now] = self._bars.times[now]
        if now + 1 < self.size:
            self.sessions[now + 1] = self._bars.sessions[now + 1]
            for due, calendar in zip(self._due, self._calendars, strict=True):
                due[now + 1] = calendar[now + 1]
        self.count = now + 1
        return True
