"""A job's own account of itself: what its command says of phase and progress while it runs, and how it ended.

    with recording(folders, job_id) as record:
        record.phase("reading")
        record.event("info", "found", bars=252)
        record.finish(0, "report written")

While it is open, a stop, the end of the job's time and a closed terminal arrive as exceptions in the main thread.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from types import FrameType

from bgagent.errors import BgAgentError, Bug, Crashed, LimitReached, MachineUnfit, Stopped
from bgagent.jobs import store
from bgagent.jobs.endings import conclude, text_of, why_to_end
from bgagent.jobs.folders import Folders, JobFiles
from bgagent.jobs.logs import Log
from bgagent.jobs.redaction import Redactor, secrets_in
from bgagent.jobs.signals import ENDING
from bgagent.jobs.stamps import utc_now
from bgagent.jobs.state import LIMIT_REACHED, REJECTED, STOPPED, SUCCEEDED, Job, JobResult, Running

_HEARTBEAT_EVERY_S = 5.0
_KNOWN_WITHIN_S = 10.0
_POLL_S = 0.001


class Recorder:
    """What a running command may say. MachineUnfit from any of it when the disk takes nothing more."""

    def __init__(self, files: JobFiles, job: Job, log: Log, redact: Redactor, clock: Callable[[], datetime]) -> None:
        self.files = files
        self._job = job
        self._log = log
        self._redact = redact
        self._clock = clock
        self._saved = time.monotonic()
        self._interruption: BgAgentError | None = None
        self._is_finishing = False

    @property
    def job_id(self) -> str:
        return self._job.job_id

    @property
    def has_finished(self) -> bool:
        return self._job.has_ended

    def seconds_left(self) -> float | None:
        """Of the job's time limit, at least 0; None without one."""
        deadline = self._running().deadline
        return None if deadline is None else max(0.0, deadline - time.monotonic())

    def phase(self, name: str) -> None:
        """The job enters a phase."""
        self._advance("phase", replace(self._running(), phase=name))

    def attempt(self, number: int) -> None:
        """The job begins an attempt, counted from 1."""
        self._advance("attempt", replace(self._running(), attempt=number))

    def event(self, level: str, event: str, /, **fields: object) -> None:
        """A line of the log. level: debug, info, warning or error."""
        self._log.write(level, event, fields)
        if time.monotonic() - self._saved > _HEARTBEAT_EVERY_S and not self._job.has_ended:
            self._save(self._running())

    def finish(self, exit_code: int, message: str = "", *, kind: str = "") -> None:
        """The job has ended so; the first word counts. kind: as in `JobResult`.

        Where a stop or the time limit cut the work short, that is how it ended, whatever failure it looked like inside.
        """
        if self._job.has_ended:
            return
        self._is_finishing = True
        result = JobResult(exit_code, message, kind)
        if self._interruption is not None and exit_code not in (SUCCEEDED, REJECTED):
            result = JobResult(self._interruption.exit_code, self._interruption.message)
        self._job, is_recorded = conclude(
            self.files,
            self._job,
            result,
            ended_at=self._clock(),
            redact=self._redact,
            elapsed_s=time.monotonic() - self._running().began,
        )
        if not is_recorded:
            raise MachineUnfit(f"cannot write {self.files.state}", hint="free some space and run the job again")

    def interrupt(self, signum: int, _frame: FrameType | None = None) -> None:
        """Signal handler: raises what the signal means, once; too late when the job's report is on the disk."""
        if self._interruption is not None or self._is_finishing or self.files.report_json.exists():
            return
        why = why_to_end(self.files, signum, self._running().timeout_s)
        kind = {STOPPED: Stopped, LIMIT_REACHED: LimitReached}.get(why.exit_code, Crashed)
        self._interruption = kind(why.message)
        raise self._interruption

    def _advance(self, event: str, state: Running) -> None:
        self._log.write("info", event, store.told(event, replace(self._job, state=state)), essential=True)
        self._save(state)

    def _save(self, state: Running) -> None:
        self._job = replace(self._job, state=replace(state, heartbeat_at=self._clock()))
        store.save(self.files, self._job)
        self._saved = time.monotonic()

    def _running(self) -> Running:
        if not isinstance(self._job.state, Running):
            raise Bug(f"job {self.job_id} has ended and still speaks")
        return self._job.state


@contextmanager
def recording(
    folders: Folders,
    job_id: str,
    *,
    secrets: Iterable[str] = (),
    environment: Mapping[str, str] | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Iterator[Recorder]:
    """Speak for this job until the block ends.

    secrets: values that must not be written, besides those in `environment`. When the block raises before `finish`, the
    job ends with that error; when it ends without `finish`, with the exit code of the process.
    """
    files = folders.files(job_id)
    job = _job_once_it_is_known(files)
    redact = Redactor((*secrets, *secrets_in(environment or {})))
    terminal = job.state.terminal if isinstance(job.state, Running) else ""
    log = Log(files, redact=redact, terminal=terminal, clock=clock)
    record = Recorder(files, job, log, redact, clock)
    try:
        with _interruptions(record):
            yield record
    except BgAgentError as error:
        record.finish(error.exit_code, text_of(error))
        raise
    except Exception as error:
        record.finish(Bug.exit_code, f"{type(error).__name__}: {error}")
        raise
    finally:
        log.close()


@contextmanager
def _interruptions(record: Recorder) -> Iterator[None]:
    """Signals can only be caught in the main thread; elsewhere the supervisor ends the command without asking."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {signum: signal.signal(signum, record.interrupt) for signum in (*ENDING, signal.SIGALRM)}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _job_once_it_is_known(files: JobFiles) -> Job:
    """The supervisor writes the state until it knows this process, and not again before this process has ended."""
    deadline = time.monotonic() + _KNOWN_WITHIN_S
    while time.monotonic() < deadline:
        job = store.load(files)
        if isinstance(job.state, Running) and job.state.body and job.state.body.pid == os.getpid():
            return job
        if job.has_ended:
            break
        time.sleep(_POLL_S)
    raise Bug(f"this process is not the command of job {files.job_id}")
