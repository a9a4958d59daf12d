"""`nlbt bg-logs`: a job's log."""

import sys

import click

from bgagent import api
from bgagent.cli import completion
from bgagent.jobs import store
from bgagent.jobs.following import follow
from bgagent.jobs.logs import last_lines


@click.command("bg-logs")
@click.argument("job", shell_complete=completion.jobs)
@click.option("-f", "--follow", "follows", is_flag=True, default=False, help="Go on until the job has ended.")
@click.option("-n", "--lines", type=click.IntRange(min=0), help="Only the last so many lines.")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print the events as JSON, one a line.")
def command(job: str, *, follows: bool, lines: int | None, as_json: bool) -> int:
    """Print the log of JOB (its id or a unique beginning); with -f as it grows, to the job's end.

    \b
    nlbt bg-logs -f 20240131
    nlbt bg-logs first -n 20
    nlbt bg-logs first --json
    """
    folders = api.folders_of(None)
    job_id = store.find(folders, job)
    if follows:
        for line in follow(folders, job_id, last=lines, as_json=as_json):
            click.echo(line)
        return 0
    files = folders.files(job_id)
    for line in last_lines(files.events if as_json else files.log, sys.maxsize if lines is None else lines):
        click.echo(line)
    return 0
