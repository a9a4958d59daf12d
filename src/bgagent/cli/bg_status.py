"""`nlbt bg-status`: one job in full, or the recent ones in a table."""

import json

import click

from bgagent import api
from bgagent.cli import completion
from bgagent.cli.bg_list import job_table, seen_jobs
from bgagent.cli.text import fact_lines

RECENT = 10


@click.command("bg-status")
@click.argument("job", required=False, shell_complete=completion.jobs)
@click.option("--json", "as_json", is_flag=True, default=False, help="Print facts as JSON.")
def command(job: str | None, *, as_json: bool) -> int:
    """Show the state of one JOB (its id or a unique beginning), or of the ten most recent.

    \b
    nlbt bg-status
    nlbt bg-status 20240131-120000
    """
    if job is not None:
        facts = api.job_status(job)
        click.echo(json.dumps(facts, indent=2) if as_json else fact_lines(facts))
        return 0
    folders = api.folders_of(None)
    seen = seen_jobs(folders)[-RECENT:]
    if as_json:
        click.echo(json.dumps([api.facts(folders, one) for one in seen], indent=2))
    else:
        click.echo(job_table(seen))
    return 0
