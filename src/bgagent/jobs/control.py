"""Stop jobs and wait for them."""

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bgagent.errors import MachineUnfit
from bgagent.jobs import launchers, locks, processes, store, turns
from bgagent.jobs.endings import conclude
from bgagent.jobs.folders import Folders, JobFiles
from bgagent.jobs.lifecycle import Look, is_alive, kill_leftovers, look
from bgagent.jobs.logs import Log
from bgagent.jobs.redaction import Redactor
from bgagent.jobs.stamps import utc_now
from bgagent.jobs.state import STOPPED, Finished, JobResult, Process

OUT_OF_PATIENCE = 124  # exit code of a wait whose own time is up
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.005, 0.1
_REST_PER_LOOK = 9  # of ten seconds, a waiter of many jobs looks around for one
_SUPERVISOR_NEEDS_S = 3.0


@dataclass(frozen=True, slots=True)
class Waited:
    """What a wait came to. exit_code: the highest of the jobs that have ended, 124 when time was up."""

    looks: tuple[Look, ...]
    exit_code: int
    timed_out: bool


def wait(
    folders: Folders,
    job_ids: Sequence[str],
    *,
    timeout_s: float | None = None,
    for_any: bool = False,
    clock: Callable[[], datetime] = utc_now,
) -> Waited:
    """Wait until all these jobs have ended, or any of them. The jobs do not notice."""
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    pause_s = _SHORTEST_PAUSE_S
    ended: dict[str, Look] = {}
    while True:
        began = time.monotonic()
        looks = {job_id: ended.get(job_id) or look(folders, job_id, clock=clock) for job_id in job_ids}
        ended = {job_id: seen for job_id, seen in looks.items() if seen.job.has_ended}
        highest = max((seen.job.exit_code or 0 for seen in ended.values()), default=0)
        if len(ended) == len(looks) or (for_any and ended):
            return Waited(tuple(looks.values()), highest, timed_out=False)
        if deadline is not None and time.monotonic() >= deadline:
            return Waited(tuple(looks.values()), OUT_OF_PATIENCE, timed_out=True)
        pause_s = min(pause_s * 1.5, _LONGEST_PAUSE_S)
        rest_s = max(pause_s, _REST_PER_LOOK * (time.monotonic() - began))
        time.sleep(rest_s if deadline is None else max(0.0, min(rest_s, deadline - time.monotonic())))


def stop(
    folders: Folders,
    job_id: str,
    *,
    environment: Mapping[str, str],
    grace_s: float = 5.0,
    clock: Callable[[], datetime] = utc_now,
) -> Look:
    """End the job with everything it has started: ask first, kill after the grace. An ended job stays as it is.

    environment: to find tmux by. MachineUnfit when something of it cannot be killed.
    """
    files = folders.files(job_id)
    seen = look(folders, job_id, clock=clock)
    if seen.job.has_ended:
        return seen
    signum = signal.SIGTERM if _is_asked_for(files, clock) else signal.SIGINT
    deadline = time.monotonic() + grace_s + _SUPERVISOR_NEEDS_S
    asked: Process | None = None
    while is_alive(files) and time.monotonic() < deadline:
        process = store.load(files).state.process
        if process is not None and process != asked:
            processes.send(process, signum)
            asked = process
        time.sleep(_SHORTEST_PAUSE_S)
    return _made_sure(folders, files, environment, clock)


def _is_asked_for(files: JobFiles, clock: Callable[[], datetime]) -> bool:
    """Put the wish into the log, where the supervisor looks for it; False when the disk takes nothing more."""
    try:
        log = Log(files, redact=Redactor(), clock=clock)
        try:
            log.write("warning", "stop_requested", {}, essential=True)
        finally:
            log.close()
    except MachineUnfit:
        return False
    return True


def _made_sure(
    folders: Folders, files: JobFiles, environment: Mapping[str, str], clock: Callable[[], datetime]
) -> Look:
    """Nothing of the job lives, no session of it is left, and its end is written down."""
    job = store.load(files)
    all_dead = kill_leftovers(folders, job)
    if job.session and job.state.process:
        launchers.end_session(job.session, job.socket, job.state.process.pid, environment)
    life = locks.exclusive_if_free(files.events)
    if life is None and not all_dead:
        raise MachineUnfit(f"job {job.job_id} cannot be killed", hint="a process of it hangs in the kernel")
    with life or locks.exclusive(files.events):
        job = store.load(files)
        if isinstance(job.state, Finished):
            return Look(job, files)
        ended, is_recorded = conclude(
            files, job, JobResult(STOPPED, "stopped by the user"), ended_at=clock(), redact=Redactor()
        )
        store.sweep(files)
        turns.leave(files.logs, job.job_id)
    return Look(ended, files, newly_dead=True, is_recorded=is_recorded)
