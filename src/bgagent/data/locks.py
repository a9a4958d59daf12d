"""One process at a time: kernel locks on files, freed on any death of their holder."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_POLL_S = 0.02


class LockTimeout(TimeoutError):
    """Somebody else held the lock for all the time that one may wait."""


def time_allowed(timeout_s: float, deadline: float | None) -> float:
    """Seconds one step may take: its own, no more than are left to the deadline (monotonic; None: no bound)."""
    return timeout_s if deadline is None else max(0.0, min(timeout_s, deadline - time.monotonic()))


@contextmanager
def locked(path: Path, *, wait_s: float, shared: bool = False) -> Iterator[None]:
    """Hold an flock on a file, made when missing; readers may share it.

    Raises LockTimeout after `wait_s`, OSError when the file cannot be opened. The descriptor is closed on exec, so a
    child process never keeps the lock.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        deadline = time.monotonic() + wait_s
        how = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB
        while True:
            try:
                fcntl.flock(descriptor, how)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise LockTimeout(f"{path} has been locked by another process for {wait_s:.0f} s") from None
                time.sleep(_POLL_S)
        yield
    finally:
        os.close(descriptor)
