"""Locks that the kernel frees when their holder dies, however it dies.

`flock` belongs to the open file, not to a process number: it cannot be mistaken for another's. Descriptors are closed
on exec, so children do not inherit them; a process that holds one must not fork without exec.

Where the file system has no such locks a lease takes their place; whoever holds something for long has to call
`leases.keep_fresh` for that.
"""

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bgagent.jobs import leases
from bgagent.jobs.takeover import NO_LOCKS_HERE

_ONLY_TO_BE_READ = (errno.EISDIR, errno.EACCES, errno.EPERM, errno.EROFS)


class Held:
    """A lock in hand, until it is closed or the process ends."""

    __slots__ = ("_descriptor", "_lease")

    def __init__(self, descriptor: int, lease: leases.Lease | None) -> None:
        self._descriptor = descriptor
        self._lease = lease

    @property
    def is_on_an_empty_file(self) -> bool:
        return os.fstat(self._descriptor).st_size == 0

    @property
    def is_a_lease(self) -> bool:
        return self._lease is not None

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        if self._lease is not None:
            self._lease.close()

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
    kind = fcntl.LOCK_EX | fcntl.LOCK_NB
    try:
        try:
            return _locked(path, os.O_RDWR, kind)  # network disks give it only to those who may write
        except OSError as error:
            if error.errno not in _ONLY_TO_BE_READ:
                raise
        return _locked(path, os.O_RDONLY, kind)
    except BlockingIOError:
        return None


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[Held]:
    """For a few moments nobody else changes the folder; the lock is on the folder itself and leaves no file."""
    with _locked(folder, os.O_RDONLY, fcntl.LOCK_EX) as held:
        yield held


def _locked(path: Path, flags: int, kind: int) -> Held:
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o666)
    try:
        return Held(descriptor, None if _has_lock(descriptor, kind) else _lease(path, kind))
    except BaseException:
        os.close(descriptor)
        raise


def _has_lock(descriptor: int, kind: int) -> bool:
    """Lock the open file; False where there are no locks."""
    try:
        fcntl.flock(descriptor, kind)
    except OSError as error:
        is_folder_on_a_network_disk = error.errno == errno.EBADF and stat.S_ISDIR(os.fstat(descriptor).st_mode)
        if error.errno not in NO_LOCKS_HERE and not is_folder_on_a_network_disk:
            raise
        return False
    return True


def _lease(path: Path, kind: int) -> leases.Lease:
    return leases.take(path, shared=bool(kind & fcntl.LOCK_SH), wait=not kind & fcntl.LOCK_NB)
