"""What remains to be done when a job has ended: `python -m bgagent.bg_end`, started by the job's supervisor.

It writes the report of a job that could not do so itself, and runs the command that the person wants to be told by.
"""

import os
import subprocess
import sys
from pathlib import Path

from bgagent import api
from bgagent.errors import BgAgentError
from bgagent.jobs.lifecycle import Look
from bgagent.jobs.marks import current_job
from bgagent.jobs.state import to_json
from bgagent.settings import resolve

SHELL = "/bin/sh"


def main() -> int:
    """Run the command of NLBT_NOTIFY for the job that this process was started after; its exit code."""
    folders, job_id = current_job(os.environ)
    seen = api.look(folders, job_id)
    command = resolve(os.environ).notify
    if command is None:
        return 0
    try:
        ended = subprocess.run([SHELL, "-c", command], env={**os.environ, **told(seen)}, check=False).returncode
    except OSError as error:
        print(f"the command of --notify cannot be run: {error}", file=sys.stderr)
        return 1
    if ended:
        print(f"the command of --notify ended with exit code {ended}", file=sys.stderr)
    return ended


def told(seen: Look) -> dict[str, str]:
    """The variables that the command finds. A report that is not there is empty."""
    facts = to_json(seen.job)

    def there(path: Path) -> str:
        return str(path) if path.exists() else ""

    return {
        "NLBT_JOB_ID": seen.job.job_id,
        "NLBT_JOB_STATE": seen.job.word,
        "NLBT_JOB_EXIT_CODE": str(facts["exit_code"]),
        "NLBT_JOB_MESSAGE": str(facts["message"] or ""),
        "NLBT_JOB_LOG": str(seen.files.log),
        "NLBT_JOB_REPORT": there(seen.files.report_markdown),
        "NLBT_JOB_REPORT_JSON": there(seen.files.report_json),
    }


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BgAgentError as error:
        sys.exit(error.message)
