"""Where the file system has no locks: leases, and whole jobs that live by them."""

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bgagent.errors import BadUse
from bgagent.jobs import control, leases, lifecycle, locks, removal, submission, takeover
from tests.jobs.builders import ended, eventually, kill, leftovers, python, recorded, running, start

HOLDER = """
import sys, time
from pathlib import Path
from bgagent.jobs import leases
held = leases.take(Path(sys.argv[1]), shared=sys.argv[2] == "shared", wait=True)
print(flush=True)
time.sleep(60)
"""
WITHOUT_LOCKS = """
import errno, fcntl, os, runpy, sys
def flock(*_):
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))
fcntl.flock = flock
sys.path.append(sys.argv[1])
from bgagent.jobs import leases
leases.TOUCHED_EVERY_S = 0.05
runpy.run_path({takeover!r}, run_name="__main__")
"""


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "j.jsonl"
    made.touch()
    return made


@pytest.fixture
def no_locks(monkeypatch, tmp_path):
    """Neither this process nor any supervisor can lock anything."""

    def flock(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    script = tmp_path / "takeover.py"
    script.write_text(WITHOUT_LOCKS.format(takeover=takeover.__file__))
    monkeypatch.setattr(fcntl, "flock", flock)
    monkeypatch.setattr(submission.takeover, "__file__", str(script))


def lease_files(folder: Path) -> list[str]:
    return sorted(name for name in os.listdir(folder) if name.endswith(".lease"))


def is_free(path: Path) -> bool:
    try:
        leases.take(path, shared=False, wait=False).close()
    except BlockingIOError:
        return False
    return True


def written(path: Path, *, machine: str, age_s: float = 0.0, text: str | None = None) -> None:
    path.write_text(json.dumps({"pid": os.getpid(), "started": "1", "machine": machine}) if text is None else text)
    os.utime(path, (time.time() - age_s,) * 2)


def test_shared_leases_keep_only_exclusive_ones_out(path):
    one, other = (leases.take(path, shared=True, wait=False) for _ in range(2))
    one.close()
    assert not is_free(path)
    other.close()
    other.close()
    assert is_free(path)
    alone = leases.take(path, shared=False, wait=False)
    with pytest.raises(BlockingIOError):
        leases.take(path, shared=True, wait=False)
    alone.close()
    assert lease_files(path.parent) == []


@pytest.mark.parametrize("kind", ["shared", "exclusive"])
def test_a_lease_ends_with_its_process_at_once(path, kind):
    with subprocess.Popen([sys.executable, "-c", HOLDER, path, kind], stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        assert not is_free(path)
        holder.kill()
    eventually(lambda: is_free(path), within_s=2)
    assert lease_files(path.parent) == []


@pytest.mark.parametrize("name", [".j.jsonl.lease", ".j.jsonl.77-1-1.lease"])
def test_a_lease_from_elsewhere_holds_as_long_as_it_is_kept_fresh(path, name):
    written(path.parent / name, machine="another one", age_s=50)
    assert not is_free(path)
    written(path.parent / name, machine="another one", age_s=70)
    eventually(lambda: is_free(path))
    assert lease_files(path.parent) == []


def test_a_lease_that_is_just_being_written_counts(path):
    written(path.parent / ".j.jsonl.lease", machine="", text="")
    assert not is_free(path)


def test_a_number_used_again_holds_nothing(path):
    written(path.parent / ".j.jsonl.1-1-1.lease", machine=leases._machine())  # our pid, started at another time
    assert is_free(path)


def test_a_lease_is_touched_when_it_is_due(path, monkeypatch):
    lease = leases.take(path, shared=True, wait=False)
    (file,) = (path.parent / name for name in lease_files(path.parent))
    assert leases.longest_pause_s() == leases.TOUCHED_EVERY_S
    os.utime(file, (0, 0))
    leases.keep_fresh()
    assert file.stat().st_mtime == 0  # it was just taken
    monkeypatch.setattr(leases, "TOUCHED_EVERY_S", 0.0)
    leases.keep_fresh()
    assert file.stat().st_mtime > 0
    lease.close()
    assert leases.longest_pause_s() == float("inf")


def test_only_one_at_a_time_gets_it(path):
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _ in range(5):
            lease = leases.take(path, shared=False, wait=True)
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.001)
            inside.pop()
            lease.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(most), max(most)) == (30, 1)


def test_locks_give_way_to_leases_where_there_are_none(no_locks, path):
    with locks.shared(path) as held, locks.shared(path):
        assert held.is_a_lease
        assert locks.exclusive_if_free(path) is None
    with locks.one_at_a_time(path.parent):
        assert locks.exclusive_if_free(path.parent) is None
    assert lease_files(path.parent) == []


def test_a_folder_that_cannot_be_locked_as_a_file_can_gets_a_lease(monkeypatch, path):
    def flock(descriptor, kind):
        if kind & fcntl.LOCK_EX and fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))  # as network disks do

    monkeypatch.setattr(fcntl, "flock", flock)
    assert locks.exclusive_if_free(path.parent).is_a_lease
    assert not locks.exclusive_if_free(path).is_a_lease
    assert not locks.shared(path).is_a_lease
    leases.give_all_back()


def test_a_job_lives_and_ends_without_locks(no_locks, folders):
    job = start(folders, *recorded("record.phase('reading'); record.finish(0, 'done')"), name="j")
    with pytest.raises(BadUse):
        start(folders, "true", name="j")
    seen = ended(folders, job.job_id)
    assert (seen.job.word, seen.job.state.result.message) == ("succeeded", "done")
    eventually(lambda: leftovers(folders) == [])


def test_a_killed_job_has_crashed_without_locks_too(no_locks, folders):
    start(folders, "sleep", "60", name="j")
    seen = running(folders, "j")
    assert lifecycle.is_alive(seen.files)
    kill(seen.job.state.process)
    assert not lifecycle.is_alive(seen.files)
    assert ended(folders, "j").job.word == "crashed"
    eventually(lambda: leftovers(folders) == [])
    assert removal.remove(seen.files) is not None


def test_a_supervisor_keeps_its_lease_fresh(no_locks, folders):
    start(folders, "sleep", "60", name="j")
    running(folders, "j")
    (file,) = (folders.logs / name for name in lease_files(folders.logs))
    os.utime(file, (0, 0))
    eventually(lambda: file.stat().st_mtime > 0)
    assert control.stop(folders, "j", environment=os.environ, grace_s=0.5).job.word == "stopped"
    eventually(lambda: leftovers(folders) == [])


def test_a_lost_lease_of_a_living_job_does_not_kill_it(no_locks, folders):
    start(folders, "sleep", "60", name="j")
    seen = running(folders, "j")
    for name in lease_files(folders.logs):
        (folders.logs / name).unlink()
    assert lifecycle.look(folders, "j").job.word == "running"
    control.stop(folders, "j", environment=os.environ, grace_s=0.5)
    assert ended(folders, seen.job.job_id).job.word == "stopped"


def test_jobs_wait_their_turn_without_locks(no_locks, folders):
    code = "import time; print('ran', flush=True); time.sleep(0.05)"
    ids = [start(folders, *python(code), name=f"j{number}", max_running=1).job_id for number in range(5)]
    victim = lifecycle.look(folders, "j3").job
    if victim.word == "queued" and victim.state.process is not None:
        os.kill(victim.state.process.pid, signal.SIGKILL)
    looks = [ended(folders, job_id) for job_id in ids]
    begun = [seen.job.state.started_at for seen in looks if seen.job.state.started_at]
    assert begun == sorted(begun)
    assert {seen.job.word for seen in looks if seen.job.job_id != "j3"} == {"succeeded"}
    lifecycle.look_at_all(folders)
    eventually(lambda: leftovers(folders) == [])
