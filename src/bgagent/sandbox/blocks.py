"""Bars on their way to a strategy: what has closed, and what the calendar tells one session ahead.

Body of a BARS frame: how many bars and how many sessions it holds; then times (seconds), sessions (days), the rows of
numbers (five price columns of each symbol, then each declared indicator), one value a bar, and the rows of each
declared calendar expression, one byte a session; with several symbols first, for each, whether it has a bar there.
"""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import PRICE_COLUMNS, Floats, Times

Conditions = NDArray[np.bool_]

_COUNTS = struct.Struct("<II")


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some bars in a row, and the sessions that become known with them.

    times: (n,). numbers: (5 s + k, n), price columns as in PRICE_COLUMNS of each of s symbols, then indicators.
    sessions: (m,), of the bars one further on; in the opening block also that of bar 0. due: (c, m), calendar
    expressions of those sessions.
    """

    times: Times
    numbers: Floats
    sessions: Times
    due: Conditions


def pack_block(block: Block) -> bytes:
    """The body of a BARS frame."""
    counts = _COUNTS.pack(len(block.times), len(block.sessions))
    times = block.times.astype("<i8").tobytes() + block.sessions.astype("<i8").tobytes()
    return counts + times + block.numbers.astype("<f8").tobytes() + block.due.astype("u1").tobytes()


def unpack_block(body: bytes, *, indicators: int, calendars: int, symbols: int = 1) -> Block:
    """What `pack_block` wrote, for so many declared expressions. Raises ValueError when the length does not fit."""
    bars, sessions = _COUNTS.unpack_from(body)
    rows = symbols * len(PRICE_COLUMNS) + indicators
    if len(body) != _COUNTS.size + 8 * (bars + sessions + rows * bars) + calendars * sessions:
        raise ValueError(f"{len(body)} bytes are not {bars} bars of {rows} columns")
    at = _COUNTS.size
    times = np.frombuffer(body, "<i8", bars, at)
    at += times.nbytes
    days = np.frombuffer(body, "<i8", sessions, at)
    at += days.nbytes
    numbers = np.frombuffer(body, "<f8", rows * bars, at).reshape(rows, bars)
    at += numbers.nbytes
    due = np.frombuffer(body, "u1", calendars * sessions, at).reshape(calendars, sessions)
    return Block(times.astype("datetime64[s]"), numbers, days.astype("datetime64[D]"), due.astype(np.bool_))
