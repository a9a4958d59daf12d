"""How the bars of several symbols reach a strategy: all laid onto the sessions that any of them has."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import PRICE_COLUMNS, Floats, Times
from bgagent.engine.feed import Conditions
from bgagent.periods import Timeframe

ALL = -1  # in place of a symbol's number: the sessions of all that may be traded


class JoinedFeed(Protocol):
    """Bars of several symbols, given out one after the other; as `Feed`, for all of them at once.

    symbols: those that may be traded, in the order of their indices in an order log; watched: those that are only read,
    whose numbers come after. prices: (k, 5, size), the columns of PRICE_COLUMNS, known for `count` bars. traded:
    (k, size), 1 where a symbol has a bar of its own, and own: (k, size), the number of its own latest bar, -1 before
    its first; both known for one bar more, as the sessions are.
    """

    symbols: tuple[str, ...]
    watched: tuple[str, ...]
    timeframe: Timeframe
    size: int
    first: int
    count: int
    times: Times
    sessions: Times
    prices: Floats
    traded: NDArray[np.uint8]
    own: NDArray[np.int64]

    def declare(
        self, expressions: Sequence[tuple[int, str]], calendars: Sequence[tuple[int, str]]
    ) -> tuple[Sequence[Floats], Sequence[Conditions]]:
        """As Feed.declare, each with the number of its symbol; of a calendar ALL: of the sessions of all."""

    def advance(self) -> bool:
        """Makes the next bar known; False when there is none."""


class Lane:
    """What a joined feed brings of one symbol; a Feed, but for `declare` and `advance`, which are the joined feed's."""

    def __init__(self, feed: JoinedFeed, number: int) -> None:
        self._feed = feed
        self.symbol = (*feed.symbols, *feed.watched)[number]
        self.timeframe = feed.timeframe
        self.size = feed.size
        self.first = feed.first
        self.times = feed.times
        self.sessions = feed.sessions
        self.open, self.high, self.low, self.close, self.volume = feed.prices[number]
        self.traded = feed.traded[number]
        self.own = feed.own[number]

    @property
    def count(self) -> int:
        """Bars known so far."""
        return self._feed.count


def empty_prices(symbols: int, size: int) -> Floats:
    """(k, 5, size) of NaN."""
    return np.full((symbols, len(PRICE_COLUMNS), size), np.nan)
