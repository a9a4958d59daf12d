"""Take old jobs away: their log, state and report, never anything else and never a job that lives."""

import os
import shutil
import stat
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bgagent.errors import BadUse, MachineUnfit
from bgagent.jobs import ids, locks, store
from bgagent.jobs.folders import JobFiles

_LEAVES_WITHIN_S = 3.0
_POLL_S = 0.005


@dataclass(frozen=True, slots=True)
class Removal:
    """What a job has on disk. paths: in the order in which they go; bytes: of all files in them."""

    job_id: str
    paths: tuple[Path, ...]
    bytes: int


def removal(files: JobFiles) -> Removal | None:
    """What would go with the job; None when its id is none of ours, so that other people's files stay."""
    try:
        ids.checked_name(files.job_id)
    except BadUse:
        return None
    # without its request nobody writes a report anew; the events, which are the job, go last
    paths = (
        files.wish,
        files.request,
        files.report_folder,
        files.report_html,
        files.report_markdown,
        files.report_json,
        files.state,
        files.log,
        files.events,
    )
    there = tuple(path for path in paths if os.path.lexists(path))
    return Removal(files.job_id, there, sum(_size(path) for path in there))


def remove(files: JobFiles) -> Removal | None:
    """Take the job away; None when it lives, has not ended, or is none of ours. MachineUnfit when a file of it stays.

    A link is removed, what it leads to is not.
    """
    try:
        life = _lock_of_the_dead(files)
    except FileNotFoundError:
        return None
    if life is None:
        return None
    with life:
        found = removal(files)
        if found is None or not store.load(files).has_ended:
            return None
        store.sweep(files)
        for path in found.paths:
            try:
                _remove(path)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise MachineUnfit.from_os_error(error, error.filename or path) from error
    return found


def _lock_of_the_dead(files: JobFiles) -> locks.Held | None:
    """A job that has ended holds its lock for a moment more, until its supervisor has left."""
    deadline = time.monotonic() + _LEAVES_WITHIN_S
    while (life := locks.exclusive_if_free(files.events)) is None:
        if not store.load(files).has_ended or time.monotonic() > deadline:
            return None
        time.sleep(_POLL_S)
    return life


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _size(path: Path) -> int:
    return sum(_own_size(file) for file in (path, *_below(path)))


def _below(path: Path) -> Iterable[Path]:
    if path.is_symlink() or not path.is_dir():
        return ()
    return (Path(folder) / name for folder, _, names in os.walk(path) for name in names)


def _own_size(path: Path) -> int:
    try:
        seen = path.lstat()
    except OSError:
        return 0
    return seen.st_size if stat.S_ISREG(seen.st_mode) else 0
