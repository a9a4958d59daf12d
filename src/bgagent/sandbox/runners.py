"""Children forked from a process that has everything imported: the second run of a job starts in a few milliseconds.

One runner for each environment, since the hash seed and the time zone are fixed when a process begins. A runner holds
no secret: it is a new interpreter with an environment written from scratch, and never this process's fork.
"""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
from types import TracebackType

from bgagent.errors import Bug
from bgagent.sandbox import child_runner
from bgagent.sandbox.child_runner import FORK, MESSAGE
from bgagent.sandbox.started import INTERPRETER, Started, Starter, kill_group, program_of

PROGRAM = program_of(child_runner.__name__)
_MOST_RUNS = 64  # forks share where everything lies in memory; after that many it is dealt anew
_MOST_RUNNERS = 4
_PATIENCE_S = 60.0  # for a runner to have imported, and to fork


class Runner:
    """A process that forks children of `child.main`, all with its environment. Raises OSError when it cannot start."""

    def __init__(self, program: str, environment: dict[str, str]) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, contextlib.ExitStack() as undo:
            undo.callback(ours.close)
            self._process = subprocess.Popen(
                [*INTERPRETER, program, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=environment,
                cwd="/",
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
            undo.pop_all()
        self._control = ours
        self._control.settimeout(_PATIENCE_S)
        self.runs = 0

    @property
    def is_alive(self) -> bool:
        """True while it can fork."""
        return self._process.poll() is None

    def start(self, reading: int, answering: int, printing: int) -> Started:
        """See Starter. Raises Bug when it has ended by itself."""
        self.runs += 1
        pid = self.ask(FORK, [reading, answering, printing])
        if pid is None:
            raise Bug(f"the sandbox does not start: {self._last_words()}")
        if pid < 0:
            raise OSError(-pid, os.strerror(-pid))
        return Forked(pid, self)

    def ask(self, number: int, descriptors: list[int]) -> int | None:
        """Its answer; None when it has gone. See child_runner.MESSAGE. Raises TimeoutError."""
        try:
            socket.send_fds(self._control, [MESSAGE.pack(number)], descriptors)
            answer = self._control.recv(MESSAGE.size)
        except ConnectionError:
            return None
        return int(MESSAGE.unpack(answer)[0]) if answer else None

    def close(self) -> None:
        """Ends it; its children end with it."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _last_words(self) -> str:
        self._process.kill()
        _, said = self._process.communicate()
        lines = said.decode(errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "its runner ended without a word")


class Forked:
    """A child of a runner. Its exit code comes from the runner, whose child it is."""

    def __init__(self, pid: int, runner: Runner) -> None:
        self._runner = runner
        self._pid = pid
        self._handle = os.pidfd_open(pid)  # the runner keeps the number from being used again until it is asked

    @property
    def pid(self) -> int:
        """Its number."""
        return self._pid

    def has_ended(self) -> bool:
        """See Started."""
        return bool(select.select([self._handle], [], [], 0)[0])

    def end(self) -> int:
        """See Started."""
        kill_group(self._pid)
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        os.close(self._handle)
        code = self._runner.ask(self._pid, [])
        return -signal.SIGKILL if code is None else code  # without its runner nothing can have let it live


class Runners:
    """The runners of one job, each started when first needed. A context manager: leaving it ends them all.

    most_runs: how often one forks before a new one takes its place.
    """

    def __init__(self, *, program: str = PROGRAM, most_runs: int = _MOST_RUNS) -> None:
        self._program = program
        self._most_runs = most_runs
        self._runners: dict[tuple[tuple[str, str], ...], Runner] = {}

    def __enter__(self) -> "Runners":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for runner in self._runners.values():
            runner.close()
        self._runners.clear()

    def starter(self, environment: dict[str, str]) -> Starter:
        """Starts children with this environment, the first of them as soon as its runner has imported.

        Called ahead, it lets the runner import while something else is done. Raises OSError when the machine cannot
        start a process.
        """
        key = tuple(sorted(environment.items()))
        runner = self._runners.pop(key, None)
        if runner is not None and (runner.runs >= self._most_runs or not runner.is_alive):
            runner.close()
            runner = None
        if runner is None:
            runner = Runner(self._program, environment)
        self._runners[key] = runner  # the last is the one used last
        for oldest in list(self._runners)[:-_MOST_RUNNERS]:
            self._runners.pop(oldest).close()
        return runner.start


def can_fork() -> bool:
    """True where the host can hold a child that is not its own: Linux 5.3 and later."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (OSError, AttributeError):
        return False
    return True
