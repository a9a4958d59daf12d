"""The frames between host and child: one byte of kind, four of length, then the body.

Host to child: BEGIN (a marshalled dict), SOURCE (UTF-8), BARS (columns of float64 and int64), END.
Child to host: READY (its isolation), DECLARED (expressions, one a line), ORDERS (the index of the last bar seen, with
several symbols the payments, then records), DONE, FAILED (kind, newline, text). Every kind has a largest size; the host
believes nothing beyond that.
"""

import struct
from enum import IntEnum

PREFIX = struct.Struct("<BI")
LAST_BAR = struct.Struct("<q")


class Kind(IntEnum):
    """What a frame says."""

    BEGIN = 1
    SOURCE = 2
    BARS = 3
    END = 4
    READY = 16
    DECLARED = 17
    ORDERS = 18
    DONE = 19
    FAILED = 20


LARGEST = {
    Kind.BEGIN: 1 << 16,
    Kind.SOURCE: 1 << 20,
    Kind.BARS: 1 << 30,
    Kind.END: 0,
    Kind.READY: 1 << 13,
    Kind.DECLARED: 1 << 18,
    Kind.ORDERS: 1 << 24,
    Kind.DONE: 0,
    Kind.FAILED: 1 << 15,
}

ANSWERS = frozenset({Kind.READY, Kind.DECLARED, Kind.ORDERS, Kind.DONE, Kind.FAILED})

Frame = tuple[Kind, bytes]


def pack_frame(kind: Kind, body: bytes = b"") -> bytes:
    """One frame, ready to send. Raises ValueError when the body is too large for its kind."""
    if len(body) > LARGEST[kind]:
        raise ValueError(f"a {kind.name} frame holds at most {LARGEST[kind]:,} bytes, not {len(body):,}")
    return PREFIX.pack(kind, len(body)) + body


def frame_size(prefix: bytes | bytearray) -> tuple[Kind, int]:
    """Kind and body size that a frame's first bytes announce. Raises ValueError when there can be no such frame."""
    number, size = PREFIX.unpack_from(prefix)
    try:
        kind = Kind(number)
    except ValueError as error:
        raise ValueError(f"no frame has the kind {number}") from error
    if size > LARGEST[kind]:
        raise ValueError(f"a {kind.name} frame of {size:,} bytes is larger than the {LARGEST[kind]:,} allowed")
    return kind, size


class FrameReader:
    """Puts a child's frames together from pieces as they arrive; holds at most one frame and what came with it."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def is_empty(self) -> bool:
        """True when every byte received has been taken as part of a frame."""
        return not self._held

    def add(self, piece: bytes) -> None:
        """Takes the next bytes of the stream."""
        self._held += piece

    def take(self) -> Frame | None:
        """The next whole frame; None until it is there. Raises ValueError as soon as it cannot be a child's."""
        if len(self._held) < PREFIX.size:
            return None
        kind, size = frame_size(self._held)
        if kind not in ANSWERS:  # the host's own may be a gigabyte
            raise ValueError(f"{kind.name} is not an answer")
        end = PREFIX.size + size
        if len(self._held) < end:
            return None
        body = bytes(self._held[PREFIX.size : end])
        del self._held[:end]
        return kind, body
