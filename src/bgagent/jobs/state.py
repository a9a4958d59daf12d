"""What a job is and where in its life: the nouns, and their flat JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, cast, get_args

from bgagent.jobs.stamps import moment_of, stamp

EndWord = Literal["succeeded", "failed", "stopped", "limit_reached", "crashed"]
StateWord = Literal["queued", "running", "succeeded", "failed", "stopped", "limit_reached", "crashed"]

SUCCEEDED, LIMIT_REACHED, STOPPED, CRASHED, REJECTED = 0, 7, 8, 9, 10
_WORDS: dict[int, EndWord] = {
    SUCCEEDED: "succeeded",
    REJECTED: "succeeded",  # a report was written, whatever its verdict
    LIMIT_REACHED: "limit_reached",
    STOPPED: "stopped",
    CRASHED: "crashed",
}


@dataclass(frozen=True, slots=True)
class Process:
    """A process that no other can be mistaken for.

    started: when, in the kernel's own count since boot; with the boot it makes the pid unique.
    """

    pid: int
    started: str
    boot_id: str


@dataclass(frozen=True, slots=True)
class Queued:
    """Waits for its turn. process: the supervisor, None until it has taken the job over."""

    process: Process | None


@dataclass(frozen=True, slots=True)
class Running:
    """Its command runs.

    process: the supervisor, which holds the job's lock. body: the command itself, None in its first moment.
    began: when it left the queue, by the monotonic clock of this boot, in seconds. timeout_s: None without a limit.
    terminal: path of the pane that shows the log, "" without one. attempt: 0 before the first.
    """

    process: Process
    started_at: datetime
    heartbeat_at: datetime
    began: float
    timeout_s: float | None = None
    body: Process | None = None
    terminal: str = ""
    phase: str = ""
    attempt: int = 0

    @property
    def deadline(self) -> float | None:
        """By the same clock as `began`."""
        return None if self.timeout_s is None else self.began + self.timeout_s


@dataclass(frozen=True, slots=True)
class JobResult:
    """How a job ended. exit_code: by the program's table; message: one line, "" when there is nothing to say.

    kind: the command's own word for it where one exit code has several, else "".
    """

    exit_code: int
    message: str = ""
    kind: str = ""

    @property
    def word(self) -> EndWord:
        return _WORDS.get(self.exit_code, "failed")


@dataclass(frozen=True, slots=True)
class Finished:
    """Ended, for good.

    started_at: None when it never left the queue. elapsed_s: from there on, by a clock that does not jump;
    None when nobody saw the end. phase, attempt: the last ones.
    """

    result: JobResult
    ended_at: datetime
    started_at: datetime | None = None
    elapsed_s: float | None = None
    process: Process | None = None
    phase: str = ""
    attempt: int = 0


JobState = Queued | Running | Finished


@dataclass(frozen=True, slots=True)
class Job:
    """One job. ticket: its number in the queue. session, socket: of tmux, "" with the plain launcher."""

    job_id: str
    submitted_at: datetime
    state: JobState
    command: tuple[str, ...] = ()
    cwd: str = ""
    launcher: str = ""
    session: str = ""
    socket: str = ""
    ticket: int = 0

    @property
    def word(self) -> StateWord:
        match self.state:
            case Queued():
                return "queued"
            case Running():
                return "running"
            case Finished(result=result):
                return result.word

    @property
    def has_ended(self) -> bool:
        return isinstance(self.state, Finished)

    @property
    def exit_code(self) -> int | None:
        return self.state.result.exit_code if isinstance(self.state, Finished) else None


def finished(job: Job, result: JobResult, *, ended_at: datetime, elapsed_s: float | None = None) -> Job:
    """The job, ended; what was known of its life stays known."""
    match job.state:
        case Running() as state:
            end = Finished(
                result, ended_at, state.started_at, elapsed_s, state.process, phase=state.phase, attempt=state.attempt
            )
        case Queued() as state:
            end = Finished(result, ended_at, process=state.process)
        case Finished():
            raise ValueError(f"job {job.job_id} has ended before")
    return replace(job, state=end)


def to_json(job: Job) -> dict[str, object]:
    """Flat, the same keys in every state; null is what is not known or not so."""
    state = job.state
    process = state.process
    result = state.result if isinstance(state, Finished) else None
    running = state if isinstance(state, Running) else None
    lived = state if not isinstance(state, Queued) else None
    return {
        "job_id": job.job_id,
        "state": job.word,
        "exit_code": job.exit_code,
        "message": result.message if result else None,
        "kind": result.kind if result else "",
        "submitted_at": stamp(job.submitted_at),
        "started_at": stamp(lived.started_at) if lived and lived.started_at else None,
        "ended_at": stamp(state.ended_at) if isinstance(state, Finished) else None,
        "elapsed_s": state.elapsed_s if isinstance(state, Finished) else None,
        "phase": lived.phase if lived else "",
        "attempt": lived.attempt if lived else 0,
        "heartbeat_at": stamp(running.heartbeat_at) if running else None,
        "timeout_s": running.timeout_s if running else None,
        "began": running.began if running else None,
        "pid": process.pid if process else None,
        "process_started": process.started if process else None,
        "boot_id": process.boot_id if process else None,
        "body_pid": running.body.pid if running and running.body else None,
        "body_started": running.body.started if running and running.body else None,
        "launcher": job.launcher,
        "session": job.session,
        "socket": job.socket,
        "terminal": running.terminal if running else "",
        "ticket": job.ticket,
        "command": list(job.command),
        "cwd": job.cwd,
    }


def from_json(flat: Mapping[str, object]) -> Job:
    """The job that `to_json` wrote; ValueError when the text is torn or foreign."""
    try:
        return _job(flat)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no state of a job: {error!r}") from error


def _job(flat: Mapping[str, object]) -> Job:
    text = {key: value for key, value in flat.items() if isinstance(value, str)}
    command = flat.get("command") or ()
    if not isinstance(command, list | tuple):
        raise ValueError(f"command must be a list, was {command!r}")
    return Job(
        job_id=text["job_id"],
        submitted_at=moment_of(text["submitted_at"]),
        state=_state(flat, text),
        command=tuple(str(word) for word in command),
        cwd=text.get("cwd", ""),
        launcher=text.get("launcher", ""),
        session=text.get("session", ""),
        socket=text.get("socket", ""),
        ticket=_whole(flat.get("ticket")) or 0,
    )


def _state(flat: Mapping[str, object], text: Mapping[str, str]) -> JobState:
    word = text["state"]
    boot_id = text.get("boot_id", "")
    process = _process(flat.get("pid"), text.get("process_started"), boot_id)
    if word == "queued":
        return Queued(process)
    started_at = moment_of(text["started_at"]) if "started_at" in text else None
    phase, attempt = text.get("phase", ""), _whole(flat.get("attempt")) or 0
    if word == "running":
        if process is None or started_at is None:
            raise ValueError("a running job has a process and a start")
        return Running(
            process=process,
            started_at=started_at,
            heartbeat_at=moment_of(text["heartbeat_at"]) if "heartbeat_at" in text else started_at,
            began=_number(flat.get("began")) or 0.0,
            timeout_s=_number(flat.get("timeout_s")),
            body=_process(flat.get("body_pid"), text.get("body_started"), boot_id),
            terminal=text.get("terminal", ""),
            phase=phase,
            attempt=attempt,
        )
    exit_code = _whole(flat["exit_code"])
    if word not in get_args(EndWord) or exit_code is None:
        raise ValueError(f"no state of a job: {word!r} with exit code {exit_code!r}")
    return Finished(
        result=JobResult(exit_code, text.get("message", ""), text.get("kind", "")),
        ended_at=moment_of(text["ended_at"]),
        started_at=started_at,
        elapsed_s=_number(flat.get("elapsed_s")),
        process=process,
        phase=phase,
        attempt=attempt,
    )


def _process(pid: object, started: str | None, boot_id: str) -> Process | None:
    number = _whole(pid)
    return None if number is None or started is None else Process(number, started, boot_id)


def _whole(value: object) -> int | None:
    return None if value is None else int(cast(int, value))


def _number(value: object) -> float | None:
    return None if value is None else float(cast(float, value))
