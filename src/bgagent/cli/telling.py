"""What a person is told of a job that was just submitted."""

from pathlib import Path

from bgagent import api
from bgagent.cli.streams import say
from bgagent.cli.text import plain


def tell(job: api.BackgroundJob) -> None:
    """The job's id and where its files will be."""
    rows = [
        ("job", job.job_id),
        ("log", _near(job.log)),
        ("report", _near(job.report_markdown)),
        ("", _near(job.report_html)),
        ("", _near(job.report_json)),
    ]
    if job.attach:
        rows.append(("watch", job.attach))
    say("\n".join(f"{label:<8}{plain(value)}" for label, value in rows))
    if job.note:
        say(plain(job.note), err=True)


def _near(path: Path) -> str:
    """Relative to where the person is, if it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
