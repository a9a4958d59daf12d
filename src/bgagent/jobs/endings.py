"""Why jobs end, and how it is written down: only by the holder of the job's lock and by the command that it runs."""

import signal
from dataclasses import replace
from datetime import datetime

from bgagent.errors import MachineUnfit
from bgagent.jobs import store
from bgagent.jobs.folders import JobFiles
from bgagent.jobs.logs import Log, read_events
from bgagent.jobs.redaction import Redactor
from bgagent.jobs.state import CRASHED, LIMIT_REACHED, STOPPED, Job, JobResult, finished


def stop_is_asked_for(files: JobFiles) -> bool:
    """True once `control.stop` has been here."""
    return any(read_events(files.events, about="stop_requested"))


def why_to_end(files: JobFiles, signum: int, timeout_s: float | None) -> JobResult:
    """What a signal means to a job. SIGALRM is the supervisor's word that the time is up."""
    name = signal.Signals(signum).name
    if stop_is_asked_for(files):
        return JobResult(STOPPED, "stopped by the user")
    match signum:
        case signal.SIGALRM:
            limit = f" of {timeout_s:g} s" if timeout_s is not None else ""
            return JobResult(LIMIT_REACHED, f"the time limit{limit} is reached; allow more with --timeout")
        case signal.SIGINT:
            return JobResult(STOPPED, f"interrupted by the user ({name})")
        case signal.SIGHUP:
            return JobResult(CRASHED, f"the job's terminal or tmux session was closed ({name})")
    return JobResult(CRASHED, f"the job was ended by {name}, not by `nlbt bg-stop`")


def conclude(
    files: JobFiles,
    job: Job,
    result: JobResult,
    *,
    ended_at: datetime,
    redact: Redactor,
    elapsed_s: float | None = None,
) -> tuple[Job, bool]:
    """The job, ended, and whether the disk knows it.

    Where the disk takes nothing any more, the next look finds a job without an end and without a process: crashed.
    """
    result = replace(result, message=redact(" ".join(result.message.split())))
    ended = finished(job, result, ended_at=ended_at, elapsed_s=elapsed_s)
    try:
        log = Log(files, redact=redact, clock=lambda: ended_at)
        try:
            log.write(
                "info" if result.word == "succeeded" else "error",
                "finished",
                store.told("finished", ended),
                essential=True,
            )
        finally:
            log.close()
    except MachineUnfit as unfit:
        unlogged = replace(result, message=f"{result.message} (not in the log: {unfit.message})".lstrip())
        ended = finished(job, unlogged, ended_at=ended_at, elapsed_s=elapsed_s)
    return ended, store.save_at_any_price(files, ended)


def text_of(error: Exception) -> str:
    """What an error says, in one line, with what to do about it."""
    hint = getattr(error, "hint", "")
    return f"{error}; {hint}" if hint else str(error)
