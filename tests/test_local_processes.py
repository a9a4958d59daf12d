"""Processes that wait for jobs: what they heed, and that none stays behind."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest

from bgagent.local_processes import LocalProcesses, executor_broke

PATIENCE_S = 30
BEGINS_ONE_THAT_WAITS = """
import sys
from pathlib import Path
from bgagent.local_processes import LocalProcesses
from tests.test_local_processes import wait_for_ever
if __name__ == "__main__":
    LocalProcesses(1).submit(wait_for_ever, Path(sys.argv[1])).result()
"""


def interrupted() -> int:
    os.kill(os.getpid(), signal.SIGINT)
    return os.getpid()


def wait_for_ever(told: Path) -> None:
    beside = told.with_suffix(".part")
    beside.write_text(str(os.getpid()))
    beside.rename(told)
    while True:
        signal.pause()


def die() -> None:
    os._exit(3)


def pid_told(told: Path) -> int:
    until(told.exists)
    return int(told.read_text())


def is_gone(pid: int) -> bool:
    """Whether it runs no more; one that nobody has waited for yet is gone too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def until(holds) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_tasks_run_in_another_process_which_heeds_no_interrupt():
    with LocalProcesses(1) as executor:
        first = executor.submit(interrupted).result()
        assert first != os.getpid()
        assert executor.submit(interrupted).result() == first
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ()), "this process goes on heeding it"


def test_shutdown_without_waiting_ends_what_waits(tmp_path: Path):
    executor = LocalProcesses(1)
    waiting = [executor.submit(wait_for_ever, tmp_path / "pid") for _ in range(3)]
    pid = pid_told(tmp_path / "pid")
    executor.shutdown(wait=False, cancel_futures=True)
    until(lambda: is_gone(pid) and all(future.done() for future in waiting))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for the process in /proc")
def test_they_go_when_the_process_that_began_them_is_killed(tmp_path: Path):
    script = tmp_path / "begins.py"
    script.write_text(BEGINS_ONE_THAT_WAITS)
    root = str(Path(__file__).parents[1])
    leader = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "pid")], env={**os.environ, "PYTHONPATH": root}
    )
    try:
        pid = pid_told(tmp_path / "pid")
        assert not is_gone(pid)
    finally:
        leader.kill()
        leader.wait()
    until(lambda: is_gone(pid))


def test_a_process_that_dies_is_the_machines_fault():
    with LocalProcesses(1) as executor, pytest.raises(BrokenExecutor) as broken:
        executor.submit(die).result()
    assert executor_broke(broken.value).exit_code == 11
