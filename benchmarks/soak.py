"""`make soak`: hundreds of jobs under fire, and what must be true of every one of them afterwards.

Supervisors, commands and whatever they started are killed at random moments, the tmux server too (a private one); the
disk is full and read-only for moments, where this user may mount one; fifty submissions want one name. Afterwards every
job has one true end, every report fits its schema, and no process, session, lock or temporary file is left.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from jsonschema import Draft202012Validator, ValidationError

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.submit_and_report import SENTENCE, write_bars
from bgagent import api
from bgagent.artifacts.codec import from_json
from bgagent.artifacts.report import Report
from bgagent.errors import MachineUnfit
from bgagent.jobs import control, locks, processes, store
from bgagent.jobs.folders import Folders
from bgagent.jobs.logs import read_events
from bgagent.jobs.state import Process, Running, to_json

_SCHEMA = Draft202012Validator(
    json.loads((Path(__file__).resolve().parent.parent / "docs" / "report.schema.json").read_bytes())
)
DISK_MB = 256
ALL_END_WITHIN_S = 1800.0
_DISK_MOMENT_S = 0.1
_MOST_UNDER_WAY = 16
_LOOKS_AROUND_EVERY_S = 0.2
_OF_ALL_JOBS = (".index.json", ".index.lock")  # what the page of all jobs is made of, and its unheld lock

_LAST_MOMENTS_S = 20.0


@dataclass(slots=True)
class Field:
    """Where the jobs run, and what has been done to them."""

    root: Path
    environment: dict[str, str]
    has_own_disk: bool
    chance: random.Random
    faults: Counter[str] = field(default_factory=Counter)
    touched: set[Process] = field(default_factory=set)

    @property
    def folders(self) -> Folders:
        return api.folders_of(self.root)


@contextmanager
def a_field(seed: int) -> Iterator[Field]:
    """A project folder, on file systems of its own where they can be mounted."""
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        root = Path(name)
        (root / "bars").mkdir()
        write_bars(root / "bars")
        (root / "tmux").mkdir(mode=0o700)
        for folder in ("logs", "reports"):
            (root / folder).mkdir()
        mounted = [folder for folder in ("logs", "reports") if _mount(root / folder)]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("NLBT_", "LLM_")) and k != "TMUX"}
        (root / "told").mkdir()
        environment = {
            **kept,
            "NLBT_DATA_DIR": str(root / "bars"),
            "NLBT_NOTIFY": f'echo "$NLBT_JOB_STATE" >> {root}/told/"$NLBT_JOB_ID"',
            "TMUX_TMPDIR": str(root / "tmux"),
        }
        try:
            yield Field(root, environment, len(mounted) == 2, random.Random(seed))
        finally:
            for folder in mounted:
                subprocess.run(["umount", "--lazy", str(root / folder)], check=False)


def _mount(folder: Path) -> bool:
    options = ["-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs"]
    return not subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False).returncode


def _victims(place: Field, kind: str) -> list[Process]:
    """Living supervisors, commands, or what the commands have started."""
    found: list[Process] = []
    for job_id in store.job_ids(place.folders):
        state = store.load(place.folders.files(job_id)).state
        if not isinstance(state, Running) or state.body is None or not processes.is_alive(state.body):
            continue
        children = [processes.identity(pid) for pid in processes.descendants((state.body.pid,))]
        place.touched.update(child for child in children if child)
        place.touched.update((state.process, state.body))
        match kind:
            case "supervisor":
                found.append(state.process)
            case "command":
                found.append(state.body)
            case _:
                found.extend(child for child in children if child)
    return found


def _kill(place: Field, kind: str) -> bool:
    victims = _victims(place, kind)
    return bool(victims) and processes.send(place.chance.choice(victims), signal.SIGKILL)


def _kill_tmux(place: Field) -> bool:
    asked = subprocess.run(
        ["tmux", "display-message", "-p", "#{pid}"], env=place.environment, capture_output=True, text=True, check=False
    )
    server = processes.identity(int(asked.stdout)) if asked.stdout.strip().isdigit() else None
    return server is not None and processes.send(server, signal.SIGKILL)


def _fill_the_disk(place: Field) -> bool:
    folder = place.chance.choice((place.folders.logs, place.folders.reports))
    filler = folder / ".filler"
    try:
        with filler.open("wb") as file:
            while file.write(b"x" * 65536):
                file.flush()
    except OSError:
        time.sleep(_DISK_MOMENT_S)
    finally:
        filler.unlink(missing_ok=True)
    return True


def _make_read_only(place: Field) -> bool:
    folder = str(place.folders.reports)
    if subprocess.run(["mount", "-o", "remount,ro", folder], capture_output=True, check=False).returncode:
        return False  # somebody is just writing
    time.sleep(_DISK_MOMENT_S)
    subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
    return True


def _stop(place: Field) -> bool:
    """As a person would, one of those under way."""
    going = [job_id for job_id in store.job_ids(place.folders) if not store.load(place.folders.files(job_id)).has_ended]
    if not going:
        return False
    seen = control.stop(place.folders, place.chance.choice(going), environment=place.environment, grace_s=1.0)
    api.settle(seen)
    return seen.job.word == "stopped"


def _faults(place: Field) -> dict[str, Callable[[], bool]]:
    faults: dict[str, Callable[[], bool]] = {
        f"SIGKILL to a {kind}": lambda kind=kind: _kill(place, kind) for kind in ("supervisor", "command", "child")
    }
    faults["SIGKILL to the tmux server"] = lambda: _kill_tmux(place)
    faults["bg-stop"] = lambda: _stop(place)
    if place.has_own_disk:
        faults["disk full"] = lambda: _fill_the_disk(place)
        faults["disk read-only"] = lambda: _make_read_only(place)
    return faults


def _under_fire(place: Field, over: threading.Event, pause_s: float) -> None:
    faults = _faults(place)
    due = time.monotonic()
    while not over.wait(_LOOKS_AROUND_EVERY_S):
        _victims(place, "child")  # all who live are noted, and must be gone in the end
        if time.monotonic() < due:
            continue
        due = time.monotonic() + place.chance.uniform(0, 2 * pause_s)
        # the others hit many jobs at once
        weights = [8 if name.startswith(("SIGKILL to a ", "bg-stop")) else 1 for name in faults]
        name = place.chance.choices(list(faults), weights)[0]
        try:
            place.faults[name] += faults[name]()
        except FileNotFoundError:
            continue  # the job has just gone
        except MachineUnfit as error:  # a stop on a full disk
            place.faults[f"{name}: {error.message[:40]}"] += 1


def _submitted(place: Field, count: int) -> tuple[list[str], Counter[str]]:
    """Ids of jobs, and why some had to be submitted again; half of them with tmux.

    Only so many are under way that the end of the tmux server is not the end of most of them.
    """
    ids, under_way, refused = [], [], Counter[str]()
    while len(ids) < count:
        while len(under_way) >= _MOST_UNDER_WAY:
            waited = control.wait(place.folders, under_way, for_any=True)
            under_way = [seen.job.job_id for seen in waited.looks if not seen.job.has_ended]
        launcher = place.chance.choice(("plain", "auto"))
        try:
            job = api.run_background_job(
                SENTENCE,
                name=f"soak-{len(ids):04d}",
                timeout=120,
                root=place.root,
                environment={**place.environment, "NLBT_LAUNCHER": launcher},
            )
            ids.append(job.job_id)
            under_way.append(job.job_id)
        except MachineUnfit as error:  # then the name must be free again
            refused[error.message.split(" for ")[0][:60]] += 1
            time.sleep(_DISK_MOMENT_S)
    return ids, refused


def _fifty_of_one_name(place: Field, count: int) -> list[str]:
    code = (
        "import sys; from pathlib import Path; from bgagent import api; sys.stdin.read(1);"
        f"api.run_background_job({SENTENCE!r}, name='wanted', root=Path({str(place.root)!r}))"
    )
    reading, writing = os.pipe()
    environment = {**place.environment, "NLBT_LAUNCHER": "plain"}
    rush = [
        subprocess.Popen([sys.executable, "-c", code], stdin=reading, stderr=subprocess.PIPE, env=environment)
        for _ in range(count)
    ]
    os.close(reading)
    os.close(writing)  # now all at once
    codes = [one.communicate(timeout=300) and one.returncode for one in rush]
    wins = codes.count(0)
    return [] if wins == 1 else [f"{wins} of {count} submissions got the one name"]


def _lock_once_it_is_free(events: Path) -> locks.Held | None:
    """The job's lock; a supervisor lets go of it some moments after it has written the end. None: it never did."""
    deadline = time.monotonic() + _LAST_MOMENTS_S
    while (free := locks.exclusive_if_free(events)) is None and time.monotonic() < deadline:
        time.sleep(0.02)
    return free


def _wrong_with(place: Field, job_id: str) -> Iterator[str]:
    folders = place.folders
    seen, again = api.look(folders, job_id), api.look(folders, job_id)
    facts = json.loads(seen.files.state.read_bytes())
    if not seen.job.has_ended or seen.job != again.job or facts["state"] != seen.job.word:
        yield f"{job_id}: {seen.job.word}, then {again.job.word}, and on disk {facts['state']}"
    ends = {event["state"] for event in read_events(seen.files.events, about="finished")}
    if ends - {seen.job.word}:
        yield f"{job_id}: {seen.job.word}, and its log says {ends}"
    free = _lock_once_it_is_free(seen.files.events)
    if free is None:
        yield f"{job_id}: ended, and its lock is held"
    else:
        free.close()
    try:
        text = seen.files.report_json.read_bytes()
        report = from_json(text, Report)
        _SCHEMA.validate(json.loads(text))
    except (OSError, ValueError, ValidationError) as error:
        yield f"{job_id}: {seen.job.word} without a whole report: {error}"
        return
    if seen.job.word == "succeeded":
        missing = [run.files.trades for run in report.runs if not (folders.reports / run.files.trades).exists()]
        if report.status != "succeeded" or not report.runs or missing or not seen.files.report_html.exists():
            yield f"{job_id}: succeeded, and its report says {report.status}, lacks {missing}"
    elif report.status == "succeeded" and facts["exit_code"] not in (8, 9, 11):
        yield f"{job_id}: {seen.job.word}, and its report says succeeded"


def _not_told_once(place: Field, words: Mapping[str, str]) -> Iterator[str]:
    """The command of --notify is run once for each job, whatever its end. words: of the jobs' states."""
    deadline = time.monotonic() + _LAST_MOMENTS_S
    while time.monotonic() < deadline and len(os.listdir(place.root / "told")) < len(words):
        time.sleep(0.1)
    for job_id, word in words.items():
        path = place.root / "told" / job_id
        told = path.read_text().split() if path.exists() else []
        if told != [word]:
            yield f"{job_id}: {word}, and its person was told {told}"


def _left_behind(place: Field) -> Iterator[str]:
    deadline = time.monotonic() + 15  # the last ones are just leaving
    marked = {"BGAGENT_JOB_LOGS": os.fspath(place.folders.logs)}
    while (alive := processes.carrying(marked) | {p.pid for p in place.touched if processes.is_alive(p)}) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.1)
    if alive:
        yield f"{len(alive)} processes are left: {sorted(alive)}"
    sessions = subprocess.run(
        ["tmux", "list-sessions"], env=place.environment, capture_output=True, text=True, check=False
    ).stdout
    if sessions:
        yield f"sessions are left: {sessions.split()}"
    found = (path for folder in ("logs", "reports") for path in (place.root / folder).rglob(".*"))
    hidden = [str(path) for path in found if path.name not in _OF_ALL_JOBS]
    if hidden:
        yield f"files are left: {hidden[:10]}"


def run(jobs: int, *, seed: int, pause_s: float = 0.5, of_one_name: int = 50) -> int:
    """Prints what was done and what is wrong; 1 when anything is."""
    began = time.monotonic()
    with a_field(seed) as place:
        over = threading.Event()
        fire = threading.Thread(target=_under_fire, args=(place, over, pause_s))
        fire.start()
        try:
            ids, refused = _submitted(place, jobs)
            waited = control.wait(place.folders, ids, timeout_s=ALL_END_WITHIN_S)
        finally:
            over.set()
            fire.join()
        wrong = ["some jobs never end"] if waited.timed_out else []
        wrong += _fifty_of_one_name(place, of_one_name)
        ids = store.job_ids(place.folders)
        waited = control.wait(place.folders, ids, timeout_s=ALL_END_WITHIN_S)
        words = Counter(seen.job.word for seen in waited.looks)
        wrong += [line for job_id in sorted(ids) for line in _wrong_with(place, job_id)]
        wrong += _not_told_once(place, {seen.job.job_id: seen.job.word for seen in waited.looks})
        wrong += _left_behind(place)
    print(f"{len(ids)} jobs in {time.monotonic() - began:.0f} s, seed {seed}: {dict(words)}")
    print(f"faults: {dict(place.faults)}")
    failed = Counter(str(to_json(seen.job)["message"])[:90] for seen in waited.looks if seen.job.word == "failed")
    for message, count in failed.most_common(5):
        print(f"failed {count} times: {message}")
    if refused:
        print(f"refused, and then taken: {dict(refused)}")
    if not place.has_own_disk:
        print("disks were neither full nor read-only: this user may not mount one")
    print("\n".join(wrong) if wrong else "every job has one true end, every report is whole, nothing is left")
    return int(bool(wrong))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pause", type=float, default=0.5, help="mean seconds between faults")
    chosen = parser.parse_args()
    sys.exit(run(chosen.jobs, seed=chosen.seed, pause_s=chosen.pause))
