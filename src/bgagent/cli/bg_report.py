"""`nlbt bg-report`: what a job found, where people can read it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from bgagent import api
from bgagent.cli.text import fact_lines
from bgagent.errors import BadUse, MachineUnfit
from bgagent.jobs import store
from bgagent.jobs.folders import JobFiles

_OPENERS = ("xdg-open", "open", "wslview")


@click.command("bg-report")
@click.argument("job", required=False)
@click.option("--open", "opens", is_flag=True, default=False, help="Open the page in the browser.")
@click.option("--path", "tells_path", is_flag=True, default=False, help="Print the page's path and nothing else.")
@click.option("--md", "as_markdown", is_flag=True, default=False, help="Print the report as markdown.")
@click.option("--pdf", "as_pdf", is_flag=True, default=False, help="Print it to reports/JOB.pdf (needs Chromium).")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print facts as JSON.")
def command(job: str | None, *, opens: bool, tells_path: bool, as_markdown: bool, as_pdf: bool, as_json: bool) -> int:
    """Show where the report of JOB is (its id or a unique beginning), print or open it; without JOB the page of all.

    \b
    nlbt bg-report 20240131-120000
    nlbt bg-report 20240131-120000 --md | less
    nlbt bg-report --open
    """
    if opens + tells_path + as_markdown + as_pdf + as_json > 1:
        raise BadUse("bg-report does one thing at a time", hint="use one of --open, --path, --md, --pdf, --json")
    if job is None:
        return _all_jobs(opens=opens, other=tells_path or as_markdown or as_pdf or as_json)
    folders = api.folders_of(None)
    job_id = store.find(folders, job)
    files = _reported(job_id)
    if as_markdown:
        sys.stdout.write(files.report_markdown.read_text(encoding="utf-8"))
    elif as_pdf:
        from bgagent.reporting.pdf import write_pdf

        pdf = files.reports / f"{job_id}.pdf"
        write_pdf(files.report_html, pdf)
        click.echo(pdf)
    elif opens:
        _open(files.report_html)
    elif tells_path:
        click.echo(files.report_html)
    else:
        facts = _facts(files)
        click.echo(json.dumps(facts, indent=2) if as_json else fact_lines(facts))
    return 0


def _all_jobs(*, opens: bool, other: bool) -> int:
    if other:
        raise BadUse("no job is named", hint="name one; only --open works without")
    page = api.folders_of(None).reports / "index.html"
    if not page.exists():
        raise BadUse("there is no report here yet", hint='nlbt bg "Buy and hold SPY in 2024" starts a job')
    if opens:
        _open(page)
    else:
        click.echo(page)
    return 0


def _reported(job_id: str) -> JobFiles:
    """The files of a job that has a report. Raises BadUse while it has none."""
    seen = api.look(api.folders_of(None), job_id)
    if seen.files.report_json.exists():
        return seen.files
    if not seen.job.has_ended:
        raise BadUse(f"{job_id} is still {seen.job.word}", hint=f"nlbt bg-wait {job_id} waits for it")
    raise MachineUnfit(f"{job_id} left no report, and none can be written", hint=f"nlbt bg-logs {job_id} has the rest")


def _facts(files: JobFiles) -> dict[str, object]:
    report = json.loads(files.report_json.read_bytes())
    return {
        "job_id": files.job_id,
        "status": report["status"],
        "exit_code": report["exit_code"],
        "verdict": report["verdict"],
        "message": (report["error"] or {}).get("message"),
        "html": str(files.report_html),
        "markdown": str(files.report_markdown),
        "json": str(files.report_json),
        "folder": str(files.report_folder),
    }


def _open(page: Path) -> None:
    """Hands the page to the desktop. Raises MachineUnfit, naming the path, where there is none."""
    named = os.environ.get("BROWSER", "").split(os.pathsep)[0]
    opener = (shutil.which(named) if named else None) or next(
        (found for name in _OPENERS if (found := shutil.which(name))), None
    )
    if opener is None:
        raise MachineUnfit("there is no browser to open the page with", hint=f"the page is {page}")
    try:
        done = subprocess.run(
            [opener, str(page)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False
        )
    except subprocess.TimeoutExpired:
        return  # a browser that stays in the foreground has the page by now
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
        raise MachineUnfit(f"{Path(opener).name} could not open the page: {said[:200]}", hint=f"the page is {page}")
