"""A job as a person waits for it, and how it ended."""

import sys
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING

from bgagent import api
from bgagent.cli.streams import say
from bgagent.cli.text import plain, table, terminal_width
from bgagent.jobs import store
from bgagent.jobs.folders import Folders
from bgagent.jobs.state import to_json

if TYPE_CHECKING:
    from bgagent.artifacts.report import Report
    from bgagent.cli.live import LiveView

INTERRUPTED = 130  # exit code of a wait that was broken off
_SHORTEST_POLL_S, _LONGEST_POLL_S = 0.01, 0.05
_MOST_NAMED = 5


def watch(job_id: str, *, quiet: bool) -> int:
    """Waits for the job, with a live view of its phases on stderr when that is a terminal; its exit code.

    A bell rings at the end. Ctrl-C leaves the job running and says how to get back to it.
    """
    folders = api.folders_of(None)
    is_live = sys.stderr.isatty() and not quiet
    try:
        with _view(folders) if is_live else nullcontext() as view:
            pause_s = _SHORTEST_POLL_S
            while True:
                seen = api.look(folders, job_id)
                if view is not None:
                    view.show(seen)
                if seen.job.has_ended:
                    break
                time.sleep(pause_s)
                pause_s = min(pause_s * 1.5, _LONGEST_POLL_S)
    except KeyboardInterrupt:
        say(f"\n{how_to_get_back(job_id)}", err=True)
        return INTERRUPTED
    if is_live:
        ring()
    return seen.job.exit_code or 0


def how_to_get_back(*job_ids: str) -> str:
    """What a person who stops waiting is told."""
    named = " ".join(job_ids) if len(job_ids) <= _MOST_NAMED else f"{' '.join(job_ids[:_MOST_NAMED])} ..."
    goes = "the job goes" if len(job_ids) == 1 else "the jobs go"
    return f"{goes} on; nlbt bg-wait {named} waits again, nlbt bg-stop {named} stops"


def ring() -> None:
    """The terminal's bell."""
    say("\a", err=True, nl=False)


def _view(folders: Folders) -> "LiveView":
    from bgagent.cli.live import LiveView

    return LiveView(folders)


def conclusion(job_id: str) -> str:
    """How a job ended, in one line for people."""
    folders = api.folders_of(None)
    facts = to_json(api.look(folders, store.find(folders, job_id)).job)
    return plain(f"{facts['state']} (exit {facts['exit_code']}): {facts['message']}")


def key_figures(report: "Report") -> str:
    """Five figures of each run beside its benchmark's."""
    rows = []
    for run in report.runs:
        for label, metrics in ((run.label, run.metrics), (run.benchmark.label, run.benchmark.metrics)):
            rows.append((label, *(_figure(metrics.get(name), kind) for name, kind in _KEY_FIGURES.values())))
    return table(rows, ("", *_KEY_FIGURES), width=terminal_width(), named_by=0)


_KEY_FIGURES = {
    "return": ("total_return", "percent"),
    "a year": ("cagr", "percent"),
    "Sharpe": ("sharpe", "number"),
    "worst drawdown": ("max_drawdown", "percent"),
    "closed trades": ("trades", "count"),
}


def _figure(value: object, kind: str) -> str:
    if not isinstance(value, int | float):
        return "n/a"
    return {"percent": f"{value * 100:.2f} %", "number": f"{value:.2f}", "count": f"{value:.0f}"}[kind]
