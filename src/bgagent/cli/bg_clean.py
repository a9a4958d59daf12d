"""`nlbt bg-clean`: take old jobs away."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import get_args

import click

from bgagent import api
from bgagent.cli import completion
from bgagent.cli.spans import span_of
from bgagent.cli.text import table, terminal_width
from bgagent.errors import BadUse
from bgagent.jobs import lifecycle, store
from bgagent.jobs.lifecycle import Look
from bgagent.jobs.removal import Removal, removal, remove
from bgagent.jobs.state import EndWord, Finished


@click.command("bg-clean")
@click.argument("jobs", nargs=-1, shell_complete=completion.jobs)
@click.option("--older-than", default="30d", show_default=True, help="Only jobs that ended so long ago: 12h, 30d, 2w.")
@click.option("--state", "states", multiple=True, type=click.Choice(get_args(EndWord)), help="Only jobs that ended so.")
@click.option("--dry-run", is_flag=True, default=False, help="Show what would go, and remove nothing.")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print facts as JSON.")
def command(jobs: tuple[str, ...], older_than: str, states: tuple[str, ...], *, dry_run: bool, as_json: bool) -> int:
    """Remove the logs and reports of old jobs, or of the JOBS named, however old.

    A job that lives stays; naming it is refused.

    \b
    nlbt bg-clean --dry-run
    nlbt bg-clean --older-than 7d --state failed
    """
    folders = api.folders_of(None)
    now = datetime.now(UTC)
    age = timedelta(0) if jobs else span_of(older_than)
    named = {store.find(folders, job) for job in jobs}
    everything = lifecycle.look_at_all(folders)
    _refuse_what_lives([seen for seen in everything if seen.job.job_id in named and not seen.job.has_ended])
    chosen = [
        seen
        for seen in everything
        if (not named or seen.job.job_id in named)
        and _is_old(seen, now, age)
        and (not states or seen.job.word in states)
    ]
    found = [removal(seen.files) if dry_run else remove(seen.files) for seen in chosen]
    gone = [one for one in found if one is not None]
    if as_json:
        rows = [{"job_id": one.job_id, "bytes": one.bytes, "paths": [str(path) for path in one.paths]} for one in gone]
        click.echo(json.dumps(rows, indent=2))
    else:
        click.echo(_told(gone, dry_run=dry_run))
    return 0


def _refuse_what_lives(named: Sequence[Look]) -> None:
    if named:
        ids = " ".join(seen.job.job_id for seen in named)
        still = ", ".join(f"{seen.job.job_id} is still {seen.job.word}" for seen in named)
        raise BadUse(f"{still}; nothing was removed", hint=f"nlbt bg-stop {ids} ends it")


def _is_old(seen: Look, now: datetime, age: timedelta) -> bool:
    state = seen.job.state
    return isinstance(state, Finished) and now - state.ended_at >= age


def _told(gone: Sequence[Removal], *, dry_run: bool) -> str:
    if not gone:
        return "no job is so old; nothing to remove"
    rows = [(one.job_id, f"{one.bytes / 1024:,.0f} kB") for one in gone]
    total = f"{sum(one.bytes for one in gone) / 2**20:,.1f} MB"
    verb = "would be removed" if dry_run else "removed"
    jobs = "1 job" if len(gone) == 1 else f"{len(gone)} jobs"
    return f"{table(rows, ('job', 'size'), width=terminal_width(), named_by=0)}\n{jobs} {verb}, {total}"
