"""Many sentences on one machine: jobs a minute on one and on all cores, memory and disk for a job, processor time.

`python benchmarks/scale.py [--jobs N]` makes up the prices, so that neither a network nor a folder of data limits it.
Every job is a real one: submitted, supervised, sealed, reported. What it prints is what docs/scale.md reckons from.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import cycle, islice, pairwise
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bgagent.evals.arms import run_case
from bgagent.evals.running import AGENT, Terms, run_cases
from bgagent.evals.suite import Case
from bgagent.evals.suite_files import built_in
from bgagent.jobs.folders import Folders
from bgagent.local_processes import LocalProcesses
from bgagent.reporting.index import rebuild_index

SAMPLE_S = 0.01
WATCHED_JOBS = 8
LISTED = (300, 1_000, 3_000, 10_000)
MEGABYTE = 1024 * 1024


class Watch:
    """The processes that work in a folder, and all that they start.

    peak_mb: the highest sum of their memory seen at once, each page counted once; peak_by_kind: what it was made of.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)
        self.peak_mb = 0.0
        self.peak_by_kind: dict[str, float] = {}
        self._spent: dict[tuple[int, float], float] = {}
        self._known: set[int] = set()

    @property
    def processor_s(self) -> float:
        """Processor time of all of them, up to the last look at each."""
        return sum(self._spent.values())

    def sample(self) -> None:
        """One look at the machine."""
        sums: dict[str, float] = {}
        for process in psutil.process_iter():
            try:
                with process.oneshot():
                    if process.ppid() not in self._known and not process.cwd().startswith(self.folder):
                        continue
                    self._known.add(process.pid)
                    times = process.cpu_times()
                    self._spent[process.pid, process.create_time()] = times.user + times.system
                    kind = _kind(process.cmdline())
                sums[kind] = sums.get(kind, 0.0) + process.memory_full_info().pss / MEGABYTE
            except (psutil.Error, OSError):
                continue
        if sum(sums.values()) > self.peak_mb:
            self.peak_mb, self.peak_by_kind = sum(sums.values()), sums


def _kind(command: list[str]) -> str:
    text = " ".join(command)
    return next((part for part in ("jobs.supervisor", "bg_run", "sandbox") if part in text), "other")


@contextmanager
def watched(folder: Path) -> Iterator[Watch]:
    """Samples until the end of the block."""
    watch, over = Watch(folder), threading.Event()

    def look() -> None:
        while not over.wait(SAMPLE_S):
            watch.sample()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()


def terms(root: Path, at_once: int) -> Terms:
    """Jobs without tmux, on made-up prices."""
    environment = {**os.environ, "NLBT_MAX_RUNNING": str(at_once), "NLBT_LAUNCHER": "plain", "LLM_MODEL": ""}
    root.mkdir(parents=True)
    return Terms(arm=AGENT, root=root, environment=environment, prefix="", data="demo", as_of="2025-06-30")


def sentences(count: int) -> list[Case]:
    """The sentences of the built-in suite that come to a report without a model, over and over."""
    usable = [case for case in built_in().cases if case.family in _FAMILIES]
    rows = islice(cycle(usable), count)
    return [Case(f"{case.id}.{number}", case.sentence) for number, case in enumerate(rows)]


_FAMILIES = {"crossovers", "RSI", "bands", "MACD", "breakouts", "trend", "weekdays", "sizing", "buy and hold"}


def throughput(count: int, cores: list[int], root: Path) -> None:
    """`count` jobs, as many at once as there are cores; prints what it saw."""
    os.sched_setaffinity(0, cores)
    with LocalProcesses(len(cores)) as executor:
        began = time.monotonic()
        results = run_cases(sentences(count), executor, terms(root, len(cores)), run=run_case)
        seconds = time.monotonic() - began
    ended = sum(result.exit_code == 0 for result in results)
    print(
        f"{len(cores)} at once on {len(cores)} cores: {count} jobs in {seconds:.1f} s, {count / seconds * 60:.0f} a "
        f"minute, {ended} with a report, load {os.getloadavg()[0]:.1f}"
    )


def one_by_one(count: int, root: Path) -> None:
    """Jobs one after the other, watched; prints the peak of a job with all it starts, and its processor time."""
    asked = terms(root, 1)
    with watched(root) as watch:
        for case in sentences(count):
            run_case(case, asked)
    parts = ", ".join(f"{kind} {mb:.0f}" for kind, mb in sorted(watch.peak_by_kind.items(), key=lambda pair: -pair[1]))
    print(f"memory of one job at its peak: {watch.peak_mb:.0f} MB ({parts})")
    print(f"processor time of one job: {watch.processor_s / count:.2f} s, whatever else the machine does")


def disk(root: Path, jobs: int) -> None:
    """Prints what is left of each job."""
    for name in ("reports", "logs"):
        files = [path for path in (root / name).rglob("*") if path.is_file()]
        held = sum(path.stat().st_blocks * 512 for path in files)
        print(f"{name}: {held / jobs / 1024:.0f} kB and {len(files) / jobs:.0f} files for a job")


def listing(root: Path, counts: tuple[int, ...]) -> None:
    """Prints the processor time of the page of all jobs, as the last of so many jobs makes it."""
    report = next((root / "reports").glob("*.json")).read_bytes()
    folders = Folders(root / "many" / "logs", root / "many" / "reports")
    folders.logs.mkdir(parents=True)
    folders.reports.mkdir()
    for before, count in pairwise((0, *counts)):
        for number in range(before, count):
            for path in (folders.reports / f"j{number}.json", folders.logs / f"j{number}.json"):
                path.write_bytes(report)
        rebuild_index(folders, now=datetime.now(UTC))  # what the jobs before have left
        folders.files("last").report_json.write_bytes(report)
        began = time.process_time()
        rebuild_index(folders, now=datetime.now(UTC))
        print(f"listing {count} jobs anew: {time.process_time() - began:.2f} s of processor time")


def main() -> None:
    """Every measurement, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=60, help="for each count of cores")
    count = parser.parse_args().jobs
    all_cores = sorted(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    print(f"{len(all_cores)} cores, load before the start {load:.2f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one_by_one(WATCHED_JOBS, folder / "watched")
        for cores in (all_cores[:1], all_cores):
            throughput(count, cores, folder / f"{len(cores)}")
        os.sched_setaffinity(0, all_cores)
        disk(folder / f"{len(all_cores)}", count)
        listing(folder / f"{len(all_cores)}", LISTED)


if __name__ == "__main__":
    main()
