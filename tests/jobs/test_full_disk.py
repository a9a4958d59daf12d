"""What becomes of jobs on a disk without room: a small file system of the test's own."""

import os
import subprocess
from pathlib import Path

import pytest

from bgagent.errors import MachineUnfit
from bgagent.jobs import control
from bgagent.jobs.folders import Folders
from bgagent.jobs.lifecycle import look
from tests.jobs.builders import ended, kill, recorded, running, start


@pytest.fixture
def folders(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "none", small], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
    made = Folders(small / "logs", small / "reports")
    made.make_ready()
    yield made
    subprocess.run(["umount", "--lazy", small], check=True)


def fill(folder: Path) -> None:
    """To the last byte."""
    descriptor = os.open(folder / "ballast", os.O_WRONLY | os.O_CREAT)
    try:
        for size in (4096, 1):
            try:
                while True:
                    os.write(descriptor, b"x" * size)
            except OSError:
                continue
    finally:
        os.close(descriptor)


def test_a_job_that_fills_the_disk_ends_as_that(folders):
    code = """
    for number in range(10_000):
        record.event("info", "line", text="x" * 1_000)
    """
    start(folders, *recorded(code), name="j")
    job = ended(folders, "j").job
    assert (job.word, job.exit_code) == ("failed", 11)
    assert "no room left on the disk" in job.state.result.message


def test_what_a_command_prints_may_fill_the_disk(folders):
    start(folders, "sh", "-c", "while :; do echo a line of some length, again and again; done", name="j")
    job = ended(folders, "j").job
    assert (job.word, job.exit_code) == ("failed", 11)


def test_nothing_is_begun_on_a_full_disk(folders):
    fill(folders.reports)
    with pytest.raises(MachineUnfit, match="no room left on the disk"):
        start(folders, "true", name="j")
    assert list(folders.logs.iterdir()) == []


@pytest.mark.parametrize("code", ["time.sleep(60)", "record.phase('x'); time.sleep(60)"])
def test_a_job_killed_on_a_full_disk_has_crashed(folders, code):
    start(folders, *recorded(code), name="j")
    state = running(folders, "j").job.state
    fill(folders.reports)
    kill(state.process)
    for _ in range(2):
        job = look(folders, "j").job
        assert (job.word, job.exit_code) == ("crashed", 9)


def test_a_job_is_stopped_on_a_full_disk(folders):
    start(folders, "sleep", "60", name="j")
    running(folders, "j")
    fill(folders.reports)
    assert control.stop(folders, "j", environment=os.environ).job.word == "stopped"
    assert look(folders, "j").job.word == "stopped"
