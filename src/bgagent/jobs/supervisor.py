"""The process that sees one job through: takes it over, waits its turn, runs its command, writes how it ended.

It is small, does nothing else and outlives the command, so that a command that hangs, is killed or runs out of memory
still comes to a true end. While it lives it holds the lock on the job's events; when it dies, whoever looks next knows
(`lifecycle`). The command writes the state from its start to its end (`recorder`), the supervisor before and after.
"""

import os
import select
import signal
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bgagent.errors import Bug, MachineUnfit
from bgagent.jobs import handover, leases, locks, processes, store, turns
from bgagent.jobs.body import Body, start_body
from bgagent.jobs.endings import conclude, stop_is_asked_for, text_of, why_to_end
from bgagent.jobs.folders import Folders, JobFiles
from bgagent.jobs.handover import Envelope
from bgagent.jobs.lifecycle import is_alive
from bgagent.jobs.logs import Log
from bgagent.jobs.redaction import Redactor, secrets_in
from bgagent.jobs.signals import Interrupted, Signals
from bgagent.jobs.stamps import utc_now
from bgagent.jobs.state import CRASHED, Job, JobResult, Process, Queued, Running

_AFTERWARDS_WITHIN_S = 60.0
_LONGEST_PAUSE_S = 3600.0  # select(2) takes no number of seconds, however large


def supervise(logs: str, reports: str, job_id: str, sealed: bytes) -> None:
    """See the job through whose lock this process holds."""
    signals = Signals()
    folders = Folders(Path(logs), Path(reports))
    envelope = handover.opened(sealed)
    files = folders.files(job_id)
    log = Log(files, redact=_redactor(envelope), terminal=_own_terminal())
    try:
        _Supervision(folders, files, envelope, signals, log, processes.own_identity()).see_through()
    finally:
        leases.give_all_back()


@dataclass(frozen=True, slots=True)
class _Supervision:
    folders: Folders
    files: JobFiles
    envelope: Envelope
    signals: Signals
    log: Log
    process: Process

    def see_through(self) -> None:
        try:
            job = self._take_over()
            if job is None:
                return
            with self.signals.raising():
                self._wait_for_turn(job)
            self._run(job)
        except Interrupted as interruption:
            self._conclude(why_to_end(self.files, interruption.signum, self.envelope.timeout_s))
        except MachineUnfit as error:
            self._conclude(JobResult(error.exit_code, text_of(error)))
        except OSError as error:
            unfit = MachineUnfit.from_os_error(error, error.filename or self.files.logs)
            self._conclude(JobResult(unfit.exit_code, text_of(unfit)))
        except Exception as error:  # noqa: BLE001 - a defect here is the end of the job too, and has to be told
            with suppress(MachineUnfit):
                self.log.write("error", "defect", {"traceback": traceback.format_exc()})
            self._conclude(JobResult(Bug.exit_code, f"{type(error).__name__}: {error}"))
        self._run_what_comes_afterwards()

    def _take_over(self) -> Job | None:
        """The job, ours; None when it was taken for dead, or a launcher given up as too slow has started another."""
        with locks.one_at_a_time(self.files.logs):
            submitted = store.load(self.files)
            if submitted.state.process is not None or submitted.has_ended:
                return None
            job = replace(
                submitted,
                state=Queued(self.process),
                launcher=self.envelope.launcher,
                session=self.envelope.session,
                socket=self.envelope.socket,
            )
            self._record("queued", job)
            return job

    def _wait_for_turn(self, job: Job) -> None:
        if stop_is_asked_for(self.files):
            raise Interrupted(signal.SIGTERM)
        turns.wait_for_turn(
            self.files.logs,
            turns.Place(job.ticket, job.job_id),
            max_running=self.envelope.max_running,
            is_alive=lambda job_id: is_alive(self.folders.files(job_id)),
        )

    def _run(self, queued: Job) -> None:
        state = Running(
            process=self.process,
            started_at=utc_now(),
            heartbeat_at=utc_now(),
            began=time.monotonic(),
            timeout_s=self.envelope.timeout_s,
            terminal=_own_terminal(),
        )
        job = replace(queued, state=state)
        self._record("started", job)
        body = start_body(self.envelope, self.folders, job.job_id, self.log)
        try:
            self._record("command_started", replace(job, state=replace(state, body=body.process)))
            cause = self._watch(body, state.deadline)
        finally:
            body.end()
        self._conclude(cause or _verdict(body), elapsed_s=time.monotonic() - state.began)

    def _run_what_comes_afterwards(self) -> None:
        """The second command; how it ends changes nothing, for the job has ended."""
        if not self.envelope.afterwards:
            return
        self.signals.take()  # what ended the job is not meant for this
        envelope = replace(self.envelope, command=self.envelope.afterwards)
        try:
            body = start_body(envelope, self.folders, self.files.job_id, self.log)
            try:
                self._watch(body, time.monotonic() + _AFTERWARDS_WITHIN_S)
            finally:
                body.end()
        except (MachineUnfit, OSError) as error:
            with suppress(MachineUnfit):  # the disk takes nothing more
                self.log.write("warning", "afterwards_failed", {"reason": str(error)})

    def _watch(self, body: Body, deadline: float | None) -> JobResult | None:
        """Until the command has ended. The reason why it had to, if it had to."""
        cause: JobResult | None = None
        until = deadline
        while True:
            arrived = self.signals.take()
            body.collect()
            if body.exit_status is not None:
                return cause
            is_late = until is not None and time.monotonic() >= until
            if cause is not None and is_late:
                return cause  # it was asked to end and has not
            if cause is None and (is_late or arrived):
                signum = arrived[0] if arrived else signal.SIGALRM
                cause = why_to_end(self.files, signum, self.envelope.timeout_s)
                until = time.monotonic() + self.envelope.grace_s
                body.ask_to_end(signum)
            readable = [self.signals.descriptor, *([body.output.descriptor] if body.output.is_open else [])]
            left = _LONGEST_PAUSE_S if until is None else until - time.monotonic()
            select.select(readable, [], [], min(max(0.0, left), _LONGEST_PAUSE_S, leases.longest_pause_s()))
            leases.keep_fresh()
            body.output.take()

    def _record(self, event: str, job: Job) -> None:
        self.log.write("info", event, store.told(event, job), essential=True)
        store.save(self.files, job)

    def _conclude(self, result: JobResult, *, elapsed_s: float | None = None) -> None:
        turns.leave(self.files.logs, self.files.job_id)
        job = store.load(self.files)
        if not job.has_ended:  # the command has not said it itself
            store.sweep(self.files)
            conclude(self.files, job, result, ended_at=utc_now(), redact=_redactor(self.envelope), elapsed_s=elapsed_s)


def _verdict(body: Body) -> JobResult:
    """How a command ended that was not made to, and did not say so itself."""
    status = body.exit_status
    said = f"; it printed last: {body.output.last_line[:300]}" if body.output.last_line else ""
    if status is None:
        return JobResult(CRASHED, "the job's command hangs in the kernel and cannot be killed")
    if status < 0:
        memory = ", perhaps for want of memory" if status == -signal.SIGKILL else ""
        return JobResult(CRASHED, f"the job's command was killed by {_signal_name(-status)}{memory}{said}")
    return JobResult(status, f"the job's command ended with exit code {status}{said}" if status else "")


def _signal_name(signum: int) -> str:
    try:
        return signal.Signals(signum).name
    except ValueError:
        return f"signal {signum}"


def _redactor(envelope: Envelope) -> Redactor:
    return Redactor((*envelope.secrets, *secrets_in(envelope.environment)))


def _own_terminal() -> str:
    """The pane this process was started in, "" when there is none."""
    return os.ttyname(sys.stdout.fileno()) if sys.stdout is not None and sys.stdout.isatty() else ""
