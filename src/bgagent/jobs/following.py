"""The log of a job as it grows."""

import time
from collections.abc import Iterator

from bgagent.jobs.folders import Folders
from bgagent.jobs.lifecycle import look
from bgagent.jobs.logs import last_lines

_POLL_S = 0.1


def follow(folders: Folders, job_id: str, *, last: int | None = None) -> Iterator[str]:
    """Lines without their ends: those there are, then each new one, until the job has ended.

    last: begin with so many of the old lines; None for all.
    """
    files = folders.files(job_id)
    position = 0
    if last is not None:
        position = files.log.stat().st_size if files.log.exists() else 0
        yield from last_lines(files.log, last) if last else ()
    rest = b""
    while True:
        has_ended = look(folders, job_id).job.has_ended  # before reading, so that nothing after it is missed
        if files.log.exists():
            with files.log.open("rb") as log:
                log.seek(position)
                new = log.read()
            position += len(new)
            *lines, rest = (rest + new).split(b"\n")
            yield from (line.decode(errors="replace") for line in lines)
        if has_ended:
            if rest:
                yield rest.decode(errors="replace")
            return
        time.sleep(_POLL_S)
