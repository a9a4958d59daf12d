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


class Stream:
    """Bars of some symbols, of which the host sends the next only when it has what was decided on those before.

    Pass `take` to the driving loop as `on_order`: what it takes is sent before more bars are waited for. flags: rows of
    the calendar's part that come before what is declared.
    """

    def __init__(self, channel: Channel, *, timeframe: Timeframe, size: int, first: int, symbols: int) -> None:
        self.timeframe = timeframe
        self.size = size
        self.first = first
        self.count = first
        self._channel = channel
        self._symbols = symbols
        self._flags = 0
        self._received = 0
        self._sessions_received = 0
        self._records: list[tuple[Any, ...]] = []
        self.times = np.full(size, np.datetime64("NaT"), dtype="datetime64[s]")
        self.sessions = np.full(size, np.datetime64("NaT"), dtype="datetime64[D]")
        self._prices = np.full((symbols * len(PRICE_COLUMNS), size), np.nan)
        self._indicators = np.empty((0, size))
        self._due = np.zeros((0, size), dtype=np.bool_)

    def ask_for(self, prices: Sequence[str], calendars: Sequence[str]) -> None:
        """Has the host compute these, and takes what is known before the window.

        Raises ValueError for an expression of several lines.
        """
        self._channel.send(Kind.DECLARED, pack_declarations(prices, calendars))
        self._indicators = np.full((len(prices), self.size), np.nan)
        self._due = np.zeros((self._flags + len(calendars), self.size), dtype=np.bool_)
        self._fill(self._channel.receive(Kind.BARS)[1])

    def take(self, order: Order) -> None:
        """Keeps an order until the next bars are asked for."""
        self._records.append(order.record())

    def advance(self) -> bool:
        """See Feed."""
        if self.count == self._received:
            self._channel.send(Kind.ORDERS, LAST_BAR.pack(self.count - 1) + self._decided())
            self._records.clear()
            kind, body = self._channel.receive(Kind.BARS, Kind.END)
            if kind is Kind.END:
                return False
            self._fill(body)
        self.count += 1
        return True

    def _decided(self) -> bytes:
        return pack_records(self._records).tobytes()

    def _fill(self, body: bytes) -> tuple[slice, Block]:
        """Puts a block where it belongs; which sessions it brought, and the block."""
        block = unpack_block(body, indicators=len(self._indicators), calendars=len(self._due), symbols=self._symbols)
        bars = slice(self._received, self._received + len(block.times))
        sessions = slice(self._sessions_received, self._sessions_received + len(block.sessions))
        self.times[bars] = block.times
        self._prices[:, bars] = block.numbers[: len(self._prices)]
        self._indicators[:, bars] = block.numbers[len(self._prices) :]
        self.sessions[sessions] = block.sessions
        self._due[:, sessions] = block.due
        self._received, self._sessions_received = bars.stop, sessions.stop
        return sessions, block


class StreamFeed(Stream):
    """A Feed: the stream of one symbol."""

    def __init__(self, channel: Channel, *, symbol: str, timeframe: Timeframe, size: int, first: int) -> None:
        super().__init__(channel, timeframe=timeframe, size=size, first=first, symbols=1)
        self.symbol = symbol
        self.open, self.high, self.low, self.close, self.volume = self._prices

    def declare(
        self, expressions: Sequence[str], calendars: Sequence[str]
    ) -> tuple[Sequence[Floats], Sequence[Conditions]]:
        """See Feed; the host computes them. Raises ValueError for an expression of several lines."""
        self.ask_for(expressions, calendars)
        return tuple(self._indicators), tuple(self._due)
