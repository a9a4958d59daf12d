"""Locks for file systems that have none, as of some network servers: a small file that its holder keeps fresh.

A lease on `logs/j.jsonl` is `logs/.j.jsonl.lease`, or `logs/.j.jsonl.<holder>.lease` where several may hold it. It
names its process; on the same machine that process says whether the lease still holds, at once and beyond doubt. From
elsewhere only the age of the file can be seen, by the clock of the file system: a lease that was not touched for a
minute is void. So whoever holds one for long calls `keep_fresh` from time to time.
"""

import itertools
import json
import os
import time
from contextlib import suppress
from pathlib import Path

from bgagent.jobs import processes
from bgagent.jobs.state import Process

TOUCHED_EVERY_S = 5.0
_VOID_AFTER_S = 60.0
_SHORTEST_POLL_S, _LONGEST_POLL_S = 0.005, 0.1
_ENDING = ".lease"

_numbers = itertools.count(1)
_own: set["Lease"] = set()  # what this process holds now


class Lease:
    """A lease in hand, until it is closed, the process ends, or it is not kept fresh any more."""

    __slots__ = ("_path", "_touched")

    def __init__(self, path: Path) -> None:
        self._path = path
        self._touched = time.monotonic()
        _own.add(self)

    def close(self) -> None:
        if self in _own:
            _own.discard(self)
            self._path.unlink(missing_ok=True)

    def touch_if_due(self) -> None:
        if time.monotonic() - self._touched > TOUCHED_EVERY_S:
            self._touched = time.monotonic()
            with suppress(OSError):  # a full disk does not make us dead
                os.utime(self._path)


def take(path: Path, *, shared: bool, wait: bool) -> Lease:
    """A lease on a file or folder, which several may hold or only one. BlockingIOError when it is held now.

    wait: until it is free instead; meanwhile the leases that this process holds stay fresh.
    """
    pause_s = _SHORTEST_POLL_S
    while True:
        lease = _shared(path) if shared else _exclusive(path)
        if lease is not None:
            return lease
        if not wait:
            raise BlockingIOError(f"{path} is held")
        keep_fresh()
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, _LONGEST_POLL_S)


def keep_fresh() -> None:
    """To be called every few seconds by a process that may hold leases; without any it costs nothing."""
    for lease in tuple(_own):
        lease.touch_if_due()


def longest_pause_s() -> float:
    """How long a process may do nothing at all."""
    return TOUCHED_EVERY_S if _own else float("inf")


def give_all_back() -> None:
    """At the end of a process; after a sudden one the next who looks clears up."""
    for lease in tuple(_own):
        lease.close()


def clear(folder: Path) -> None:
    """Take all leases in a folder away, when nothing in it is of use to anybody any more."""
    for name in os.listdir(folder):
        if name.endswith(_ENDING):
            (folder / name).unlink(missing_ok=True)


def _shared(path: Path) -> Lease | None:
    """Stands first and looks then, as `_exclusive` does: of two at the same moment the exclusive one steps back."""
    holder = f"{os.getpid()}-{processes.own_identity().started}-{next(_numbers)}"
    mine = _beside(path, f".{holder}{_ENDING}")
    _write(mine)
    lease = Lease(mine)
    if _holds(_beside(path, _ENDING), mine.stat().st_mtime):
        lease.close()
        return None
    return lease


def _exclusive(path: Path) -> Lease | None:
    mine = _beside(path, _ENDING)
    try:
        _write(mine)
    except FileExistsError:
        _clear_if_void(mine, _now_at(path))
        return None
    lease = Lease(mine)
    now = mine.stat().st_mtime
    for other in _shared_ones(path):
        if _holds(other, now):
            lease.close()
            return None
        other.unlink(missing_ok=True)
    return lease


def _beside(path: Path, ending: str) -> Path:
    return (path if path.is_dir() else path.parent) / f".{path.name}{ending}"


def _shared_ones(path: Path) -> list[Path]:
    whole = _beside(path, _ENDING)
    beginning = f".{path.name}."
    return [
        whole.with_name(name)
        for name in os.listdir(whole.parent)
        if name.startswith(beginning) and name.endswith(_ENDING) and name != whole.name
    ]


def _write(path: Path) -> None:
    """The lease's file, for one only. FileExistsError when there is one."""
    process = processes.own_identity()
    told = {"pid": process.pid, "started": process.started, "machine": _machine()}
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o666)
    try:
        os.write(descriptor, json.dumps(told).encode())
    finally:
        os.close(descriptor)


def _holds(path: Path, now: float) -> bool:
    """Is there a lease, and is its holder there? now: by the clock of the file system."""
    try:
        touched = path.stat().st_mtime
        told = json.loads(path.read_bytes())
        if told["machine"] == _machine():
            return processes.is_alive(Process(told["pid"], told["started"], processes.boot_id()))
    except FileNotFoundError:
        return False
    except (ValueError, KeyError, TypeError):
        pass  # it is just being written
    return now - touched < _VOID_AFTER_S


def _clear_if_void(path: Path, now: float) -> None:
    """Take a void lease away, and no other one that has come into its place meanwhile."""
    try:
        seen = path.stat()
        if _holds(path, now):
            return
        aside = path.with_name(f"{path.name}.{os.getpid()}.{next(_numbers)}")
        path.rename(aside)
        if not os.path.samestat(aside.stat(), seen):
            with suppress(OSError):  # somebody was quicker than its holder and we
                os.link(aside, path)
        aside.unlink()
    except FileNotFoundError:
        return  # others have cleared up


def _now_at(path: Path) -> float:
    """The time by the clock of the file system."""
    probe = _beside(path, f".{os.getpid()}.{next(_numbers)}")
    probe.touch()
    try:
        return probe.stat().st_mtime
    finally:
        probe.unlink()


def _machine() -> str:
    """Where process numbers mean the same: this boot, and this container."""
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = ""  # not on Linux
    return f"{processes.boot_id()} {namespace}"
