"""The child's end of the two pipes: it asks nothing, waits for what it is sent, and answers."""

import os

from bgagent.sandbox.protocol import PREFIX, Frame, Kind, frame_size, pack_frame


class Channel:
    """Blocking frames over two descriptors. Raises EOFError when the host has gone."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing

    def receive(self, *expected: Kind) -> Frame:
        """The next frame. Raises ValueError when it is of none of these kinds."""
        kind, size = frame_size(self._read(PREFIX.size))
        if kind not in expected:
            raise ValueError(f"the host sent {kind.name} where {' or '.join(kind.name for kind in expected)} was due")
        return kind, self._read(size)

    def send(self, kind: Kind, body: bytes = b"") -> None:
        """Sends one frame, whole."""
        unsent = memoryview(pack_frame(kind, body))
        while unsent:
            unsent = unsent[os.write(self._writing, unsent) :]

    def _read(self, size: int) -> bytes:
        pieces = []
        while size:
            piece = os.read(self._reading, size)
            if not piece:
                raise EOFError("the host has gone")
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)
