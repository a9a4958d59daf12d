"""The command of a job as a process: it cannot outlive its supervisor, and ends with all it has started."""

import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path

from bgagent.errors import MachineUnfit
from bgagent.jobs import processes
from bgagent.jobs.folders import Folders
from bgagent.jobs.handover import Envelope
from bgagent.jobs.logs import Log
from bgagent.jobs.marks import marks
from bgagent.jobs.output import Output
from bgagent.jobs.state import Process

_SET_DEATH_SIGNAL, _SET_CHILD_SUBREAPER = 1, 36  # of prctl(2)
_KILLED_WITHIN_S = 10.0


class Body:
    """The running command. exit_status: None while it runs, negative for the signal that killed it."""

    def __init__(self, process: Process, output: Output) -> None:
        self.process = process
        self.output = output
        self.exit_status: int | None = None

    def ask_to_end(self, signum: int) -> None:
        """Signal it and the children in its own process group; those elsewhere are its to end, or `end`'s."""
        try:
            os.killpg(self.process.pid, signum)
        except (ProcessLookupError, PermissionError):
            return  # it has just ended; its parent has not looked yet

    def collect(self) -> None:
        """Take note of children that have ended, of orphans too."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self.process.pid:
                self.exit_status = os.waitstatus_to_exitcode(status)

    def end(self) -> None:
        """Kill it with everything it has started, in whatever group or session, and read what it still had to say."""
        processes.end_all(self._family, within_s=_KILLED_WITHIN_S)
        self.collect()
        self.output.take()
        self.output.close()

    def _family(self) -> set[int]:
        self.collect()
        return processes.descendants((os.getpid(),))


def start_body(envelope: Envelope, folders: Folders, job_id: str, log: Log) -> Body:
    """Start the command; MachineUnfit when there is no such program or folder.

    The process becomes the parent of all orphans below it, so that none can slip away.
    """
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    supervisor = os.getpid()
    if libc is not None:
        libc.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def die_with_supervisor() -> None:
        if libc is not None:
            libc.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != supervisor:  # it was quicker
                os._exit(1)

    reading, writing = os.pipe()
    try:
        child = subprocess.Popen(
            envelope.command,
            env={**envelope.environment, **marks(folders, job_id)},
            cwd=envelope.cwd,
            umask=envelope.umask,
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=writing,
            start_new_session=True,  # a key pressed in the job's terminal is the supervisor's to answer
            preexec_fn=die_with_supervisor,  # noqa: PLW1509 - the supervisor has one thread
        )
    except OSError as error:
        os.close(reading)
        missing = error.filename == envelope.cwd and not Path(envelope.cwd).is_dir()
        what = f"the working directory {envelope.cwd}" if missing else f"the command {envelope.command[0]}"
        raise MachineUnfit(f"cannot start {what}: {(error.strerror or str(error)).lower()}") from error
    finally:
        os.close(writing)
    child.returncode = 0  # `collect` takes its status, and all others'
    process = processes.identity(child.pid) or Process(child.pid, "", processes.boot_id())
    return Body(process, Output(reading, log))
