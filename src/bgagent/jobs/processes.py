"""Who lives on this machine: processes told apart beyond doubt, their children, and their end.

Linux is read from /proc; elsewhere psutil answers the same questions.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bgagent.errors import Bug
from bgagent.jobs.state import Process

_ON_LINUX = sys.platform == "linux"
_POLL_S = 0.01


@dataclass(frozen=True, slots=True)
class Seen:
    """One line of the process table. started: as in `Process`."""

    parent: int
    started: str
    is_dead: bool


def boot_id() -> str:
    """Names the time since the machine was last started."""
    if _ON_LINUX:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    import psutil  # noqa: PLC0415 - 30 ms that Linux need not pay

    return str(round(psutil.boot_time()))


def identity(pid: int) -> Process | None:
    """The process that has this number now; None when there is none, or only its remains."""
    seen = _look(pid)
    return None if seen is None or seen.is_dead else Process(pid, seen.started, boot_id())


def own_identity() -> Process:
    """This process."""
    process = identity(os.getpid())
    if process is None:
        raise Bug("the process table does not show the process that reads it; is /proc mounted?")
    return process


def is_alive(process: Process) -> bool:
    """False too when another process has got the number meanwhile."""
    return identity(process.pid) == process


def send(process: Process, signum: int) -> bool:
    """Signal this process and no other; False when it is gone."""
    if not hasattr(os, "pidfd_open"):
        return is_alive(process) and _kill(process.pid, signum)
    try:
        descriptor = os.pidfd_open(process.pid)
    except OSError:
        return False
    try:
        if not is_alive(process):  # asked while the descriptor holds the number
            return False
        signal.pidfd_send_signal(descriptor, signum)
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)
    return True


def descendants(roots: Iterable[int]) -> set[int]:
    """Children, their children and so on, without the roots, the dead included."""
    children: dict[int, list[int]] = {}
    for pid, seen in _table().items():
        children.setdefault(seen.parent, []).append(pid)
    found: set[int] = set()
    open_ends = list(roots)
    while open_ends:
        for child in children.get(open_ends.pop(), ()):
            if child not in found:
                found.add(child)
                open_ends.append(child)
    return found


def carrying(variables: Mapping[str, str]) -> set[int]:
    """Processes that were started with all these environment variables, as far as we may look."""
    wanted = {f"{name}={value}".encode(errors="surrogateescape") for name, value in variables.items()}
    return {pid for pid in _table() if wanted <= _environment(pid)}


def end_all(find: Callable[[], set[int]], *, within_s: float) -> bool:
    """SIGKILL whatever `find` finds, until it finds nothing alive; False when some outlive the time."""
    deadline = time.monotonic() + within_s
    while True:
        alive = {pid for pid in find() if identity(pid)}
        if not alive:
            return True
        for pid in alive:
            _kill(pid, signal.SIGSTOP)  # so that none has children while the others die
        for pid in alive:
            _kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)


def _kill(pid: int, signum: int) -> bool:
    try:
        os.kill(pid, signum)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _look(pid: int) -> Seen | None:
    if _ON_LINUX:
        try:
            # the name, in brackets, may hold anything, brackets included
            fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return None
        return Seen(int(fields[1]), fields[19].decode(), fields[0] in b"ZX") if len(fields) > 19 else None
    import psutil  # noqa: PLC0415 - 30 ms that Linux need not pay

    try:
        process = psutil.Process(pid)
        with process.oneshot():
            return Seen(process.ppid(), repr(process.create_time()), process.status() == psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return None


def _table() -> dict[int, Seen]:
    if _ON_LINUX:
        pids = [int(name) for name in os.listdir("/proc") if name.isdecimal()]
    else:
        import psutil  # noqa: PLC0415 - 30 ms that Linux need not pay

        pids = psutil.pids()
    seen = {pid: _look(pid) for pid in pids}
    return {pid: process for pid, process in seen.items() if process is not None}


def _environment(pid: int) -> set[bytes]:
    if _ON_LINUX:
        try:
            return set(Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"))
        except OSError:
            return set()
    import psutil  # noqa: PLC0415 - 30 ms that Linux need not pay

    try:
        return {f"{name}={value}".encode() for name, value in psutil.Process(pid).environ().items()}
    except psutil.Error:
        return set()
