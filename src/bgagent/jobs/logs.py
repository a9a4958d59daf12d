"""The log of a job: every event once for people (`.log`) and once for programs (`.jsonl`).

A line is written by one `write` to a descriptor opened for appending, so lines of several processes never mix; whatever
a text holds, it stays inside its own line.
"""

import errno
import json
import math
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from bgagent.errors import MachineUnfit
from bgagent.jobs.folders import JobFiles
from bgagent.jobs.redaction import Redactor
from bgagent.jobs.stamps import stamp, utc_now

LEVELS = ("debug", "info", "warning", "error")
LONGEST_TEXT = 16_000  # of one value; more is cut, with a note
LARGEST_LOG = 32 * 2**20  # after that, ordinary events are dropped, with a note
_DEEPEST = 8
_TAIL = 64 * 1024

_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,-]+")


def plain_value(value: object, depth: int = 0) -> object:
    """What JSON can hold of a value: undefined numbers become null, times stamps, everything unknown its text."""
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else None
        case str():
            cut = len(value) - LONGEST_TEXT
            return value if cut <= 0 else f"{value[:LONGEST_TEXT]} … ({cut} more letters)"
        case datetime():
            return stamp(value) if value.tzinfo else value.isoformat()
        case date():
            return value.isoformat()
        case Mapping() if depth < _DEEPEST:
            return {str(key): plain_value(item, depth + 1) for key, item in value.items()}
        case list() | tuple() | set() | frozenset() if depth < _DEEPEST:
            return [plain_value(item, depth + 1) for item in value]
    return plain_value(str(value))


def shown(value: object) -> str:
    """A value of `plain_value` as it stands after the `=` in a line for people."""
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) else _printable(json.dumps(value, ensure_ascii=False))
    return _printable(json.dumps(value, ensure_ascii=False))


def _printable(text: str) -> str:
    """Without what could end a line, move a cursor or turn the direction of reading."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _escape(ord(letter)) for letter in text)


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


class Log:
    """Appends events to both files of a job's log.

    terminal: path of a terminal that shows the lines too, "" for none; a terminal never holds the job up.
    MachineUnfit when a line cannot be written.
    """

    def __init__(
        self,
        files: JobFiles,
        *,
        redact: Redactor,
        terminal: str = "",
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._files = files
        self._redact = redact
        self._clock = clock
        self._full = False
        try:
            self._events = _open_for_appending(files.events)
            try:
                self._lines = _open_for_appending(files.log)
            except OSError:
                os.close(self._events)
                raise
        except OSError as error:
            raise MachineUnfit.from_os_error(error, error.filename or files.log) from error
        self._terminal = _open_terminal(terminal)

    def write(self, level: str, event: str, fields: Mapping[str, object], *, essential: bool = False) -> None:
        """One event. essential: also when the log has grown to its limit."""
        if level not in LEVELS:
            raise ValueError(f"level must be one of {LEVELS}, was {level!r}")
        if not essential and self._has_grown_to_its_limit():
            return
        self._write(level, event, fields)

    def redact(self, text: str) -> str:
        """The text as it may be written anywhere."""
        return self._redact(text)

    def close(self) -> None:
        for descriptor in (self._events, self._lines, self._terminal):
            if descriptor >= 0:
                os.close(descriptor)
        self._events = self._lines = self._terminal = -1

    def _write(self, level: str, event: str, fields: Mapping[str, object]) -> None:
        at = stamp(self._clock())
        values = {name: self._redacted(plain_value(value)) for name, value in fields.items()}
        record = json.dumps({"time": at, "level": level, "event": event, **values})
        pairs = "".join(f" {_printable(name)}={shown(value)}" for name, value in values.items())
        line = f"{at} {level.upper():<7} {_printable(event)}{pairs}"
        for descriptor, path, text in (
            (self._events, self._files.events, record),
            (self._lines, self._files.log, line),
        ):
            try:
                _append(descriptor, self._redact(text))
            except OSError as error:
                raise MachineUnfit.from_os_error(error, path) from error
        if self._terminal >= 0:
            self._show(self._redact(line))

    def _redacted(self, value: object) -> object:
        match value:
            case str():
                return self._redact(value)
            case dict():
                return {key: self._redacted(item) for key, item in value.items()}
            case list():
                return [self._redacted(item) for item in value]
        return value

    def _has_grown_to_its_limit(self) -> bool:
        if not self._full and os.fstat(self._events).st_size > LARGEST_LOG:
            self._full = True
            self._write("warning", "log_truncated", {"limit_bytes": LARGEST_LOG})
        return self._full

    def _show(self, line: str) -> None:
        try:
            os.write(self._terminal, line.encode(errors="backslashreplace") + b"\r\n")
        except BlockingIOError:
            return  # somebody scrolls back in it: the line is in the file
        except OSError:
            os.close(self._terminal)  # closed under us
            self._terminal = -1


def read_events(path: Path, *, about: str = "") -> Iterator[dict[str, object]]:
    """The events of a `.jsonl` file, oldest first; lines torn by a crash are passed over.

    about: only the events of this name.
    """
    marker = f'"event": {json.dumps(about)}'.encode() if about else b""
    with path.open("rb") as lines:
        for line in lines:
            if marker not in line:
                continue
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict) and (not about or event.get("event") == about):
                yield event


def last_lines(path: Path, count: int, *, end: int | None = None) -> tuple[str, ...]:
    """The last lines of a log, oldest first; () when there is none. end: of the bytes to look at, None for all."""
    if count < 1:
        return ()
    try:
        with path.open("rb") as log:
            end = log.seek(0, os.SEEK_END) if end is None else end
            span = _TAIL
            while True:
                start = max(0, end - span)
                log.seek(start)
                tail = log.read(end - start)
                if start == 0 or tail.count(b"\n") > count:
                    break
                span *= 4
    except OSError:
        return ()
    return tuple(tail.decode(errors="replace").splitlines()[-count:])


def _open_for_appending(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        if _ends_torn(descriptor):
            os.write(descriptor, b"\n")
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _ends_torn(descriptor: int) -> bool:
    """A crash or a full disk cut the last line short; seen twice, because another may just be writing it."""
    for pause_s in (0.0, 0.002):
        time.sleep(pause_s)
        size = os.fstat(descriptor).st_size
        if size == 0 or os.pread(descriptor, 1, size - 1) == b"\n":
            return False
    return True


def _append(descriptor: int, line: str) -> None:
    data = line.encode(errors="backslashreplace") + b"\n"
    if os.write(descriptor, data) < len(data):
        os.write(descriptor, b"\n")  # says why there was no room, or closes the torn line
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _open_terminal(path: str) -> int:
    if not path:
        return -1
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return -1
    if os.isatty(descriptor):
        return descriptor
    os.close(descriptor)
    return -1
