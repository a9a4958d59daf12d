"""The child's life, seen from outside."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bgagent.artifacts.attempts import RunFailure
from bgagent.sandbox.limits import Limits
from bgagent.sandbox.process import ConfinedProcess
from bgagent.sandbox.protocol import Kind, pack_frame
from bgagent.sandbox.started import spawner
from tests.sandbox.runs import run_unchecked, written

ENVIRONMENT = {"PYTHONUNBUFFERED": "1"}
SAY = """
import os, sys, time, struct
def say(kind, body=b""):
    os.write(int(sys.argv[2]), struct.pack("<BI", kind, len(body)) + body)
"""
FORKING = """
if os.fork() == 0:
    open({path!r}, "w").write(str(os.getpid()))
    time.sleep(600)
say(19)
time.sleep(600)
"""


def start(program: str, **limits) -> ConfinedProcess:
    return ConfinedProcess(spawner(SAY + program, ENVIRONMENT), limits=Limits(**{"wall_s": 10.0, **limits}))


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_until(condition, seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_a_question_larger_than_the_pipe_is_answered():
    program = "n = 0\nwhile n < 5_000_000: n += len(os.read(int(sys.argv[1]), 1 << 16))\nsay(20, str(n).encode())"
    with start(program) as process:
        assert process.exchange(b"x" * 5_000_000) == (Kind.FAILED, b"5000000")
        assert process.finish() is None


def test_a_process_that_reads_nothing_runs_into_the_wall():
    with start("time.sleep(60)", wall_s=0.5) as process:
        failure = process.exchange(b"x" * 5_000_000)
    assert isinstance(failure, RunFailure)
    assert failure.kind == "timeout"


def test_the_first_failure_is_final():
    with start("print('last words'); sys.exit(3)") as process:
        first = process.exchange(b"")
        assert process.exchange(b"") == first == process.finish()
    assert isinstance(first, RunFailure)
    assert (first.kind, first.log) == ("crash", "last words\n")


@pytest.mark.parametrize("last", ["say(19); say(19)", "say(19); os.write(int(sys.argv[2]), b'x')"])
def test_talking_after_the_last_word_is_a_failure(last):
    with start(last) as process:
        assert process.exchange(b"") == (Kind.DONE, b"")
        failure = process.finish()
    assert failure is not None
    assert "went on answering" in failure.detail


def test_dying_after_the_last_word_is_a_failure():
    with start("say(19); os.kill(os.getpid(), 9)") as process:
        assert process.exchange(b"") == (Kind.DONE, b"")
        failure = process.finish()
    assert failure is not None
    assert failure.kind == "memory"


def test_everything_it_started_is_killed_with_it(tmp_path):
    program = FORKING.format(path=str(tmp_path / "pid"))
    with start(program) as process:
        assert process.exchange(b"") == (Kind.DONE, b"")
        assert wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    assert wait_until(lambda: is_gone(int((tmp_path / "pid").read_text())))


def test_an_answer_held_open_by_another_process_does_not_hold_us():
    with start("if os.fork() == 0: time.sleep(600)\nos._exit(4)") as process:
        failure = process.exchange(b"")
    assert isinstance(failure, RunFailure)
    assert "exit code 4" in failure.detail


def test_it_has_nothing_to_read_from_and_a_session_of_its_own():
    with start("say(20, f'{sys.stdin.read()!r} {os.getsid(0) == os.getpid()} {os.getcwd()}'.encode())") as process:
        assert process.exchange(b"") == (Kind.FAILED, b"'' True /")


def test_it_dies_with_its_host(tmp_path):
    source = written(init="print('x')\nwhile True: pass", head="import os, sys")
    code = "from tests.sandbox.runs import run_unchecked\nfrom bgagent.sandbox.limits import Limits\n"
    code += f"run_unchecked({source!r}, limits=Limits(wall_s=60.0))"
    paths = os.pathsep.join([str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / "src")])
    host = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": paths})

    def children() -> list[int]:
        listed = Path(f"/proc/{host.pid}/task/{host.pid}/children")
        return [int(pid) for pid in listed.read_text().split()]

    try:
        assert wait_until(lambda: bool(children()))
        (child,) = children()
        assert wait_until(lambda: "\nSeccomp:\t2" in Path(f"/proc/{child}/status").read_text())
    finally:
        host.send_signal(signal.SIGKILL)
        host.wait()
    assert wait_until(lambda: is_gone(child))


def test_no_process_is_left_after_any_end():
    def children() -> set[str]:
        return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())

    before = children()
    for body in ("pass", "1 / 0", "while True: pass"):
        run_unchecked(written(body), limits=Limits(wall_s=1.0))
    assert children() == before


def test_frames_of_the_host_are_bounded_too():
    with pytest.raises(ValueError, match="at most"):
        pack_frame(Kind.BEGIN, b"x" * (1 << 17))
