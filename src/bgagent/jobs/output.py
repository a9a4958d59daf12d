"""What a command prints becomes events of the log: redacted, harmless, and not without end."""

import os

from bgagent.jobs.logs import Log

_LONGEST_LINE = 4_000
_MOST_BYTES = 512 * 2**10
_BYTES_AROUND_A_LINE = 80  # time, level, event
_CHUNK = 65_536
_CHUNKS_AT_ONCE = 16  # then others get their turn, however much is printed


class Output:
    """The reading end of the pipe that a command prints into; it must be emptied for the command to go on."""

    def __init__(self, descriptor: int, log: Log) -> None:
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self.is_open = True
        self._log = log
        self._last = b""
        self._rest = b""
        self._logged = 0

    @property
    def last_line(self) -> str:
        """The last thing printed that is not blank, without secrets."""
        return self._log.redact(self._last.decode(errors="replace")).strip()

    def take(self) -> None:
        """Log what is there now."""
        for _ in range(_CHUNKS_AT_ONCE):
            if not self.is_open:
                return
            try:
                chunk = os.read(self.descriptor, _CHUNK)
            except BlockingIOError:
                return
            if not chunk:
                self.close()
                return
            self._split(chunk)

    def close(self) -> None:
        if self.is_open:
            self.is_open = False
            os.close(self.descriptor)
            self._line(self._rest)

    def _split(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if self._logged > _MOST_BYTES:  # nothing more is logged, only the last words may matter
            lines = [line for line in lines if line.strip()][-1:]
        for line in lines:
            self._line(line)
        if len(self._rest) > _CHUNK:
            text = self._log.redact(self._rest.decode(errors="replace"))  # whole, so that no secret is cut in two
            self._line(text[:-_LONGEST_LINE].encode(errors="replace"))
            self._rest = text[-_LONGEST_LINE:].encode(errors="replace")

    def _line(self, line: bytes) -> None:
        if not line.strip():
            return
        self._last = line[-_LONGEST_LINE:]
        if self._logged > _MOST_BYTES:
            return
        self._logged += len(line) + _BYTES_AROUND_A_LINE
        if self._logged > _MOST_BYTES:
            self._log.write("warning", "output_truncated", {"limit_bytes": _MOST_BYTES})
            return
        text = self._log.redact(line.decode(errors="replace").rstrip("\r"))
        for start in range(0, len(text), _LONGEST_LINE):
            self._log.write("info", "output", {"text": text[start : start + _LONGEST_LINE]})
