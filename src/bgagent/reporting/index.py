"""`reports/index.html`: every job of a project on one page, rebuilt whole after each job.

What a row shows is kept beside the page (`.index.json`), so that only reports which are new or have changed are
read again. Processes take turns by a lock; the page is always whole, and made of what lies on the disk by then.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from bgagent.artifacts.index import IndexRow
from bgagent.errors import MachineUnfit
from bgagent.jobs import lifecycle, store
from bgagent.jobs.folders import Folders
from bgagent.jobs.state import to_json
from bgagent.reporting.index_page import Going, index_page

INDEX = "index.html"
MOST_GOING = 100
POINTS = 24  # of the small drawing

_CACHE = ".index.json"
_LOCK = ".index.lock"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class _Known:
    """What is remembered of the reports. version: of the rows' meaning."""

    version: int
    rows: dict[str, IndexRow]


def rebuild_index(folders: Folders, *, now: datetime) -> Path:
    """The page of all jobs as they are on the disk, newest first, and of those still under way.

    Raises MachineUnfit when it cannot be written.
    """
    page = folders.reports / INDEX
    try:
        with _turn(folders.reports / _LOCK):
            known = _read_known(folders.reports / _CACHE)
            rows, is_new = _rows(folders.reports, known)
            newest_first = sorted(rows.values(), key=lambda row: (row.written_ns, row.job_id), reverse=True)
            if is_new:
                _replace(folders.reports / _CACHE, msgspec.json.encode(_Known(_VERSION, rows)))
            _replace(page, index_page(newest_first, _going(folders, rows), now=now).encode("utf-8", "replace"))
    except OSError as error:
        raise MachineUnfit.from_os_error(error, page) from error
    return page


@contextlib.contextmanager
def _turn(path: Path) -> Iterator[None]:
    """One process at a time; where the disk knows no locks, the last one to write wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _read_known(path: Path) -> dict[str, IndexRow]:
    """The rows remembered; none when the memory is gone, torn or of another version."""
    try:
        known = msgspec.json.decode(path.read_bytes(), type=_Known)
    except (OSError, msgspec.MsgspecError):
        return {}
    return known.rows if known.version == _VERSION else {}


def _rows(reports: Path, known: Mapping[str, IndexRow]) -> tuple[dict[str, IndexRow], bool]:
    """(a row for every report there is, whether any differs from what was known)."""
    rows: dict[str, IndexRow] = {}
    with os.scandir(reports) as entries:
        for entry in entries:
            job_id, suffix = entry.name[:-5], entry.name[-5:]
            if suffix != ".json" or entry.name.startswith("."):
                continue
            try:
                written_ns = entry.stat().st_mtime_ns
                row = known.get(job_id)
                if row is None or row.written_ns != written_ns:
                    row = _row(job_id, msgspec.json.decode(Path(entry.path).read_bytes()), written_ns)
            except (FileNotFoundError, msgspec.MsgspecError, KeyError, TypeError, IndexError):
                continue  # taken away meanwhile, or no report
            rows[job_id] = row
    return rows, rows != known


def _row(job_id: str, report: Mapping[str, Any], written_ns: int) -> IndexRow:
    """What the page shows of one report, from its JSON."""
    understood, runs = report["understood"] or {}, report["runs"]
    run = runs[0] if runs else {}
    metrics = run.get("metrics", {}) if run.get("trades") else {}
    return IndexRow(
        job_id=job_id,
        written_ns=written_ns,
        status=report["status"],
        verdict=report["verdict"] or "",
        sentence=report["prompt"],
        symbols=tuple(understood.get("symbols", ())),
        synthetic=any(row["synthetic"] for row in report["data"]),
        runs=len(runs),
        total_return=metrics.get("total_return"),
        benchmark_return=run["benchmark"]["metrics"].get("total_return") if run else None,
        sharpe=metrics.get("sharpe"),
        max_drawdown=metrics.get("max_drawdown"),
        trades=run["metrics"].get("trades") if run else None,
        equity=_thinned(run.get("equity_sample", ())),
        message=(report["error"] or {}).get("message", ""),
    )


def _thinned(points: Sequence[float]) -> tuple[float, ...]:
    """At most POINTS of them, the last one kept, to six digits."""
    step = -(-len(points) // POINTS) or 1
    return tuple(float(f"{value:.6g}") for value in reversed(points[::-1][::step]))


def _going(folders: Folders, reported: Mapping[str, IndexRow]) -> list[Going]:
    """Jobs without a report that are alive, the latest submitted first."""
    going: list[Going] = []
    for job_id in store.job_ids(folders):
        if job_id in reported or len(going) >= MOST_GOING:
            continue
        files = folders.files(job_id)
        try:
            if lifecycle.is_alive(files):
                facts = to_json(store.load(files))
                going.append(Going(job_id, str(facts["state"]), str(facts["phase"] or ""), str(facts["submitted_at"])))
        except FileNotFoundError:
            continue  # removed meanwhile
    return sorted(going, key=lambda job: job.submitted_at, reverse=True)


def _replace(path: Path, content: bytes) -> None:
    """Whole or as before; not brought to the disk at once, for it can be made again."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
