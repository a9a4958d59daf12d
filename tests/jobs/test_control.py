import os
import signal
import subprocess

import pytest

from bgagent.jobs import control, processes
from bgagent.jobs.control import stop, wait
from bgagent.jobs.lifecycle import look
from bgagent.jobs.logs import read_events
from tests.jobs.builders import ended, eventually, kill, leftovers, python, recorded, running, start

STUBBORN = """
import os, signal, subprocess, time
for signum in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(signum, signal.SIG_IGN)
subprocess.Popen(["sleep", "60"], start_new_session=True, env={})
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture(params=["plain", "tmux"])
def options(request):
    if request.param == "plain":
        return {"launcher": "plain"}
    return {"launcher": "tmux", "tmux": request.getfixturevalue("tmux")}


def stopped(folders, job_id, **more):
    return stop(folders, job_id, environment=os.environ, **more).job


def test_a_running_job_is_stopped_with_its_session(folders, options):
    job = start(folders, "sleep", "60", name="j", **options)
    state = running(folders, "j").job.state
    end = stopped(folders, "j")
    assert (end.word, end.exit_code, end.state.result.message) == ("stopped", 8, "stopped by the user")
    assert not processes.is_alive(state.body)
    eventually(lambda: not processes.is_alive(state.process))
    if job.session:
        listed = subprocess.run(["tmux", "-L", options["tmux"].socket_name, "ls"], capture_output=True, check=False)
        assert job.session.encode() not in listed.stdout
    assert look(folders, "j").job == end
    assert leftovers(folders) == []


def test_a_stubborn_family_is_killed_to_the_last(folders):
    job = start(folders, *python(STUBBORN), name="j", grace_s=0.2)
    eventually(lambda: [*read_events(job.files.events, about="output")])
    family = processes.descendants([running(folders, "j").job.state.process.pid])
    assert len(family) >= 3
    assert stopped(folders, "j").word == "stopped"
    assert not [pid for pid in family if processes.identity(pid)]


def test_a_supervisor_that_is_suspended_is_killed_too(folders):
    start(folders, "sleep", "60", name="j")
    state = running(folders, "j").job.state
    os.kill(state.process.pid, signal.SIGSTOP)
    end = stop(folders, "j", environment=os.environ, grace_s=-2.9)  # no patience
    assert (end.job.word, end.newly_dead) == ("stopped", True)
    assert not processes.is_alive(state.process)
    assert not processes.is_alive(state.body)
    assert leftovers(folders) == []


def test_a_waiting_job_is_stopped_without_having_run(folders):
    first = start(folders, "sleep", "60", name="first", max_running=1)
    running(folders, "first")
    start(folders, "sh", "-c", f"touch {folders.reports}/ran", name="second", max_running=1)
    third = start(folders, "sleep", "60", name="third", max_running=1)
    end = stopped(folders, "second")
    assert (end.word, end.state.started_at) == ("stopped", None)
    assert stopped(folders, first.job_id).word == "stopped"
    running(folders, "third")
    assert stopped(folders, third.job_id).word == "stopped"
    assert not (folders.reports / "ran").exists()


def test_a_job_just_submitted_is_stopped(folders):
    for number in range(5):
        start(folders, "sleep", "60", name=f"j{number}")
        assert stopped(folders, f"j{number}").word == "stopped"
    assert leftovers(folders) == []


def test_an_ended_job_stays_as_it_ended(folders):
    start(folders, "sh", "-c", "exit 6", name="j")
    before = ended(folders, "j").job
    assert stopped(folders, "j") == before


def test_a_killed_job_is_not_called_stopped(folders):
    start(folders, "sleep", "60", name="j")
    kill(running(folders, "j").job.state.process)
    assert stopped(folders, "j").word == "crashed"


def test_a_stop_that_cannot_be_logged_still_stops(folders):
    job = start(folders, "sleep", "60", name="j")
    state = running(folders, "j").job.state
    job.files.log.unlink()
    job.files.log.mkdir()
    end = stopped(folders, "j")
    assert end.word == "stopped"
    assert "not in the log" in end.state.result.message
    assert not processes.is_alive(state.body)


def test_a_wait_ends_with_the_highest_code(folders):
    for name, code in (("a", 0), ("b", 6), ("c", 3)):
        start(folders, "sh", "-c", f"exit {code}", name=name)
    waited = wait(folders, ["a", "b", "c"], timeout_s=20)
    assert (waited.exit_code, waited.timed_out) == (6, False)
    assert [seen.job.exit_code for seen in waited.looks] == [0, 6, 3]


def test_a_wait_for_any_ends_with_the_first(folders):
    start(folders, "sleep", "60", name="long")
    start(folders, "sh", "-c", "exit 3", name="short")
    waited = wait(folders, ["long", "short"], timeout_s=20, for_any=True)
    assert (waited.exit_code, waited.timed_out) == (3, False)
    assert [seen.job.word for seen in waited.looks] == ["running", "failed"]
    stopped(folders, "long")


def test_a_wait_has_a_limit_of_its_own(folders):
    start(folders, "sleep", "60", name="j")
    waited = wait(folders, ["j"], timeout_s=0.1)
    assert (waited.exit_code, waited.timed_out) == (control.OUT_OF_PATIENCE, True)
    assert not waited.looks[0].job.has_ended
    stopped(folders, "j")


def test_a_wait_sees_a_death(folders):
    start(folders, *recorded("record.phase('x'); os.kill(os.getppid(), 9); time.sleep(60)"), name="j")
    assert wait(folders, ["j"], timeout_s=20).exit_code == 9
