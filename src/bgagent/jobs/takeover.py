"""First moments of a job's process: hold its lock, take the envelope, give the receipt; then become its supervisor.

It runs as a script of an isolated interpreter and imports only what the receipt needs, because the submitter, and with
it a person's shell prompt, waits until the FIFO is closed.
"""

import errno
import fcntl
import os
import select
import sys
import time

NO_LOCKS_HERE = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)  # what a file system says without locks
HEADER_BYTES = 8  # the length of what follows, most significant byte first
_LONGEST = 64 * 2**20
_CHUNK = 65_536
_POLL_S = 0.001
_SENDER_IS_SILENT_AFTER_S = 30.0


def main(arguments: list[str]) -> None:
    """The program: folder of the source, logs, reports, job id, FIFO."""
    source, logs, reports, job_id, fifo = arguments
    sys.path.append(source)
    sealed = taken_over(fifo, os.path.join(logs, f"{job_id}.jsonl"), within_s=_SENDER_IS_SILENT_AFTER_S)
    if sealed is None:
        return  # the submitter has given up, or is dead: it, or the next look, tells what happened
    _send_own_errors_to(os.path.join(logs, f"{job_id}.log"))
    from bgagent.jobs.supervisor import supervise  # noqa: PLC0415 - not before the receipt

    supervise(logs, reports, job_id, sealed)


def taken_over(fifo: str, claim: str, *, within_s: float) -> bytes | None:
    """The envelope, with the job's lock held until this process ends; None when there is nothing to take over."""
    try:
        descriptor = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        _hold(claim)
    except FileNotFoundError:
        return None
    try:
        deadline = time.monotonic() + within_s
        length = int.from_bytes(header := _read(descriptor, HEADER_BYTES, deadline), "big")
        if len(header) < HEADER_BYTES or length > _LONGEST:
            return None
        sealed = _read(descriptor, length, deadline)
        return sealed if len(sealed) == length else None
    finally:
        try:  # noqa: SIM105 - contextlib costs more than all of this
            os.unlink(fifo)
        except FileNotFoundError:
            pass
        os.close(descriptor)


def _hold(claim: str) -> None:
    """The job's lock, or a lease where there are no locks, until this process ends."""
    try:
        fcntl.flock(os.open(claim, os.O_RDONLY | os.O_CLOEXEC), fcntl.LOCK_SH)
    except OSError as error:
        if error.errno not in NO_LOCKS_HERE:
            raise
        from pathlib import Path  # noqa: PLC0415 - these load what most need not wait for

        from bgagent.jobs import leases  # noqa: PLC0415

        leases.take(Path(claim), shared=True, wait=True)


def _read(descriptor: int, count: int, deadline: float) -> bytes:
    data = bytearray()
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    while len(data) < count:
        left = deadline - time.monotonic()
        if left <= 0 or not waiting.poll(left * 1000):
            break
        try:
            chunk = os.read(descriptor, min(count - len(data), _CHUNK))
        except BlockingIOError:
            continue
        if not chunk and data:
            break  # the sender died in the middle
        if not chunk:
            time.sleep(_POLL_S)  # some systems say that a FIFO has ended before anybody has written to it
        data += chunk
    return bytes(data)


def _send_own_errors_to(log: str) -> None:
    """A defect of the supervisor itself must not be lost with its terminal."""
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    os.dup2(descriptor, 2)
    os.close(descriptor)


if __name__ == "__main__":
    main(sys.argv[1:])
