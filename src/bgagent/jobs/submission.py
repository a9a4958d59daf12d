"""Submit a command as a job: claim its id, write the request down, start its supervisor, hand the environment over."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bgagent.errors import BadUse, MachineUnfit
from bgagent.jobs import handover, ids, locks, processes, store, takeover, turns
from bgagent.jobs.folders import Folders, JobFiles
from bgagent.jobs.handover import Envelope
from bgagent.jobs.launchers import Launched, Launcher, TmuxLauncher, launchers_for
from bgagent.jobs.lifecycle import is_alive
from bgagent.jobs.logs import Log, last_lines
from bgagent.jobs.marks import unmarked
from bgagent.jobs.redaction import Redactor, secrets_in
from bgagent.jobs.stamps import utc_now
from bgagent.jobs.state import Job, Queued
from bgagent.jobs.wishes import keep_wish

_TAKEN_OVER_WITHIN_S = 30.0
_DIES_WITHIN_S = 1.0
_POLL_S = 0.001
# apart from the caller's Python settings and site packages, so that it starts quickly and reads no foreign module
_ISOLATED = ("-I", "-S") if sys.platform == "linux" else ("-I",)  # elsewhere it needs psutil


@dataclass(frozen=True, slots=True)
class Submitted:
    """A job on its way. launcher: the one that took it; note: why not the preferred one, "" when it did."""

    job_id: str
    files: JobFiles
    launcher: str
    session: str
    note: str = ""


def submit(
    command: Sequence[str],
    *,
    folders: Folders,
    environment: Mapping[str, str],
    cwd: Path,
    name: str | None = None,
    words: str = "",
    payload: Mapping[str, object] | None = None,
    launcher: str = "auto",
    max_running: int | None = None,
    timeout_s: float | None = None,
    grace_s: float = 5.0,
    secrets: Sequence[str] = (),
    afterwards: Sequence[str] = (),
    wish: str = "",
    tmux: TmuxLauncher | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Submitted:
    """Start `command` in the background and return as soon as its supervisor has it.

    name: the job's id; None makes one of the time and of `words`. payload: kept in `files.request` for the command.
    max_running: jobs at once, None for one per core. timeout_s: of the command, None for no limit. grace_s: from being
    asked to end to being killed. secrets: values to keep out of the log, besides those in `environment`.
    afterwards: a second command, run as the first was when the job has ended, for a minute at most; not when its
    supervisor is killed. wish: a text for it, or for whoever looks then; only one can take it (`wishes.take_wish`).
    BadUse for an unusable or taken name; MachineUnfit when the job cannot be started, and then nothing of it is left.
    """
    launchers = launchers_for(launcher, tmux or TmuxLauncher())
    environment, cwd = unmarked(environment), cwd.absolute()
    _refuse_what_no_process_can_get(command, afterwards, environment)
    redact = Redactor((*secrets, *secrets_in(environment)))
    folders = Folders(folders.logs.absolute(), folders.reports.absolute())
    folders.make_ready()
    files, life = _claim(folders, name, words, clock)
    with _nothing_left_on_failure(files, life), life:

        def envelope(launched: Launched) -> Envelope:
            return Envelope(
                command=tuple(command),
                cwd=os.fspath(cwd),
                environment=dict(environment),
                secrets=tuple(secrets),
                umask=_own_umask(),
                max_running=max_running or os.cpu_count() or 1,
                timeout_s=timeout_s,
                grace_s=grace_s,
                launcher=launched.launcher,
                session=launched.session,
                socket=launched.socket,
                afterwards=tuple(afterwards),
            )

        def write_down() -> None:
            if wish:
                keep_wish(files, wish)
            _write_down(files, command, cwd, payload or {}, redact, clock)

        launched, note = _launch(launchers, folders, files.job_id, environment, meanwhile=write_down, envelope=envelope)
    if not is_alive(files) and not store.load(files).has_ended:
        said = " | ".join(last_lines(files.log, 3))
        raise MachineUnfit(f"job {files.job_id} died at its start; last lines of its log: {said}")
    return Submitted(files.job_id, files, launched.launcher, launched.session, note)


def _refuse_what_no_process_can_get(
    command: Sequence[str], afterwards: Sequence[str], environment: Mapping[str, str]
) -> None:
    if not command:
        raise BadUse("there is no command to run")
    if any("\0" in text for text in (*command, *afterwards, *environment.values())):
        raise BadUse("a command and its environment cannot hold a NUL character")


def _claim(
    folders: Folders, name: str | None, words: str, clock: Callable[[], datetime]
) -> tuple[JobFiles, locks.Held]:
    """The files of a job that is ours from now on, and the lock that says so to everybody."""
    if name is not None:
        claimed = _claimed(folders.files(ids.checked_name(name)))
        if claimed is None:
            raise BadUse(f"there is a job {name!r} already", hint="choose another --name, or leave it out")
        return claimed
    candidates = (_claimed(folders.files(job_id)) for job_id in ids.ids_from_words(words, clock()))
    return next(claimed for claimed in candidates if claimed is not None)


def is_taken(files: JobFiles) -> bool:
    """Is there a job of this id, or something of one that would be overwritten?"""
    return any(
        path.exists()
        for path in (files.events, files.state, files.report_json, files.report_markdown, files.report_folder)
    )


def _claimed(files: JobFiles) -> tuple[JobFiles, locks.Held] | None:
    if is_taken(files):
        return None
    try:
        os.close(os.open(files.events, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        life = locks.shared(files.events)
    except FileExistsError:
        return None
    except OSError as error:
        raise MachineUnfit.from_os_error(error, files.events) from error
    if not life.is_on_an_empty_file:  # so slow that somebody took it for dead
        life.close()
        return None
    return files, life


@contextmanager
def _nothing_left_on_failure(files: JobFiles, life: locks.Held) -> Iterator[None]:
    """The id is free again when no job has come of it."""
    try:
        yield
    except BaseException:
        life.close()
        nobody = locks.exclusive_if_free(files.events)
        if nobody is not None:  # else interrupted a moment after a supervisor took it over
            with nobody:
                turns.leave(files.logs, files.job_id)
                store.forget(files)
        raise


@contextmanager
def _killed_on_failure(pid: int) -> Iterator[None]:
    """A process that was started for nothing holds the job's lock no longer when the error arrives."""
    process = processes.identity(pid)
    try:
        yield
    except BaseException:
        if process is not None and processes.send(process, signal.SIGKILL):
            deadline = time.monotonic() + _DIES_WITHIN_S
            while processes.is_alive(process) and time.monotonic() < deadline:
                time.sleep(_POLL_S)
        raise


def _write_down(
    files: JobFiles,
    command: Sequence[str],
    cwd: Path,
    payload: Mapping[str, object],
    redact: Redactor,
    clock: Callable[[], datetime],
) -> None:
    """The request, the first line of the log and the first state, and a place in the queue."""
    try:
        place = turns.take_place(files.logs, files.job_id)
        with files.request.open("x") as request:
            json.dump(payload, request, indent=1)
            request.write("\n")
            request.flush()
            os.fsync(request.fileno())
    except OSError as error:
        raise MachineUnfit.from_os_error(error, error.filename or files.request) from error
    job = Job(
        job_id=files.job_id,
        submitted_at=clock(),
        state=Queued(None),
        command=tuple(redact(word) for word in command),
        cwd=os.fspath(cwd),
        ticket=place.ticket,
    )
    log = Log(files, redact=redact, clock=clock)
    try:
        log.write("info", "submitted", store.told("submitted", job), essential=True)
    finally:
        log.close()
    store.save(files, job)


def _launch(
    launchers: Sequence[Launcher],
    folders: Folders,
    job_id: str,
    environment: Mapping[str, str],
    *,
    meanwhile: Callable[[], None],
    envelope: Callable[[Launched], Envelope],
) -> tuple[Launched, str]:
    """Try one launcher after the other until a supervisor has taken the job over.

    meanwhile: done while the first one starts, before it can take anything over.
    """
    files = folders.files(job_id)
    failures: list[str] = []
    is_written_down = False
    for number, launcher in enumerate(launchers, start=1):
        fifo = files.handover(number)
        handover.make_fifo(fifo)
        try:
            try:
                launched = launcher.launch(_supervisor(folders, job_id, fifo), job_id, environment)
            except MachineUnfit as error:
                failures.append(f"{launcher.name}: {error.message}")
                continue
            with _killed_on_failure(launched.pid):
                if not is_written_down:
                    meanwhile()
                    is_written_down = True
                note = "; ".join(failures)
                if note:
                    _warn(files, note)
                if handover.send(fifo, envelope(launched), within_s=_TAKEN_OVER_WITHIN_S, reader=launched.pid):
                    return launched, note
            failures.append(f"{launcher.name}: the job's process died at its start")
        finally:
            fifo.unlink(missing_ok=True)
    raise MachineUnfit(f"cannot start the job ({'; '.join(failures)})", hint="`nlbt doctor` looks for the cause")


def _supervisor(folders: Folders, job_id: str, fifo: Path) -> list[str]:
    source = Path(__file__).resolve().parents[2]
    paths = (os.fspath(path) for path in (takeover.__file__, source, folders.logs, folders.reports))
    return [sys.executable, *_ISOLATED, *paths, job_id, os.fspath(fifo)]


def _warn(files: JobFiles, note: str) -> None:
    log = Log(files, redact=Redactor())
    try:
        log.write("warning", "launcher_failed", {"note": note})
    finally:
        log.close()


def _own_umask() -> int:
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("Umask:"):
                return int(line.split()[1], 8)
    except OSError:
        pass  # not on Linux
    mask = os.umask(0o077)  # it can only be read by setting it, for all threads
    os.umask(mask)
    return mask
