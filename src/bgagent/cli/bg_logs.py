"""`nlbt bg-logs`: a job's log."""

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
def command(job: str, *, follows: bool, lines: int | None) -> int:
    """Print the log of JOB (its id or a unique beginning); with -f as it grows, to the job's end.

    \b
    nlbt bg-logs -f 20240131
    nlbt bg-logs first -n 20
    """
    folders = api.folders_of(None)
    job_id = store.find(folders, job)
    if follows:
        for line in follow(folders, job_id, last=lines):
            click.echo(line)
        return 0
    log = folders.files(job_id).log
    if lines is not None:
        shown = last_lines(log, lines) if lines else ()
    else:
        shown = tuple(log.read_text(encoding="utf-8", errors="replace").splitlines()) if log.exists() else ()
    for line in shown:
        click.echo(line)
    return 0
