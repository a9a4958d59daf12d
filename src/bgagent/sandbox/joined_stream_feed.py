"""Bars of several symbols that come through a pipe, and payments that go back with the orders."""

from collections.abc import Sequence

import numpy as np

from bgagent.bars import PRICE_COLUMNS, Floats
from bgagent.periods import Timeframe
from bgagent.sandbox.blocks import Block, Conditions
from bgagent.sandbox.channel import Channel
from bgagent.sandbox.payments import pack_payments
from bgagent.sandbox.stream_feed import Stream


class JoinedStreamFeed(Stream):
    """A JoinedFeed. Pass `take_payment` to the driving loop as `on_payment`."""

    def __init__(
        self,
        channel: Channel,
        *,
        symbols: tuple[str, ...],
        watched: tuple[str, ...],
        timeframe: Timeframe,
        size: int,
        first: int,
    ) -> None:
        count = len(symbols) + len(watched)
        super().__init__(channel, timeframe=timeframe, size=size, first=first, symbols=count)
        self.symbols = symbols
        self.watched = watched
        self.prices: Floats = self._prices.reshape(count, len(PRICE_COLUMNS), size)
        self.traded = np.zeros((count, size), dtype=np.uint8)
        self.own = np.full((count, size), -1, dtype=np.int64)
        self._flags = count
        self._last_own = np.full(count, -1, dtype=np.int64)
        self._payments: list[tuple[int, float]] = []

    def declare(
        self, expressions: Sequence[tuple[int, str]], calendars: Sequence[tuple[int, str]]
    ) -> tuple[Sequence[Floats], Sequence[Conditions]]:
        """See JoinedFeed; the host computes them. Raises ValueError for an expression of several lines."""
        self.ask_for(
            [f"{number} {text}" for number, text in expressions], [f"{number} {text}" for number, text in calendars]
        )
        return tuple(self._indicators), tuple(self._due[self._flags :])

    def take_payment(self, bar: int, amount: float) -> None:
        """Keeps a payment until the next bars are asked for."""
        self._payments.append((bar, amount))

    def _decided(self) -> bytes:
        payments = pack_payments(self._payments)
        self._payments.clear()
        return payments + super()._decided()

    def _fill(self, body: bytes) -> tuple[slice, Block]:
        sessions, block = super()._fill(body)
        traded = block.due[: self._flags]
        self.traded[:, sessions] = traded
        self.own[:, sessions] = self._last_own[:, np.newaxis] + np.cumsum(traded, axis=1)
        self._last_own = self._last_own + traded.sum(axis=1)
        return sessions, block
