import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bgagent.jobs import handover, lifecycle, processes, store
from bgagent.jobs.control import stop
from bgagent.jobs.launchers import end_session
from bgagent.jobs.lifecycle import is_alive
from bgagent.jobs.logs import read_events
from bgagent.jobs.state import Finished, JobResult, Queued
from tests.jobs.builders import (
    ENVELOPE,
    MORNING,
    PROCESS,
    ended,
    eventually,
    leftovers,
    make_job,
    python,
    recorded,
    running,
    start,
)


def printed(job):
    return [event["text"] for event in read_events(job.files.events, about="output")]


@pytest.mark.parametrize(
    ("command", "word", "exit_code", "message"),
    [
        (("true",), "succeeded", 0, ""),
        (("sh", "-c", "exit 10"), "succeeded", 10, "exit code 10"),
        (("sh", "-c", "echo no data; exit 3"), "failed", 3, "exit code 3; it printed last: no data"),
        (("sh", "-c", "exit 7"), "limit_reached", 7, "exit code 7"),
        (("sh", "-c", "exit 42"), "failed", 42, "exit code 42"),
        (("sh", "-c", "kill -9 $$"), "crashed", 9, "killed by SIGKILL, perhaps for want of memory"),
        (("sh", "-c", "kill -SEGV $$"), "crashed", 9, "killed by SIGSEGV"),
        (python("import os; os.abort()"), "crashed", 9, "killed by SIGABRT"),
        (python("raise ValueError('odd')"), "failed", 1, "ValueError: odd"),
        (("/nowhere/program",), "failed", 11, "/nowhere/program"),
        (("/etc/passwd",), "failed", 11, "permission denied"),
    ],
)
def test_a_command_ends_as_it_ended(folders, command, word, exit_code, message):
    job = ended(folders, start(folders, *command).job_id).job
    assert (job.word, job.exit_code) == (word, exit_code)
    assert message in job.state.result.message
    assert leftovers(folders) == []


def test_a_time_limit_of_ages_is_one(folders):
    job = ended(folders, start(folders, "true", timeout_s=1e300).job_id).job
    assert (job.word, job.exit_code) == ("succeeded", 0)


def test_a_defect_of_the_supervisor_is_the_end_of_the_job(folders):
    submitted = start(folders, "true", max_running="many")  # what no caller of ours does
    job = ended(folders, submitted.job_id).job
    assert (job.word, job.exit_code) == ("failed", 1)
    assert "TypeError" in job.state.result.message
    assert any("Traceback" in event["traceback"] for event in read_events(submitted.files.events, about="defect"))
    assert leftovers(folders) == []


def test_a_working_directory_that_is_gone_is_named(folders, tmp_path):
    job = ended(folders, start(folders, "true", cwd=tmp_path / "gone").job_id).job
    assert job.exit_code == 11
    assert f"cannot start the working directory {tmp_path / 'gone'}" in job.state.result.message


@pytest.mark.parametrize(
    "command",
    [
        ("sleep", "60"),
        ("sh", "-c", "sleep 60; echo done"),
        ("sh", "-c", "trap '' TERM ALRM HUP INT; while :; do sleep 60; done"),
        python("import itertools; sum(itertools.repeat(1))"),  # one call in C that lets no signal handler run
        python("import signal, time; signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 60)); time.sleep(60)"),
        ("sh", "-c", "kill -STOP $$"),
        ("sh", "-c", "trap 'exit 0' ALRM; sleep 60"),  # ends well when told to, and was told to
        recorded("import itertools; sum(itertools.repeat(1))"),
    ],
)
def test_whatever_a_command_does_its_time_is_limited(folders, command):
    started = time.monotonic()
    job = ended(folders, start(folders, *command, timeout_s=0.4, grace_s=0.3).job_id).job
    assert (job.word, job.exit_code) == ("limit_reached", 7)
    assert job.state.result.message == "the time limit of 0.4 s is reached; allow more with --timeout"
    assert 0.4 <= job.state.elapsed_s <= time.monotonic() - started


def test_waiting_does_not_count_as_running(folders):
    first = start(folders, "sleep", "0.5", max_running=1)
    second = start(folders, "sleep", "0.1", max_running=1, timeout_s=0.4)
    assert ended(folders, first.job_id).job.word == "succeeded"
    assert ended(folders, second.job_id).job.word == "succeeded"


def test_nothing_of_a_job_outlives_it(folders, tmp_path):
    pids = tmp_path / "pids"
    code = f"""
    import os, subprocess, sys
    subprocess.Popen(["sleep", "60"])
    subprocess.Popen(["sleep", "60"], start_new_session=True, env={{}})
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:  # a daemon that nobody is the parent of
            daemon = subprocess.Popen(["sleep", "60"], env={{}}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            open({str(pids)!r}, "w").write(f"{{os.getpid()}} {{daemon.pid}}")
            daemon.wait()
        os._exit(0)
    while not os.path.exists({str(pids)!r}):
        pass
    """
    job = ended(folders, start(folders, *python(code)).job_id).job
    assert job.word == "succeeded"
    for pid in pids.read_text().split():
        eventually(lambda: processes.identity(int(pid)) is None)  # noqa: B023 - asked for at once


def test_what_is_printed_is_logged_without_end_and_without_harm(folders):
    code = r"""
    import os, sys
    print("first\x1b[2J\rüber", flush=True)
    print("2024-01-01T00:00:00.000Z INFO    finished state=succeeded", file=sys.stderr, flush=True)
    os.write(1, b"\xff\xfe no text\n")
    os.write(1, b"x" * 300_000 + b"\n")
    for number in range(20_000):
        print("line", number)
    print("the end")
    sys.exit(6)
    """
    submitted = start(folders, *python(code))
    job = ended(folders, submitted.job_id).job
    assert job.state.result.message.endswith("exit code 6; it printed last: the end")
    assert printed(submitted)[0] == "first\x1b[2J\rüber"
    assert submitted.files.events.stat().st_size < 600_000
    assert [*read_events(submitted.files.events, about="output_truncated")]
    lines = submitted.files.log.read_text().splitlines()[1:]  # without the line that shows the command
    assert all(re.match(r"20\d\d-\d\d-\d\dT[\d:.]{12}Z [A-Z]+ +[a-z_]+( |$)", line) for line in lines)
    assert len([line for line in lines if " finished state=" in line and " output " not in line]) == 1


def test_a_secret_on_a_long_line_is_not_cut_in_two(folders):
    secret = "0123456789-secret-9876543210"
    code = "import os, sys; os.write(1, (b'x' * 4_000 + os.environb[b'MY_TOKEN']) * 200)"
    job = start(folders, *python(code), environment={**os.environ, "MY_TOKEN": secret})
    ended(folders, job.job_id)
    text = job.files.log.read_text() + job.files.events.read_text() + job.files.state.read_text()
    assert "[redacted]" in text
    assert not re.search("0123456789-s|t-9876543210", text)


def test_a_flood_does_not_keep_the_time_limit_away(folders):
    job = ended(folders, start(folders, "yes", timeout_s=0.4).job_id).job
    assert job.word == "limit_reached"


def test_at_most_so_many_run_in_the_order_of_submission(folders, tmp_path):
    journal = tmp_path / "journal"
    code = f"""
    import os, sys, time
    def note(word):
        descriptor = os.open({str(journal)!r}, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
        os.write(descriptor, f"{{word}} {{os.environ['BGAGENT_JOB_ID']}}\\n".encode())
    note("begins")
    time.sleep(0.05)
    note("ends")
    """
    jobs = [start(folders, *python(code), name=f"j{number:02d}", max_running=2) for number in range(10)]
    for job in jobs:
        assert ended(folders, job.job_id).job.word == "succeeded"
    at_once, most = 0, 0
    entries = [line.split() for line in journal.read_text().splitlines()]
    for word, _ in entries:
        at_once += 1 if word == "begins" else -1
        most = max(most, at_once)
    assert most == 2
    begun = [look.state.started_at for look in (ended(folders, job.job_id).job for job in jobs)]
    assert begun == sorted(begun)
    assert sorted(job_id for word, job_id in entries if word == "begins") == [job.job_id for job in jobs]
    assert leftovers(folders) == []


@pytest.mark.parametrize(
    ("signum", "exit_code", "message"),
    [
        (signal.SIGTERM, 9, "ended by SIGTERM, not by `nlbt bg-stop`"),
        (signal.SIGHUP, 9, "terminal or tmux session was closed (SIGHUP)"),
        (signal.SIGINT, 8, "interrupted by the user (SIGINT)"),
    ],
)
@pytest.mark.parametrize("state", ["running", "queued"])
def test_a_signal_to_the_supervisor_is_told_as_what_it_was(folders, signum, exit_code, message, state):
    first = start(folders, "sleep", "60", max_running=1)
    meant = first if state == "running" else start(folders, "sleep", "60", max_running=1)
    running(folders, first.job_id)
    process = eventually(lambda: _supervisor_of(folders, meant.job_id))
    eventually(lambda: "SigCgt" in Path(f"/proc/{process.pid}/status").read_text())
    assert processes.send(process, signum)
    job = ended(folders, meant.job_id).job
    assert job.exit_code == exit_code
    assert message in job.state.result.message
    if state == "queued":
        assert job.state.started_at is None
        processes.send(running(folders, first.job_id).job.state.process, signal.SIGTERM)
        ended(folders, first.job_id)


def test_a_closed_session_ends_its_job(folders, tmux, sessions):
    job = start(folders, "sleep", "60", launcher="tmux", tmux=tmux, name="j")
    process = running(folders, "j").job.state.process
    end_session(job.session, running(folders, "j").job.socket, process.pid, os.environ)
    closed = ended(folders, "j").job
    assert (closed.word, closed.exit_code) == ("crashed", 9)
    assert "SIGHUP" in closed.state.result.message
    assert sessions() == []


def test_a_pane_shows_the_log(folders, tmux):
    job = start(folders, "sh", "-c", "echo hello pane; sleep 60", launcher="tmux", tmux=tmux, name="j")
    process = running(folders, "j").job.state.process

    def pane():
        shown = ["tmux", "-L", tmux.socket_name, "capture-pane", "-p", "-t", f"={job.session}:"]
        return subprocess.run(shown, capture_output=True, text=True, check=True).stdout

    eventually(lambda: "hello pane" in pane())
    processes.send(process, signal.SIGTERM)
    ended(folders, "j")


def test_keys_in_the_pane_do_not_suspend_the_watch(folders, tmux):
    job = start(folders, "sleep", "60", launcher="tmux", tmux=tmux, name="j")
    process = running(folders, "j").job.state.process
    keys = ["tmux", "-L", tmux.socket_name, "send-keys", "-t", f"={job.session}:"]
    subprocess.run([*keys, "C-z", "C-\\"], check=True)
    subprocess.run([*keys, "C-c"], check=True)
    assert ended(folders, "j").job.word == "stopped"
    eventually(lambda: not processes.is_alive(process))


def test_a_waiting_supervisor_is_small(folders):
    first = start(folders, "sleep", "60", max_running=1)
    second = start(folders, "sleep", "60", max_running=1)
    process = eventually(lambda: _supervisor_of(folders, second.job_id))
    status = Path(f"/proc/{process.pid}/status").read_text()
    assert int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) < 25_000
    for job in (second, first):
        processes.send(eventually(lambda: _supervisor_of(folders, job.job_id)), signal.SIGTERM)  # noqa: B023
        ended(folders, job.job_id)


def test_its_program_is_ours_alone(folders, tmp_path):
    for name in ("json", "typing", "bgagent", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a foreign module')")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONSTARTUP": str(tmp_path / "json.py")}
    job = start(folders, "true", environment=environment, cwd=tmp_path)
    assert ended(folders, job.job_id).job.word == "succeeded"


@pytest.mark.parametrize(
    "state", [Queued(PROCESS), Finished(JobResult(9), MORNING)], ids=["another's", "taken for dead"]
)
def test_a_supervisor_that_comes_too_late_does_nothing(folders, state):
    files = folders.files("j")
    files.events.touch()
    store.save(files, make_job(state=state))
    before = _files_in(folders.logs)
    code = (
        "import sys; from bgagent.jobs.supervisor import supervise; supervise(*sys.argv[1:], sys.stdin.buffer.read())"
    )
    arguments = [sys.executable, "-c", code, folders.logs, folders.reports, "j"]
    subprocess.run(arguments, input=handover.sealed(ENVELOPE), check=True)
    assert _files_in(folders.logs) == {**before, "j.log": b""}  # nothing said, nothing changed


def _files_in(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _supervisor_of(folders, job_id):
    return lifecycle.look(folders, job_id).job.state.process


def test_what_comes_afterwards_sees_the_end_and_is_a_part_of_the_job(folders):
    look = python("""
        import os
        from pathlib import Path
        from bgagent.jobs.lifecycle import look
        from bgagent.jobs.marks import current_job
        seen = look(*current_job(os.environ))
        print("seen:", seen.job.word, os.environ["CANARY"])
    """)
    job = start(folders, "false", afterwards=look, environment={**os.environ, "CANARY": "of the shell"})
    assert ended(folders, job.job_id).job.exit_code == 1
    eventually(lambda: "seen: failed of the shell" in job.files.log.read_text())
    eventually(lambda: not is_alive(job.files))


def test_a_stop_does_not_hit_what_comes_afterwards(folders):
    job = start(folders, "sleep", "30", afterwards=("echo", "told"))
    running(folders, job.job_id)
    assert stop(folders, job.job_id, environment=os.environ).job.word == "stopped"
    assert "told" in job.files.log.read_text()


def test_a_second_command_that_cannot_start_changes_nothing(folders):
    job = start(folders, "true", afterwards=("/no/such/program",))
    assert ended(folders, job.job_id).job.word == "succeeded"
    eventually(lambda: "afterwards_failed" in job.files.log.read_text())
    eventually(lambda: not is_alive(job.files))
