"""The phases of a job as they pass, drawn on a terminal and redrawn in place."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from bgagent.cli.text import plain
from bgagent.jobs import lifecycle
from bgagent.jobs.folders import Folders, JobFiles
from bgagent.jobs.lifecycle import Look
from bgagent.jobs.logs import last_lines, read_events
from bgagent.jobs.stamps import moment_of, utc_now
from bgagent.jobs.state import to_json


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """A phase and how long it took, or has taken so far."""

    name: str
    seconds: float
    has_passed: bool


class LiveView:
    """Draws on stderr, so that standard output can still be piped; to be used as a context."""

    def __init__(self, folders: Folders, *, console: Console | None = None) -> None:
        self._folders = folders
        self._live = Live(console=console or Console(stderr=True, highlight=False), auto_refresh=False)

    def __enter__(self) -> "LiveView":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, seen: Look) -> None:
        """The job as it is now."""
        self._live.update(_drawn(self._folders, seen), refresh=True)


def phase_rows(files: JobFiles, now: datetime, *, has_ended: bool) -> list[PhaseRow]:
    """The phases that the log tells of, in their order; the last one lasts until now, or until the job's end."""
    begun: list[tuple[str, datetime]] = []
    until = now
    try:
        for event in read_events(files.events):
            with suppress(KeyError, ValueError):  # a line of another program, or torn
                if event["event"] == "phase":
                    begun.append((str(event["phase"]), moment_of(str(event["time"]))))
                elif event["event"] == "finished":
                    until = moment_of(str(event["time"]))
    except FileNotFoundError:
        return []
    ends = [*(at for _, at in begun), until][1:]
    return [
        PhaseRow(name, max(0.0, (end - at).total_seconds()), has_passed=has_ended or number < len(begun))
        for number, ((name, at), end) in enumerate(zip(begun, ends, strict=True), start=1)
    ]


def _drawn(folders: Folders, seen: Look) -> Table:
    rows = phase_rows(seen.files, utc_now(), has_ended=seen.job.has_ended)
    drawn = Table.grid(padding=(0, 1))
    for row in rows:
        failed_here = seen.job.has_ended and row is rows[-1] and seen.job.word != "succeeded"
        mark = Text("✗", "red") if failed_here else Text("✓", "green") if row.has_passed else Spinner("dots")
        drawn.add_row(mark, row.name, Text(f"{row.seconds:.1f} s", "dim"))
    if not seen.job.has_ended:
        drawn.add_row("", Text(_stage(folders, seen, rows), "dim", no_wrap=True, overflow="ellipsis"))
    return drawn


def _stage(folders: Folders, seen: Look, rows: Sequence[PhaseRow]) -> str:
    place = lifecycle.place_in_queue(folders, seen.job)
    if place is not None:
        return "queued, next" if place == 1 else f"queued, {place - 1} before it"
    facts = to_json(seen.job)
    attempt = f"attempt {facts['attempt']}, " if facts["attempt"] else ""
    last = "".join(last_lines(seen.files.log, 1)).split(maxsplit=2)  # time, level, what happened
    return plain(f"{attempt}{last[-1]}" if last and rows else "starting")
