"""`nlbt bg-list`: all jobs, oldest first."""

import json
from collections.abc import Sequence

import click

from bgagent import api
from bgagent.cli.text import table
from bgagent.jobs.folders import Folders
from bgagent.jobs.lifecycle import Look, look_at_all
from bgagent.jobs.state import to_json

NONE_YET = 'there are no jobs here yet; nlbt bg "Buy and hold SPY in 2024" starts one'
_LONGEST_MESSAGE = 70


@click.command("bg-list")
@click.option("--state", help="Only jobs in this state.")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print facts as JSON.")
def command(state: str | None, *, as_json: bool) -> int:
    """List all jobs of this folder, the latest last."""
    folders = api.folders_of(None)
    seen = [one for one in seen_jobs(folders) if state in (None, one.job.word)]
    if as_json:
        click.echo(json.dumps([api.facts(folders, one) for one in seen], indent=2))
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
    return table(rows, ("job", "state", "exit", "phase", "submitted", "message"))
