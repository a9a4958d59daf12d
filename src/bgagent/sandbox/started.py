"""A child process as the host holds it, however it was started; and the plain way: a new interpreter."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Protocol

# without `site` and `.pth` files, without the user's packages, the current directory and byte code on disk
INTERPRETER = (sys.executable, "-s", "-P", "-B", "-S", "-c")


def program_of(module: str) -> str:
    """Python that runs a module's `main`; importing makes no garbage worth looking for, and `main` looks again."""
    return f"import gc; gc.disable(); from {module} import main; main()"


class Started(Protocol):
    """A child that leads a process group of its own and has not been waited for: its number stays its own."""

    @property
    def pid(self) -> int: ...

    def has_ended(self) -> bool:
        """True once it has ended, by itself or not."""

    def end(self) -> int:
        """Kills it and whatever it left in its group; its exit code, negative for a signal. To be called once."""


# what the child reads from, answers to, and prints to; all three stay the caller's. Raises OSError
Starter = Callable[[int, int, int], Started]


class Spawned:
    """A process of ours that began with exec: nothing of this process's memory is in it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def has_ended(self) -> bool:
        """See Started."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None

    def end(self) -> int:
        """See Started."""
        kill_group(self.pid)
        self._process.kill()
        return self._process.wait()


def spawner(program: str, environment: dict[str, str]) -> Starter:
    """Starts `program`, Python that finds two descriptors in sys.argv, with this environment and no other."""

    def start(reading: int, answering: int, printing: int) -> Spawned:
        process = subprocess.Popen(
            [*INTERPRETER, program, str(reading), str(answering)],
            stdin=subprocess.DEVNULL,
            stdout=printing,
            stderr=printing,
            env=environment,
            cwd="/",
            pass_fds=(reading, answering),
            start_new_session=True,
        )
        return Spawned(process)

    return start


def kill_group(pid: int) -> None:
    """Ends the group that a child leads, if there is one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def pipes(count: int, undo: contextlib.ExitStack) -> Sequence[tuple[int, int]]:
    """Pairs to read from and to write to, all closed when `undo` is."""
    made = []
    for _ in range(count):
        pair = os.pipe()
        for descriptor in pair:
            undo.callback(os.close, descriptor)
        made.append(pair)
    return made
