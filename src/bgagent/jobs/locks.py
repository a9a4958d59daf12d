"""Locks that the kernel frees when their holder dies, however it dies.

`flock` belongs to the open file, not to a process number: it cannot be mistaken for another's. Descriptors are closed
on exec, so children do not inherit them; a process that holds one must not fork without exec.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Held:
    """A lock in hand, until it is closed or the process ends."""

    __slots__ = ("_descriptor",)

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @property
    def is_on_an_empty_file(self) -> bool:
        return os.fstat(self._descriptor).st_size == 0

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> "Held":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def shared(path: Path) -> Held:
    """Wait for a lock that several may hold, and that keeps `exclusive` ones out."""
    return _locked(path, os.O_RDONLY, fcntl.LOCK_SH)


def exclusive(path: Path, *, create: bool = False) -> Held:
    """Wait for a lock that only one may hold."""
    return _locked(path, os.O_RDWR | (os.O_CREAT if create else 0), fcntl.LOCK_EX)


def exclusive_if_free(path: Path) -> Held | None:
    """The lock, or None when somebody holds it now."""
    try:
        return _locked(path, os.O_RDONLY, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """For a few moments nobody else changes the folder; the lock is on the folder itself and leaves no file."""
    with _locked(folder, os.O_RDONLY, fcntl.LOCK_EX):
        yield


def _locked(path: Path, flags: int, kind: int) -> Held:
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(descriptor, kind)
    except BaseException:
        os.close(descriptor)
        raise
    return Held(descriptor)
