"""What a person is told of a job that was just submitted."""

from pathlib import Path

from bgagent import api
from bgagent.cli.streams import say
from bgagent.cli.text import plain
from bgagent.errors import MachineUnfit


def tell(job: api.BackgroundJob) -> None:
    """The job's id and where its files will be. MachineUnfit, with the id, when that cannot be printed."""
    rows = [
        ("job", job.job_id),
        ("log", _near(job.log)),
        ("report", _near(job.report_markdown)),
        ("", _near(job.report_html)),
        ("", _near(job.report_json)),
    ]
    if job.attach:
        rows.append(("watch", job.attach))
    try:
        say("\n".join(f"{label:<8}{plain(value)}" for label, value in rows))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise MachineUnfit(
            f"job {job.job_id} was started, but standard output cannot be written: {reason}",
            hint=f"nlbt bg-status {job.job_id} shows it",
        ) from error
    if job.note:
        say(plain(job.note), err=True)


def _near(path: Path) -> str:
    """Relative to where the person is, if it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
