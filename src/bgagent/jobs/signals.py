"""Signals as things that have arrived, to be looked at when there is time, or at once where that is asked for."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
# keys pressed in the job's terminal must not suspend the one who watches over its time
_IGNORED = (signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGPIPE, signal.SIGALRM)


class Interrupted(BaseException):
    """A signal that asks the process to end."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum


class Signals:
    """Catches signals from its creation to the end of the process, which it belongs to alone.

    descriptor: readable when something has arrived, a child's end included.
    """

    def __init__(self) -> None:
        self._arrived: list[int] = []
        self._raising = False
        self.descriptor, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if hasattr(os, "pipe2") else _pipe()
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        for signum in ENDING:
            signal.signal(signum, self._note)
        # a handler, not SIG_IGN: the commands to be started must not inherit it
        for signum in (*_IGNORED, signal.SIGCHLD):
            signal.signal(signum, lambda _signum, _frame: None)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())

    def take(self) -> list[int]:
        """What has arrived since the last look."""
        try:
            while os.read(self.descriptor, 512):
                pass
        except BlockingIOError:
            pass
        arrived, self._arrived = self._arrived, []
        return arrived

    @contextmanager
    def raising(self) -> Iterator[None]:
        """Inside, a signal raises Interrupted, also one that came before."""
        self._raising = True
        try:
            if self._arrived:
                raise Interrupted(self._arrived[0])
            yield
        finally:
            self._raising = False

    def _note(self, signum: int, _frame: FrameType | None) -> None:
        self._arrived.append(signum)
        if self._raising:
            raise Interrupted(signum)


def _pipe() -> tuple[int, int]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    return reading, writing
