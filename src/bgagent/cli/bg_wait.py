"""`nlbt bg-wait`: wait for jobs to end."""

import json

import click

from bgagent import api
from bgagent.cli import completion
from bgagent.cli.streams import say
from bgagent.cli.watching import INTERRUPTED, conclusion, how_to_get_back
from bgagent.jobs import control, store


@click.command("bg-wait")
@click.argument("jobs", nargs=-1, required=True, shell_complete=completion.jobs)
@click.option("--timeout", type=click.FloatRange(min=0), help="Give up after so many seconds, with exit code 124.")
@click.option("--any", "for_any", is_flag=True, default=False, help="Until one of them has ended, not all.")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print facts as JSON.")
def command(jobs: tuple[str, ...], *, timeout: float | None, for_any: bool, as_json: bool) -> int:
    """Wait until JOBS have ended; the exit code is the highest of theirs.

    \b
    nlbt bg-wait 20240131 && echo done
    nlbt bg-wait first second --any --timeout 60

    Ctrl-C ends only the waiting.
    """
    folders = api.folders_of(None)
    job_ids = [store.find(folders, job) for job in jobs]
    try:
        waited = control.wait(folders, job_ids, timeout_s=timeout, for_any=for_any)
    except KeyboardInterrupt:
        say(f"\n{how_to_get_back(*job_ids)}", err=True)
        return INTERRUPTED
    for seen in waited.looks:
        api.settle(seen)
    if as_json:
        say(json.dumps([api.facts(folders, seen) for seen in waited.looks], indent=2))
        return waited.exit_code
    for seen in waited.looks:
        if seen.job.has_ended:
            say(f"{seen.job.job_id}  {conclusion(seen.job.job_id)}")
        else:
            say(f"{seen.job.job_id}  still {seen.job.word}", err=waited.timed_out)
    return waited.exit_code
