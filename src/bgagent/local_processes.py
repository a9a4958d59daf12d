"""An executor of processes of this machine, for tasks that mostly wait for jobs.

The work is done by the jobs, each in processes of its own that go on when nobody waits. So whoever waits may be ended
at any time, and nothing is lost.
"""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any, ParamSpec, TypeVar

from bgagent.errors import MachineUnfit

P = ParamSpec("P")
T = TypeVar("T")
_INTERRUPT = (signal.SIGINT,)
_ORPHANED = 1


class LocalProcesses(ProcessPoolExecutor):
    """So many processes, begun afresh (spawned): nothing of this one is shared with them, neither locks nor threads.

    Ctrl-C is this process's business; when it is gone, they go. shutdown(wait=False) ends them at once.
    """

    def __init__(self, count: int) -> None:
        super().__init__(count, mp_context=get_context("spawn"), initializer=_be_led)
        self._begun: set[BaseProcess] = set()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """As any executor. The first one begins the processes."""
        before = set(active_children())
        with _interrupts_held_back():
            future = super().submit(fn, *args, **kwargs)
        self._begun |= set(active_children()) - before
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As any executor, but without waiting the processes end in the middle of what they do."""
        super().shutdown(wait=wait, cancel_futures=cancel_futures)
        if not wait:
            for process in self._begun & set(active_children()):
                process.terminate()


def executor_broke(error: BrokenExecutor) -> MachineUnfit:
    """What it means that a process of the executor is gone."""
    return MachineUnfit(f"a process that waits for jobs died: {error}", hint="free some memory, and run it again")


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Ctrl-C comes when this is over; processes begun meanwhile never see it, not even while they load."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPT)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _be_led() -> None:
    """In a new process: heeds no Ctrl-C, and ends with the process that began it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPT)
    leader: Any = parent_process()

    def follow() -> None:
        leader.join()
        os._exit(_ORPHANED)

    Thread(target=follow, daemon=True).start()
