"""Jobs on disk: states written whole or not at all, and rebuilt from the log when they are lost."""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bgagent.errors import BadUse, MachineUnfit
from bgagent.jobs import processes
from bgagent.jobs.folders import Folders, JobFiles
from bgagent.jobs.logs import read_events
from bgagent.jobs.state import Job, Queued, from_json, to_json

_PART = re.compile(r"\..+\.(\d+)\.part")

# events that tell keys of the state, so that the log alone can rebuild it
_KEYS_TOLD: dict[str, tuple[str, ...]] = {
    "submitted": ("job_id", "state", "submitted_at", "ticket", "command", "cwd"),
    "queued": ("launcher", "session", "socket", "pid", "process_started", "boot_id"),
    "started": ("state", "started_at", "began", "timeout_s"),
    "command_started": ("body_pid", "body_started"),
    "phase": ("phase",),
    "attempt": ("attempt",),
    "finished": ("state", "exit_code", "message", "kind", "ended_at", "elapsed_s"),
}


def told(event: str, job: Job) -> dict[str, object]:
    """What the log says of the job in this event."""
    flat = to_json(job)
    return {key: flat[key] for key in _KEYS_TOLD[event]}


def save(files: JobFiles, job: Job) -> None:
    """Write the state so that it survives a power cut; MachineUnfit when that is not possible."""
    try:
        _replace(files, _encoded(job))
    except OSError as error:
        raise MachineUnfit.from_os_error(error, files.state) from error


def save_at_any_price(files: JobFiles, job: Job) -> bool:
    """Write a final state, over the old one in its place when the disk has no room for a second; False if neither."""
    text = _encoded(job)
    try:
        _replace(files, text)
    except OSError:
        _remove(files.unfinished_state)
        return _overwrite(files, text)
    return True


def load(files: JobFiles) -> Job:
    """The state as last written, which need not be the truth by now: `lifecycle.look` says that.

    FileNotFoundError when there is no such job.
    """
    try:
        return from_json(json.loads(files.state.read_bytes()))
    except (OSError, ValueError):
        return _rebuilt(files)


def job_ids(folders: Folders) -> list[str]:
    """Ids of all jobs, in no order; none while there is no folder. MachineUnfit when it cannot be read."""
    try:
        names = os.listdir(folders.logs)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise MachineUnfit.unusable(error, folders.logs) from error
    ending = ".jsonl"
    return [name[: -len(ending)] for name in names if name.endswith(ending) and not name.startswith(".")]


def find(folders: Folders, text: str) -> str:
    """The id that `text` names, whole or by a beginning that no other job has; BadUse when there is not just one."""
    ids = job_ids(folders)
    if text in ids:
        return text
    found = sorted(job_id for job_id in ids if text and job_id.startswith(text))
    if len(found) == 1:
        return found[0]
    if not found:
        raise BadUse(f"there is no job {text!r} in {folders.logs}", hint="`nlbt bg-list` shows all jobs")
    shown = ", ".join(found[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else "")
    raise BadUse(f"{text!r} is the beginning of {len(found)} jobs: {shown}", hint="write more of the id")


def forget(files: JobFiles) -> None:
    """Remove a job that has not come to be."""
    sweep(files)
    for path in (files.wish, files.state, files.request, files.log, files.events):  # the claim last
        _remove(path)


def sweep(files: JobFiles) -> None:
    """Remove what a job that was killed left half done."""
    _remove(files.unfinished_state)
    for name in _names(files.logs):
        if name.startswith(f".{files.job_id}.") and name.endswith(".fifo"):
            _remove(files.logs / name)
    for folder in (files.reports, *_folders_below(files.report_folder)):
        for name in _names(folder):
            if _is_abandoned(name):
                _remove(folder / name)


def _is_abandoned(name: str) -> bool:
    """Reports are written as `.<name>.<pid>.part` and then renamed; a writer that died leaves that behind."""
    found = _PART.fullmatch(name)
    return found is not None and processes.identity(int(found[1])) is None


def _folders_below(folder: Path) -> Iterator[Path]:
    for path, _, _ in os.walk(folder):
        yield Path(path)


def _names(folder: Path) -> Iterator[str]:
    try:
        yield from os.listdir(folder)
    except OSError:
        return


def _encoded(job: Job) -> bytes:
    return json.dumps(to_json(job), indent=1).encode() + b"\n"


def _replace(files: JobFiles, text: bytes) -> None:
    with files.unfinished_state.open("wb") as new:
        new.write(text)
        new.flush()
        os.fsync(new.fileno())
    files.unfinished_state.replace(files.state)
    folder = os.open(files.logs, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _overwrite(files: JobFiles, text: bytes) -> bool:
    """The old state fills its block only in part: a longer text needs no room of its own."""
    try:
        descriptor = os.open(files.state, os.O_WRONLY | os.O_CLOEXEC)
        try:
            length = os.fstat(descriptor).st_size
            written = os.pwrite(descriptor, text.ljust(length), 0)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError:
        return False
    return written >= len(text)


def _remove(path: os.PathLike[str]) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _rebuilt(files: JobFiles) -> Job:
    """What the log says; of a job that died before its first line only the id is known."""
    claimed_at = datetime.fromtimestamp(files.events.stat().st_mtime, UTC)
    flat: dict[str, object] = {}
    for event in read_events(files.events):
        keys = _KEYS_TOLD.get(str(event["event"]), ()) if "event" in event else ()
        flat.update((key, event[key]) for key in keys if key in event)
    try:
        return from_json(flat)
    except ValueError:
        return Job(files.job_id, claimed_at, Queued(None))
