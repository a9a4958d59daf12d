"""`nlbt bg-list`: all jobs, oldest first."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import get_args

import click

from bgagent import api
from bgagent.cli.spans import moment_of
from bgagent.cli.text import table, terminal_width
from bgagent.jobs.folders import Folders
from bgagent.jobs.lifecycle import Look, look_at_all
from bgagent.jobs.state import StateWord, to_json

NONE_YET = 'there are no jobs here yet; nlbt bg "Buy and hold SPY in 2024" starts one'
NONE_SUCH = "no job is like that; nlbt bg-list alone shows all"
_LONGEST_MESSAGE = 70


@click.command("bg-list")
@click.option(
    "--state", "states", multiple=True, type=click.Choice(get_args(StateWord)), help="Only jobs in this state."
)
@click.option("--since", help="Only jobs submitted since: 30m, 12h, 7d, or an ISO date or time.")
@click.option("--name", help="Only jobs whose id has this in it, or fits it when it has *, ? or [.")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print facts as JSON.")
def command(states: tuple[str, ...], since: str | None, name: str | None, *, as_json: bool) -> int:
    """List all jobs of this folder, the latest last.

    \b
    nlbt bg-list --state failed --state crashed --since 7d
    nlbt bg-list --name 'aapl*' --json
    """
    folders = api.folders_of(None)
    earliest = moment_of(since, datetime.now(UTC)) if since is not None else None
    everything = seen_jobs(folders)
    seen = [
        one
        for one in everything
        if (not states or one.job.word in states)
        and (earliest is None or one.job.submitted_at >= earliest)
        and (name is None or _is_named(one.job.job_id, name))
    ]
    if as_json:
        click.echo(json.dumps([api.facts(folders, one) for one in seen], indent=2))
    elif everything and not seen:
        click.echo(NONE_SUCH)
    else:
        click.echo(job_table(seen))
    return 0


def seen_jobs(folders: Folders) -> list[Look]:
    """Every job as it is now, the latest submitted last."""
    seen = look_at_all(folders)
    for one in seen:
        api.settle(one)
    return seen


def job_table(seen: Sequence[Look]) -> str:
    """A line a job: id, state, exit code, phase, when it was submitted, what it said last."""
    if not seen:
        return NONE_YET
    rows = []
    for one in seen:
        facts = to_json(one.job)
        message = str(facts["message"] or "")
        short = message if len(message) <= _LONGEST_MESSAGE else f"{message[: _LONGEST_MESSAGE - 1]}…"
        exit_code = "" if facts["exit_code"] is None else facts["exit_code"]
        rows.append((one.job.job_id, one.job.word, exit_code, facts["phase"], facts["submitted_at"], short))
    return table(rows, ("job", "state", "exit", "phase", "submitted", "message"), width=terminal_width(), named_by=0)


def _is_named(job_id: str, name: str) -> bool:
    return fnmatchcase(job_id, name) if any(mark in name for mark in "*?[") else name in job_id
