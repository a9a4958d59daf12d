"""Many jobs at once, and death at any moment: afterwards every job has one true end, and nothing is left."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bgagent.jobs import processes, store
from bgagent.jobs.lifecycle import look, look_at_all
from tests.jobs.builders import ended, eventually, leftovers, recorded, start

# it notes that it runs, has a child in a session of its own, and leaves its report before it says that it has ended
WORK = """
import subprocess
folder = folders.reports
with open(folder / f"{job_id}.runs", "a") as runs:
    runs.write("run\\n")
child = subprocess.Popen(["sleep", "30"], start_new_session=True)
for phase in ("reading", "producing", "reporting"):
    record.phase(phase)
    time.sleep(0.05)
    record.event("info", "progress", phase=phase)
child.kill()
(folder / f"{job_id}.json").write_text(job_id)
record.finish(0, "report written")
"""


def test_twenty_at_once_all_succeed_and_keep_apart(folders):
    code = f"""
import os, sys
from pathlib import Path
sys.stdin.read(1)
from bgagent.jobs.folders import Folders
from bgagent.jobs.submission import submit
folders = Folders(Path({str(folders.logs)!r}), Path({str(folders.reports)!r}))
job = submit([sys.executable, "-c", sys.argv[1]], folders=folders, environment=os.environ, cwd=Path("/"),
             words="the same words", launcher="plain", max_running=2)
print(job.job_id)
"""
    reading, writing = os.pipe()
    submitters = [
        subprocess.Popen(
            [sys.executable, "-c", code, recorded(WORK)[2]], stdin=reading, stdout=subprocess.PIPE, text=True
        )
        for _ in range(20)
    ]
    os.close(reading)
    os.close(writing)  # now all at once
    ids = [submitter.communicate(timeout=60)[0].strip() for submitter in submitters]
    assert len(set(ids)) == 20
    for job_id in ids:
        assert ended(folders, job_id).job.word == "succeeded"
        assert (folders.reports / f"{job_id}.json").read_text() == job_id
        assert (folders.reports / f"{job_id}.runs").read_text() == "run\n"
    eventually(lambda: leftovers(folders) == [])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_death_at_any_moment_comes_out_true(folders, seed):
    chance = random.Random(seed)
    ids = [start(folders, *recorded(WORK), name=f"j{number:02d}", max_running=3).job_id for number in range(16)]
    kills = 0
    deadline = time.monotonic() + 60
    while not all(seen.job.has_ended for seen in look_at_all(folders)):
        assert time.monotonic() < deadline
        if kills < 12 and (victims := sorted(processes_of_jobs(folders))):
            kills += 1
            processes.end_all(lambda: {chance.choice(victims)}, within_s=0)
        time.sleep(chance.uniform(0, 0.1))
    words = {}
    for job_id in ids:
        seen = look(folders, job_id)
        words[job_id] = seen.job.word
        assert seen.job.word in ("succeeded", "crashed"), seen.job
        assert store.load(seen.files) == seen.job
        assert json.loads(seen.files.state.read_text())["state"] == seen.job.word
        report, runs = folders.reports / f"{job_id}.json", folders.reports / f"{job_id}.runs"
        if seen.job.word == "succeeded":
            assert report.read_text() == job_id
        if runs.exists():
            assert runs.read_text() == "run\n"
        else:
            assert seen.job.word == "crashed"
    assert set(words.values()) == {"succeeded", "crashed"}
    eventually(lambda: not processes_of_jobs(folders))
    assert leftovers(folders) == []


def processes_of_jobs(folders) -> set[int]:
    """Supervisors, commands and what these have started."""
    logs = os.fsencode(folders.logs)
    found = processes.carrying({"BGAGENT_JOB_LOGS": os.fspath(folders.logs)})
    for cmdline in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if logs in cmdline.read_bytes().split(b"\0"):
                found.add(int(cmdline.parent.name))
        except OSError:
            continue
    return {pid for pid in found if processes.identity(pid)}
