"""The log of a job as it grows."""

import time
from collections.abc import Iterator

from bgagent.jobs.folders import Folders
from bgagent.jobs.lifecycle import look
from bgagent.jobs.logs import last_lines

_POLL_S = 0.1


def follow(folders: Folders, job_id: str, *, last: int | None = None, as_json: bool = False) -> Iterator[str]:
    """Lines without their ends: those there are, then each new one, until the job has ended.

    last: begin with so many of the old lines; None for all. as_json: the events instead of the lines for people.
    """
    files = folders.files(job_id)
    path = files.events if as_json else files.log
    position = 0
    if last is not None:
        position = path.stat().st_size if path.exists() else 0
        yield from last_lines(path, last, end=position)
    rest = b""
    while True:
        has_ended = look(folders, job_id).job.has_ended  # before reading, so that nothing after it is missed
        if path.exists():
            with path.open("rb") as log:
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
