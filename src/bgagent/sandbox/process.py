"""One confined child process, seen from outside: frames to it, frames and log from it, and its end."""

import contextlib
import os
import select
import signal
import time

from bgagent.artifacts.attempts import RunFailure
from bgagent.sandbox.clean import clean_text
from bgagent.sandbox.limits import Limits
from bgagent.sandbox.memory import resident_mb
from bgagent.sandbox.protocol import Frame, FrameReader
from bgagent.sandbox.started import Starter, pipes

_PIECE = 1 << 16
_LOOK_EVERY_S = 0.05  # how often memory is looked at while the child is silent
_GRACE_S = 1.0  # for a process that has closed its answers to be gone


class ConfinedProcess:
    """A child in its own session that answers frames with frames. A context manager: leaving it kills all of it.

    What goes wrong with the child is a RunFailure, and the first one is final: every later call returns it again.
    """

    def __init__(self, start: Starter, *, limits: Limits) -> None:
        """Has `start` start it. Raises OSError when the machine cannot start a process."""
        self._limits = limits
        self._deadline = time.monotonic() + limits.wall_s
        self._next_look = time.monotonic()
        self._frames = FrameReader()
        self._log = bytearray()
        self._printed = 0
        self._failure: RunFailure | None = None
        self._has_closed = False
        with contextlib.ExitStack() as undo:
            (child_in, self._questions), (self._answers, child_out), (self._output, child_log) = pipes(3, undo)
            self._process = start(child_in, child_out, child_log)
            undo.pop_all()
        for descriptor in (child_in, child_out, child_log):
            os.close(descriptor)
        self._exit_code: int | None = None
        self._poll = select.poll()
        self._open = [self._questions, self._answers, self._output]
        with contextlib.suppress(OSError, AttributeError):  # Linux 5.3 and later; else closed answers tell of the end
            self._open.append(os.pidfd_open(self._process.pid))
        for descriptor in self._open:
            os.set_blocking(descriptor, False)
        for descriptor in self._open[1:]:
            self._poll.register(descriptor, select.POLLIN)

    def __enter__(self) -> "ConfinedProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self._kill()
        for descriptor in self._open:
            os.close(descriptor)

    @property
    def log(self) -> str:
        """The end of what it has printed so far, cleaned."""
        return clean_text(bytes(self._log), keep=self._limits.output_kb * 1024)

    def exchange(self, message: bytes) -> Frame | RunFailure:
        """Sends a message and waits for one frame, within the wall time that is left."""
        unsent = memoryview(message)
        while self._failure is None:
            try:
                frame = self._frames.take()
            except ValueError as error:
                return self.fail("protocol", f"the strategy's process gave no valid answer: {error}")
            if frame is not None:
                return frame
            if self._has_closed:
                return self.fail(*self._account_of_end())
            unsent = self._send(unsent)
            self._wait(sending=bool(unsent))
        return self._failure

    def finish(self) -> RunFailure | None:
        """Waits for the end of a process that has said its last word; None when it ended as it should."""
        while self._failure is None and not self._has_closed:
            self._wait(sending=False)
        if self._failure is None and not self._frames.is_empty:
            return self.fail("protocol", "the strategy's process went on answering after its last word")
        if self._failure is None and self._own_exit_code() != 0:
            return self.fail(*self._account_of_end())
        self._kill()
        return self._failure

    def fail(self, kind: str, detail: str) -> RunFailure:
        """Ends the process; the failure carries the end of its log. The first failure stays."""
        if self._failure is None:
            self._failure = RunFailure(kind, detail)  # reading the rest of the output may find another
            self._kill()
            self._failure = RunFailure(kind, detail, self.log)
        return self._failure

    def _send(self, unsent: memoryview) -> memoryview:
        if not unsent:
            return unsent
        try:
            return unsent[os.write(self._questions, unsent) :]
        except BlockingIOError:
            return unsent
        except BrokenPipeError:  # it has gone or closed its end: its answers tell which
            return unsent[:0]

    def _wait(self, *, sending: bool) -> None:
        """Until something can be read or sent, or the process has ended, or a limit is passed."""
        now = time.monotonic()
        if now >= self._deadline:
            self.fail("timeout", f"it took longer than the {self._limits.wall_s:g} s allowed")
            return
        if now >= self._next_look:
            self._next_look = now + _LOOK_EVERY_S
            if resident_mb(self._process.pid) > self._limits.memory_mb:
                self.fail("memory", f"it used more than the {self._limits.memory_mb:,} MB allowed")
                return
        if sending:
            self._poll.register(self._questions, select.POLLOUT)
        ready = {descriptor for descriptor, _ in self._poll.poll(1000 * min(_LOOK_EVERY_S, self._deadline - now))}
        if sending:
            self._poll.unregister(self._questions)
        if self._output in ready:
            self._read_output()
        if self._answers in ready:
            piece = os.read(self._answers, _PIECE)
            self._frames.add(piece)
            self._has_closed = not piece
        elif ready - {self._output, self._questions}:  # the process has ended and nothing more has come
            self._has_closed = True

    def _read_output(self) -> bool:
        """Takes a piece of what it printed; False when there is none."""
        try:
            piece = os.read(self._output, _PIECE)
        except BlockingIOError:
            return False
        if not piece:
            with contextlib.suppress(KeyError):  # unregistered before
                self._poll.unregister(self._output)
            return False
        self._printed += len(piece)
        self._log += piece
        del self._log[: -4 * 1024 * self._limits.output_kb]  # a character has four bytes at most
        if self._printed > self._limits.output_flood_kb * 1024:
            self.fail("protocol", f"it printed more than the {self._limits.output_flood_kb:,} kB allowed")
            return False
        return True

    def _own_exit_code(self) -> int | None:
        """How it ended; None when it has not within a grace after closing its answers."""
        until = min(self._deadline, time.monotonic() + _GRACE_S)
        while self._exit_code is None and not self._process.has_ended():
            if time.monotonic() >= until:
                return None
            time.sleep(0.001)
        self._kill()
        return self._exit_code

    def _account_of_end(self) -> tuple[str, str]:
        """Kind and detail of a failure for a process that went without a last word."""
        spent = _processor_s(self._process.pid)
        code = self._own_exit_code()
        if code is None:
            return "protocol", "it closed its answers without ending"
        if code == -signal.SIGKILL and spent > self._limits.processor_s - 1:
            return "timeout", f"it used the {self._limits.processor_s} s of processor time allowed"
        if code == -signal.SIGKILL:
            return "memory", "the system killed it, most likely for want of memory"
        if code < 0:
            return "crash", f"it was ended by {signal.Signals(-code).name}"
        return "crash", f"it ended itself with exit code {code} before its strategy was through"

    def _kill(self) -> None:
        """Ends the process and whatever it left in its group, then takes what was still printed."""
        if self._exit_code is None:
            self._exit_code = self._process.end()
        while self._read_output():  # others may hold the pipe open, so it is not read to its end
            pass


def _processor_s(pid: int) -> float:
    """Processor time of a process that may have ended but is not yet waited for; 0.0 where /proc does not say."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            fields = stat.read().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError):
        return 0.0
