import subprocess
import sys

import pytest

from bgagent.jobs import locks
from tests.jobs.builders import eventually

HOLDER = """
import subprocess, sys, time
from pathlib import Path
from bgagent.jobs import locks
held = getattr(locks, sys.argv[2])(Path(sys.argv[1]))
child = subprocess.Popen(["sleep", "60"])
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "lock"
    made.touch()
    return made


@pytest.mark.parametrize("kind", ["shared", "exclusive"])
def test_a_lock_dies_with_its_holder_and_is_not_inherited(path, kind):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, path, kind], stdout=subprocess.PIPE)
    child = int(holder.stdout.readline())
    assert locks.exclusive_if_free(path) is None
    holder.kill()
    holder.wait()
    holder.stdout.close()
    try:
        eventually(lambda: locks.exclusive_if_free(path), within_s=2).close()
    finally:
        subprocess.run(["kill", str(child)], check=True)


def test_shared_locks_keep_only_exclusive_ones_out(path):
    with locks.shared(path), locks.shared(path):
        assert locks.exclusive_if_free(path) is None
    with locks.exclusive_if_free(path):
        assert locks.exclusive_if_free(path) is None


def test_a_closed_lock_is_free(path):
    held = locks.exclusive(path)
    held.close()
    held.close()
    with locks.exclusive(path):
        assert locks.exclusive_if_free(path) is None


def test_a_folder_can_be_held_without_a_file_in_it(tmp_path):
    with locks.one_at_a_time(tmp_path):
        assert locks.exclusive_if_free(tmp_path) is None
        assert list(tmp_path.iterdir()) == []
    locks.exclusive_if_free(tmp_path).close()
