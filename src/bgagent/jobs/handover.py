"""How a job gets its submitter's environment: through a FIFO that is read once and leaves nothing behind.

The variables of a shell hold secrets, and a tmux server has an environment of its own; so neither a command line nor a
file nor inheritance will do. The reader (`takeover`) closes the FIFO only when it has taken the job over: that is its
receipt.
"""

import errno
import json
import os
import select
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bgagent.errors import MachineUnfit
from bgagent.jobs.processes import identity
from bgagent.jobs.takeover import HEADER_BYTES

_POLL_S = 0.001
_CHUNK = 65_536
_COMMANDS = ("command", "afterwards")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a job's supervisor must know and nobody else may see.

    max_running: jobs at once. timeout_s: of the whole job from the moment it leaves the queue, None for no limit.
    grace_s: from asking the command to end to killing it. secrets: values to keep out of the log. afterwards: a second
    command, run when the job has ended; empty for none.
    """

    command: tuple[str, ...] = field(repr=False)
    cwd: str
    environment: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    umask: int
    max_running: int
    timeout_s: float | None
    grace_s: float
    launcher: str
    session: str
    socket: str
    afterwards: tuple[str, ...] = field(default=(), repr=False)


def make_fifo(path: Path) -> None:
    """A FIFO that only this user may open."""
    try:
        os.mkfifo(path, 0o600)
    except OSError as error:
        raise MachineUnfit.from_os_error(error, path) from error


def send(path: Path, envelope: Envelope, *, within_s: float, reader: int) -> bool:
    """Hand the envelope over to process `reader`; False when it died, or has not taken it within the time."""
    deadline = time.monotonic() + within_s
    text = sealed(envelope)
    descriptor = _open_for_writing(path, deadline, reader)
    if descriptor is None:
        return False
    try:
        _write(descriptor, len(text).to_bytes(HEADER_BYTES, "big") + text, deadline)
        return _is_closed_by_reader(descriptor, deadline)
    except (BrokenPipeError, TimeoutError):
        return False
    finally:
        os.close(descriptor)


def sealed(envelope: Envelope) -> bytes:
    """As JSON, in which words for the system stand byte by byte: the reader may run in another locale."""

    def raw(text: str) -> str:
        return os.fsencode(text).decode("latin-1")

    values = asdict(envelope)
    for name in _COMMANDS:
        values[name] = [raw(word) for word in values[name]]
    values["cwd"] = raw(envelope.cwd)
    values["environment"] = {raw(name): raw(value) for name, value in envelope.environment.items()}
    return json.dumps(values).encode()


def opened(text: bytes) -> Envelope:
    """What `send` sent."""

    def cooked(raw: str) -> str:
        return os.fsdecode(raw.encode("latin-1"))

    values = json.loads(text)
    for name in _COMMANDS:
        values[name] = tuple(cooked(word) for word in values[name])
    values["cwd"] = cooked(values["cwd"])
    values["environment"] = {cooked(name): cooked(value) for name, value in values["environment"].items()}
    values["secrets"] = tuple(values["secrets"])
    return Envelope(**values)


def _open_for_writing(path: Path, deadline: float, reader: int) -> int | None:
    while time.monotonic() < deadline:
        try:
            return os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return None  # the reader gave up
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise MachineUnfit.from_os_error(error, path) from error
        if identity(reader) is None:
            return None
        time.sleep(_POLL_S)  # nobody reads yet
    return None


def _write(descriptor: int, data: bytes, deadline: float) -> None:
    waiting = select.poll()
    waiting.register(descriptor, select.POLLOUT)
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(descriptor, view[:_CHUNK]) :]
        except BlockingIOError:
            left = deadline - time.monotonic()
            if left <= 0 or not waiting.poll(left * 1000):
                raise TimeoutError from None


def _is_closed_by_reader(descriptor: int, deadline: float) -> bool:
    waiting = select.poll()
    waiting.register(descriptor, 0)  # only the other end's closing is of interest
    return bool(waiting.poll(max(0.0, deadline - time.monotonic()) * 1000))
