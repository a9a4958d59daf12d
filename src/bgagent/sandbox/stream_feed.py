"""Bars that come through a pipe: those not yet sent are not in this process's memory at all."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from bgagent.bars import PRICE_COLUMNS, Floats
from bgagent.engine.orders import Order, pack_records
from bgagent.periods import Timeframe
from bgagent.sandbox.blocks import Block, Conditions, unpack_block
from bgagent.sandbox.channel import Channel
from bgagent.sandbox.declarations import pack_declarations
from bgagent.sandbox.protocol import LAST_BAR, Kind


class StreamFeed:
    """A Feed whose host sends the next bars only when it has the orders decided on the bars before.

    Pass `take` to `drive` as `on_order`: what it takes is sent before more bars are waited for.
    """

    def __init__(self, channel: Channel, *, symbol: str, timeframe: Timeframe, size: int, first: int) -> None:
        self.symbol = symbol
        self.timeframe = timeframe
        self.size = size
        self.first = first
        self.count = first
        self._channel = channel
        self._received = 0
        self._sessions_received = 0
        self._records: list[tuple[Any, ...]] = []
        self.times = np.full(size, np.datetime64("NaT"), dtype="datetime64[s]")
        self.sessions = np.full(size, np.datetime64("NaT"), dtype="datetime64[D]")
        self._due = np.zeros((0, size), dtype=np.bool_)
        self._lay_out(0)

    def _lay_out(self, indicators: int) -> None:
        self._numbers = np.full((len(PRICE_COLUMNS) + indicators, self.size), np.nan)
        self.open, self.high, self.low, self.close, self.volume = self._numbers[: len(PRICE_COLUMNS)]

    def declare(
        self, expressions: Sequence[str], calendars: Sequence[str]
    ) -> tuple[Sequence[Floats], Sequence[Conditions]]:
        """See Feed; the host computes them. Raises ValueError for an expression of several lines."""
        self._channel.send(Kind.DECLARED, pack_declarations(expressions, calendars))
        self._lay_out(len(expressions))
        self._due = np.zeros((len(calendars), self.size), dtype=np.bool_)
        self._fill(self._channel.receive(Kind.BARS)[1])
        return tuple(self._numbers[len(PRICE_COLUMNS) :]), tuple(self._due)

    def take(self, order: Order) -> None:
        """Keeps an order until the next bars are asked for."""
        self._records.append(order.record())

    def advance(self) -> bool:
        """See Feed."""
        if self.count == self._received:
            self._channel.send(Kind.ORDERS, LAST_BAR.pack(self.count - 1) + pack_records(self._records).tobytes())
            self._records.clear()
            kind, body = self._channel.receive(Kind.BARS, Kind.END)
            if kind is Kind.END:
                return False
            self._fill(body)
        self.count += 1
        return True

    def _fill(self, body: bytes) -> None:
        indicators, calendars = len(self._numbers) - len(PRICE_COLUMNS), len(self._due)
        block: Block = unpack_block(body, indicators=indicators, calendars=calendars)
        bars = slice(self._received, self._received + len(block.times))
        sessions = slice(self._sessions_received, self._sessions_received + len(block.sessions))
        self.times[bars] = block.times
        self._numbers[:, bars] = block.numbers
        self.sessions[sessions] = block.sessions
        self._due[:, sessions] = block.due
        self._received, self._sessions_received = bars.stop, sessions.stop
