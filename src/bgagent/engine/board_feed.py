"""A feed of several symbols whose bars are all there already, given out one at a time all the same."""

from collections.abc import Sequence

import numpy as np

from bgagent.bars import Floats
from bgagent.engine.board import Board
from bgagent.engine.feed import Conditions
from bgagent.engine.joined_feed import empty_prices


class BoardFeed:
    """A JoinedFeed over a Board: later bars are copied into the strategy's arrays only as they become known."""

    def __init__(self, board: Board) -> None:
        timeline = board.timeline
        self.symbols = board.symbols
        self.watched = board.watched
        self.timeframe = board.bars[0].timeframe
        self.size = len(timeline)
        self.first = timeline.first
        self.count = timeline.first
        self._board = board
        self._all_prices = board.prices()
        self._all_columns = np.empty((0, self.size))
        self._calendars: tuple[Conditions, ...] = ()
        self._columns = np.empty((0, self.size))
        self._due: tuple[Conditions, ...] = ()
        self.times = np.full(self.size, np.datetime64("NaT"), dtype="datetime64[s]")
        self.sessions = np.full(self.size, np.datetime64("NaT"), dtype="datetime64[D]")
        self.prices = empty_prices(len(board.bars), self.size)
        self.traded = np.zeros((len(board.bars), self.size), dtype=np.uint8)
        self.own = np.full((len(board.bars), self.size), -1, dtype=np.int64)
        self._know(slice(0, self.first), slice(0, self.first + 1))

    def _know(self, bars: slice, ahead: slice) -> None:
        """Copies what becomes known with some bars, and of the calendar one bar ahead."""
        timeline = self._board.timeline
        self.times[bars] = timeline.times[bars]
        self.prices[:, :, bars] = self._all_prices[:, :, bars]
        self._columns[:, bars] = self._all_columns[:, bars]
        self.sessions[ahead] = timeline.sessions[ahead]
        self.traded[:, ahead] = self._board.traded[:, ahead]
        self.own[:, ahead] = self._board.own[:, ahead]
        for due, calendar in zip(self._due, self._calendars, strict=True):
            due[ahead] = calendar[ahead]

    def declare(
        self, expressions: Sequence[tuple[int, str]], calendars: Sequence[tuple[int, str]]
    ) -> tuple[Sequence[Floats], Sequence[Conditions]]:
        """See JoinedFeed."""
        columns = [self._board.indicator(number, text) for number, text in expressions]
        self._all_columns = np.array(columns).reshape(len(columns), self.size)
        self._calendars = tuple(self._board.calendar(number, text) for number, text in calendars)
        self._columns = np.full(self._all_columns.shape, np.nan)
        self._due = tuple(np.zeros(self.size, dtype=np.bool_) for _ in calendars)
        self._know(slice(0, self.count), slice(0, self.count + 1))
        return tuple(self._columns), self._due

    def advance(self) -> bool:
        """See JoinedFeed."""
        now = self.count
        if now == self.size:
            return False
        self._know(slice(now, now + 1), slice(now + 1, now + 2))
        self.count = now + 1
        return True
