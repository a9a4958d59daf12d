"""`nlbt bg-stop`: end jobs with everything they have started."""

import json
import os

import click

from bgagent import api
from bgagent.cli import completion
from bgagent.cli.streams import say
from bgagent.errors import BadUse
from bgagent.jobs import control, lifecycle, store


@click.command("bg-stop")
@click.argument("jobs", nargs=-1, shell_complete=completion.jobs)
@click.option("--all", "all_jobs", is_flag=True, default=False, help="Every job that has not ended.")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print facts as JSON.")
def command(jobs: tuple[str, ...], *, all_jobs: bool, as_json: bool) -> int:
    """Stop JOBS (ids or unique beginnings): ask first, kill after a few seconds.

    \b
    nlbt bg-stop 20240131
    nlbt bg-stop --all
    """
    if not jobs and not all_jobs:
        raise BadUse("no job is named", hint="name one, or use --all")
    folders = api.folders_of(None)
    running = [seen.job.job_id for seen in lifecycle.look_at_all(folders) if not seen.job.has_ended]
    rows = []
    for job_id in running if all_jobs else [store.find(folders, job) for job in jobs]:
        had_ended = job_id not in running
        seen = control.stop(folders, job_id, environment=os.environ)
        api.settle(seen)
        rows.append({**api.facts(folders, seen), "had_ended": had_ended})
        if not as_json:
            say(f"{job_id}  {f'had ended before: {seen.job.word}' if had_ended else seen.job.word}")
    if as_json:
        say(json.dumps(rows, indent=2))
    elif all_jobs and not running:
        say("no job is running")
    return 0
