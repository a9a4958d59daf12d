"""Jobs for tests: real processes in a folder of their own."""

import os
import signal
import sys
import textwrap
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from bgagent.jobs import processes
from bgagent.jobs.folders import Folders
from bgagent.jobs.handover import Envelope
from bgagent.jobs.lifecycle import Look, look
from bgagent.jobs.state import Job, Process, Queued
from bgagent.jobs.submission import Submitted, submit

PATIENCE_S = 20.0
MORNING = datetime(2024, 1, 31, 9, 30, tzinfo=UTC)
PROCESS = Process(pid=4_000_001, started="77", boot_id="an earlier boot")
ENVELOPE = Envelope(
    command=("echo", "a b", "$(x)\n'\"", "ü买\udce4"),
    cwd="/tmp/caf\udce9",
    environment={"LANG": "C", "ODD": "\udcff\udc80=\n", "KEY": "s" * 32, "EMPTY": ""},
    secrets=("s" * 32,),
    umask=0o027,
    max_running=2,
    timeout_s=600.5,
    grace_s=5.0,
    launcher="tmux",
    session="bg_j",
    socket="/tmp/tmux",
)


def eventually(condition: Callable[[], object], *, within_s: float = PATIENCE_S):
    """The first true value of the condition; fails when it stays false."""
    deadline = time.monotonic() + within_s
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.005)


def make_job(job_id: str = "j", **changes: object) -> Job:
    values = {"job_id": job_id, "submitted_at": MORNING, "state": Queued(None), "command": ("true",), "cwd": "/"}
    return Job(**{**values, **changes})


def start(
    folders: Folders, *command: str, environment: Mapping[str, str] | None = None, **options: object
) -> Submitted:
    """A job by the plain launcher, unless told otherwise."""
    return submit(
        command,
        folders=folders,
        environment=dict(os.environ) if environment is None else environment,
        **{"launcher": "plain", "cwd": Path.cwd(), "grace_s": 0.5, "max_running": 8, **options},
    )


def python(code: str) -> tuple[str, ...]:
    """A command that runs this code."""
    return (sys.executable, "-c", textwrap.dedent(code))


def recorded(code: str) -> tuple[str, ...]:
    """A command whose code finds its `Recorder` under the name `record`."""
    opening = """\
        import os, re, signal, sys, time
        from bgagent import errors
        from bgagent.jobs.marks import current_job
        from bgagent.jobs.recorder import recording
        folders, job_id = current_job(os.environ)
        with recording(folders, job_id, environment=os.environ) as record:
        """
    return python(textwrap.dedent(opening) + textwrap.indent(textwrap.dedent(code), "    "))


def ended(folders: Folders, job_id: str) -> Look:
    """The look at a job once it has ended."""

    def end() -> Look | None:
        seen = look(folders, job_id)
        return seen if seen.job.has_ended else None

    return eventually(end)


def running(folders: Folders, job_id: str) -> Look:
    """The look at a job once its command runs."""

    def begun() -> Look | None:
        seen = look(folders, job_id)
        assert not seen.job.has_ended, seen.job
        return seen if seen.job.word == "running" and seen.job.state.body else None

    return eventually(begun)


def kill(process: Process) -> None:
    """As the kernel, an impatient user or a want of memory would; the process is dead afterwards."""
    os.kill(process.pid, signal.SIGKILL)
    eventually(lambda: not processes.is_alive(process))


def leftovers(folders: Folders) -> list[str]:
    """Files that live only while something is under way."""
    return sorted(name for name in os.listdir(folders.logs) if name.startswith("."))
