"""The true state of a job at this moment, whatever its files say."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bgagent.jobs import locks, processes, store, turns
from bgagent.jobs.endings import conclude
from bgagent.jobs.folders import Folders, JobFiles
from bgagent.jobs.logs import last_lines
from bgagent.jobs.marks import marks
from bgagent.jobs.redaction import Redactor
from bgagent.jobs.stamps import utc_now
from bgagent.jobs.state import CRASHED, Job, JobResult, Process, Queued, Running

_SETTLES_WITHIN_S = 3.0  # from a process's end to its being written down
_CLAIM_TAKES_AT_MOST_S = 10.0
_POLL_S = 0.005
_LINES_TOLD = 3


@dataclass(frozen=True, slots=True)
class Look:
    """A job as it is now.

    newly_dead: this look found it dead and wrote that down. is_recorded: False when that could not be written.
    """

    job: Job
    files: JobFiles
    newly_dead: bool = False
    is_recorded: bool = True

    @property
    def lacks_report(self) -> bool:
        """It has ended and left no report, so that whoever looks has to write one."""
        return self.job.has_ended and not self.files.report_json.exists()


def look(folders: Folders, job_id: str, *, clock: Callable[[], datetime] = utc_now) -> Look:
    """The job's state now. FileNotFoundError when there is no such job.

    A job without a supervisor and without an end has crashed: what is left of it is killed, and that is written down.
    """
    files = folders.files(job_id)
    settled_by = time.monotonic() + _SETTLES_WITHIN_S
    while True:
        job = store.load(files)
        if job.has_ended or _is_being_claimed(files):
            return Look(job, files)
        life = locks.exclusive_if_free(files.events)
        if life is not None:
            with life:
                if life.is_a_lease and _lives_here(job):  # a lease may be lost, a process is there
                    return Look(job, files)
                return _bury(folders, files, clock)
        if not _is_ending(job) or time.monotonic() > settled_by:
            return Look(job, files)
        time.sleep(_POLL_S)


def look_at_all(folders: Folders, *, clock: Callable[[], datetime] = utc_now) -> list[Look]:
    """All jobs, the latest submitted last."""
    turns.sweep(folders.logs, lambda job_id: is_alive(folders.files(job_id)))
    looks = (_look_if_there(folders, job_id, clock) for job_id in store.job_ids(folders))
    return sorted((seen for seen in looks if seen), key=lambda seen: (seen.job.submitted_at, seen.job.ticket))


def is_alive(files: JobFiles) -> bool:
    """Does somebody hold the job's lock now: its supervisor, or its submitter before that?"""
    try:
        life = locks.exclusive_if_free(files.events)
    except FileNotFoundError:
        return False
    if life is not None:
        life.close()
    return life is None


def place_in_queue(folders: Folders, job: Job) -> int | None:
    """1 for the job that runs next, None when it does not wait."""
    if not isinstance(job.state, Queued):
        return None
    return 1 + turns.count_before(folders.logs, turns.Place(job.ticket, job.job_id))


def _look_if_there(folders: Folders, job_id: str, clock: Callable[[], datetime]) -> Look | None:
    try:
        return look(folders, job_id, clock=clock)
    except FileNotFoundError:
        return None  # removed meanwhile


def _is_being_claimed(files: JobFiles) -> bool:
    """The first moments of a submission, between the claim of the id and its lock."""
    claim = files.events.stat()
    return claim.st_size == 0 and abs(time.time() - claim.st_mtime) < _CLAIM_TAKES_AT_MOST_S


def _is_ending(job: Job) -> bool:
    """The lock is held, and yet a process that should be there is gone: its end is just being written down."""
    match job.state:
        case Queued(process=None):
            return False
        case Queued(process=process):
            return not _may_be_alive(process)
        case Running(process=process, body=body):
            return not _may_be_alive(process) or not _may_be_alive(body)
    return False


def _may_be_alive(process: Process | None) -> bool:
    """True also for a process of another machine that shares the folder: there only the lock counts."""
    return process is None or process.boot_id != processes.boot_id() or processes.is_alive(process)


def _lives_here(job: Job) -> bool:
    process = job.state.process
    return process is not None and process.boot_id == processes.boot_id() and processes.is_alive(process)


def _bury(folders: Folders, files: JobFiles, clock: Callable[[], datetime]) -> Look:
    """Under the job's lock: nobody else can write its state now."""
    job = store.load(files)
    if job.has_ended:
        return Look(job, files)
    kill_leftovers(folders, job)
    result = JobResult(CRASHED, _what_is_known(job, files))
    ended, is_recorded = conclude(files, job, result, ended_at=clock(), redact=Redactor())
    store.sweep(files)
    if is_recorded:
        turns.leave(files.logs, job.job_id)
    return Look(ended, files, newly_dead=True, is_recorded=is_recorded)


def kill_leftovers(folders: Folders, job: Job, *, within_s: float = 5.0) -> bool:
    """Kill every process of the job that lives; False when some cannot be killed."""
    known = [job.state.process] if not isinstance(job.state, Running) else [job.state.process, job.state.body]
    mine = marks(folders, job.job_id)

    def family() -> set[int]:
        heads = {process.pid for process in known if process and processes.is_alive(process)}
        heads |= processes.carrying(mine)
        return heads | processes.descendants(heads)

    return processes.end_all(family, within_s=within_s)


def _what_is_known(job: Job, files: JobFiles) -> str:
    match job.state:
        case Queued(process=None):
            what = "the job died before it could start"
        case Queued(process=process) | Running(process=process) if _is_of_another_boot(process):
            what = "the machine was restarted while the job was under way"
        case _:
            what = "the job's process died without a word (killed, or out of memory)"
    lines = [line[:300] for line in last_lines(files.log, _LINES_TOLD)]
    return f"{what}; last lines of the log: {' | '.join(lines)}" if lines else what


def _is_of_another_boot(process: Process | None) -> bool:
    return process is not None and process.boot_id != processes.boot_id()
