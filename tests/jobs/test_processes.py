import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from bgagent.jobs import processes
from tests.jobs.builders import eventually

FAMILY = """
import os, subprocess, sys, time
subprocess.Popen(["sleep", "60"])
subprocess.Popen(["sh", "-c", "sleep 60 & wait"], start_new_session=True)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def sleeper():
    child = subprocess.Popen(["sleep", "60"])
    yield child
    child.kill()
    child.wait()


def test_a_process_is_known_until_it_ends(sleeper):
    process = processes.identity(sleeper.pid)
    assert processes.is_alive(process)
    sleeper.kill()
    eventually(lambda: not processes.is_alive(process))  # its remains have not been collected yet
    sleeper.wait()
    assert processes.identity(sleeper.pid) is None


@pytest.mark.parametrize("change", [{"started": "1"}, {"boot_id": "another boot"}])
def test_a_number_used_again_is_another_process(sleeper, change):
    stranger = replace(processes.identity(sleeper.pid), **change)
    assert not processes.is_alive(stranger)
    assert not processes.send(stranger, signal.SIGKILL)
    assert sleeper.poll() is None


def test_a_signal_reaches_the_process_meant(sleeper):
    assert processes.send(processes.identity(sleeper.pid), signal.SIGTERM)
    assert sleeper.wait(timeout=5) == -signal.SIGTERM


def test_a_name_with_brackets_is_read(tmp_path):
    odd = tmp_path / ") S 1 (x"
    odd.symlink_to("/bin/sleep")
    child = subprocess.Popen([odd, "60"])
    try:
        assert processes.identity(child.pid) is not None
        assert child.pid in processes.descendants([os.getpid()])
    finally:
        child.kill()
        child.wait()


def test_a_whole_family_is_found_and_ended():
    head = subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE)
    try:
        assert head.stdout.readline() == b"ready\n"
        family = eventually(lambda: len(found := processes.descendants([head.pid])) == 3 and found)
        assert processes.end_all(lambda: family | {head.pid}, within_s=5)
        assert not [pid for pid in family if processes.identity(pid)]
    finally:
        head.kill()
        head.communicate()


def test_processes_are_found_by_what_they_carry(sleeper):
    marked = subprocess.Popen(["sleep", "60"], env={"PATH": os.environ["PATH"], "MARK": "a b", "OTHER": "c"})
    try:
        assert eventually(lambda: processes.carrying({"MARK": "a b", "OTHER": "c"})) == {marked.pid}
        assert processes.carrying({"MARK": "a b", "OTHER": "d"}) == set()
    finally:
        marked.kill()
        marked.wait()


def test_a_family_that_cannot_be_ended_is_reported(sleeper, monkeypatch):
    monkeypatch.setattr(processes, "_kill", lambda pid, signum: False)
    assert not processes.end_all(lambda: {sleeper.pid}, within_s=0.05)
