"""A job as a person waits for it, and how it ended."""

import sys
import time
from typing import TYPE_CHECKING

import click

from bgagent import api
from bgagent.cli.text import plain, table
from bgagent.jobs import store
from bgagent.jobs.state import to_json

if TYPE_CHECKING:
    from bgagent.artifacts.report import Report

_POLL_S = 0.05


def watch(job: api.BackgroundJob, *, quiet: bool) -> int:
    """Waits for the job, naming each phase on stderr when that is a terminal; its exit code.

    Ctrl-C leaves the job running and says how to get back to it.
    """
    folders = api.folders_of(None)
    told = ""
    is_live = sys.stderr.isatty() and not quiet
    try:
        while True:
            seen = api.look(folders, job.job_id)
            facts = to_json(seen.job)
            stage = f"{seen.job.word} {facts['phase']}".strip()
            if is_live and stage != told and not seen.job.has_ended:
                click.echo(f"        {plain(stage)}", err=True)
                told = stage
            if seen.job.has_ended:
                return seen.job.exit_code or 0
            time.sleep(_POLL_S)
    except KeyboardInterrupt:
        click.echo(
            f"\nthe job goes on; nlbt bg-wait {job.job_id} waits for it, nlbt bg-stop {job.job_id} ends it", err=True
        )
        return 130


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
    return table(rows, ("", *_KEY_FIGURES))


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
