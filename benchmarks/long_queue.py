"""Hundreds of jobs submitted at once on a few places: memory while they wait, their order, and that each runs once.

    python benchmarks/long_queue.py --jobs 500

The commands are nothing, so that what is measured is the waiting. Exit code 1 when a job is lost, runs twice, ends
otherwise than well or before its turn, or when the waiting take more memory than is wanted.
"""

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bgagent.jobs import control, store
from bgagent.jobs.folders import Folders
from bgagent.jobs.logs import read_events
from bgagent.jobs.state import Finished, Job, Queued
from bgagent.jobs.submission import submit

PLACES = 2
MOST_MB_EACH = 25.0
SUBMITTERS = 8
PATIENCE_S = 1200.0
_SUBMITTER = """
import os, sys
from pathlib import Path
from benchmarks.long_queue import start
sys.stdin.read(1)
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    start(Path(sys.argv[1]), f"job-{number:04d}", 'echo "$BGAGENT_JOB_ID" >> runs')
"""


def start(root: Path, name: str, script: str) -> None:
    """One job of a shell script, run in `root`."""
    submit(
        ["/bin/sh", "-c", script],
        folders=Folders(root / "logs", root / "reports"),
        environment=os.environ,
        cwd=root,
        name=name,
        launcher="plain",
        max_running=PLACES,
    )


def run(jobs: int) -> int:
    """Prints what was seen; 1 when something is wrong with it."""
    with tempfile.TemporaryDirectory(prefix="queue-") as name:
        root = Path(name)
        folders = Folders(root / "logs", root / "reports")
        for number in range(PLACES):
            start(root, f"first-{number}", "while test ! -e go; do sleep 0.1; done")
        began = time.monotonic()
        _submit_at_once(root, jobs)
        submitted_s = time.monotonic() - began
        own_mb, whole_mb = _memory_mb(_waiting(folders))
        busy_s = _processor_s(_waiting(folders))
        (root / "go").touch()
        began = time.monotonic()
        waited = control.wait(folders, store.job_ids(folders), timeout_s=PATIENCE_S)
        ended_s = time.monotonic() - began
        wrong = [*_wrong_with([seen.job for seen in waited.looks], folders, (root / "runs").read_text().split(), jobs)]
        if whole_mb / jobs > MOST_MB_EACH:
            wrong.append(f"a waiting job takes {whole_mb / jobs:.1f} MB, at most {MOST_MB_EACH:g} are wanted")
    print(f"{jobs} jobs submitted by {SUBMITTERS} processes in {submitted_s:.1f} s, {PLACES} run at once")
    print(f"waiting: {whole_mb:,.0f} MB, {whole_mb / jobs:.1f} each, {own_mb / jobs:.1f} of it shared with nobody")
    print(f"waiting for 5 s took {busy_s:.2f} s of processor time of all of them")
    print(f"all ended {ended_s:.1f} s after the first place was free")
    print("\n".join(wrong) if wrong else "none is lost, none ran twice, all in the order of their submission")
    return int(bool(wrong))


def _submit_at_once(root: Path, jobs: int) -> None:
    reading, writing = os.pipe()
    bounds = [jobs * part // SUBMITTERS for part in range(SUBMITTERS + 1)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    rush = [
        subprocess.Popen(
            [sys.executable, "-c", _SUBMITTER, root, str(first), str(last)], stdin=reading, env=environment
        )
        for first, last in itertools.pairwise(bounds)
    ]
    os.close(reading)
    os.close(writing)  # now all at once
    codes = [one.wait(timeout=PATIENCE_S) for one in rush]
    if any(codes):
        raise SystemExit(f"submitters ended with {codes}")


def _waiting(folders: Folders) -> list[int]:
    """Pids of the supervisors in the queue, once each has come so far."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        queued = [job for job_id in store.job_ids(folders) if isinstance((job := _job(folders, job_id)).state, Queued)]
        pids = [job.state.process.pid for job in queued if job.state.process is not None]
        if len(pids) == len(queued) or time.monotonic() > deadline:
            return pids
        time.sleep(0.2)


def _job(folders: Folders, job_id: str) -> Job:
    return store.load(folders.files(job_id))


def _memory_mb(pids: Sequence[int]) -> tuple[float, float]:
    """Of all of these: memory that is theirs alone, and that with their shares of what several use."""
    found = Counter[str]()
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in ("Private_Clean", "Private_Dirty", "Pss"):
                found[name] += int(rest.split()[0])
    return (found["Private_Clean"] + found["Private_Dirty"]) / 1024, found["Pss"] / 1024


def _processor_s(pids: Sequence[int]) -> float:
    """Seconds of processor time that all of these take while five seconds pass."""

    def used() -> int:
        stats = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids)
        return sum(int(fields[11]) + int(fields[12]) for fields in stats)

    before = used()
    time.sleep(5)
    return (used() - before) / os.sysconf("SC_CLK_TCK")


def _wrong_with(ended: Sequence[Job], folders: Folders, ran: Sequence[str], jobs: int) -> Iterator[str]:
    words = Counter(job.word for job in ended)
    if words != {"succeeded": jobs + PLACES}:
        yield f"jobs ended as {dict(words)}"
    if sorted(ran) != [f"job-{number:04d}" for number in range(jobs)]:
        twice = [name for name, times in Counter(ran).items() if times > 1]
        yield f"{len(set(ran))} of {jobs} ran, {len(twice)} of them twice"
    starts = sorted((job.ticket, job.state.started_at) for job in ended if isinstance(job.state, Finished))
    in_time = sorted(starts, key=lambda start: (start[1], start[0]))
    # two that get their places at one moment may note it in either order
    early = [one[0] for place, one in enumerate(in_time) if starts.index(one) - place >= PLACES]
    if early:
        yield f"{len(early)} began before their turn: tickets {early[:10]}"
    if len({ticket for ticket, _ in starts}) != len(starts):
        yield "two jobs have one ticket"
    again = [job.job_id for job in ended if len([*read_events(folders.files(job.job_id).events, about="started")]) != 1]
    if again:
        yield f"{len(again)} were not started once: {again[:5]}"
    deadline = time.monotonic() + 10  # the last one is just leaving
    while (left := sorted(path.name for path in folders.logs.glob(".*"))) and time.monotonic() < deadline:
        time.sleep(0.1)
    if left:
        yield f"files are left: {left[:5]}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=500)
    sys.exit(run(parser.parse_args().jobs))
