"""What remains to be done when a job has ended: `python -m bgagent.bg_end`, started by the job's supervisor.

It writes the report of a job that could not do so itself, and runs the command that the person wants to be told by. If
the supervisor was killed, whoever looks at the job next does both.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bgagent import api
from bgagent.errors import BgAgentError
from bgagent.jobs.launchers import PlainLauncher
from bgagent.jobs.lifecycle import Look
from bgagent.jobs.logs import Log
from bgagent.jobs.marks import current_job, unmarked
from bgagent.jobs.redaction import Redactor
from bgagent.jobs.state import to_json
from bgagent.jobs.wishes import take_wish

SHELL = "/bin/sh"
_FROM_THERE = 'cd "$1" && exec "$0" -c "$2"'


def main() -> int:
    """Run the command of --notify for the job that this process was started after; its exit code."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the job's terminal may close now: it has ended
    folders, job_id = current_job(os.environ)
    seen = api.look(folders, job_id)
    command = take_wish(seen.files)
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


def start_telling(command: str, seen: Look, environment: Mapping[str, str]) -> None:
    """Run the command of --notify without waiting for it, in the folder of the job; the log says so."""
    words = (SHELL, "-c", _FROM_THERE, SHELL, seen.job.cwd or "/", command)
    with suppress(BgAgentError):  # no process, or no room for the line: the state is true all the same
        PlainLauncher().launch(words, seen.job.job_id, {**unmarked(environment), **told(seen)})
        log = Log(seen.files, redact=Redactor())
        try:
            log.write("info", "notified", {"by": "the first to look after the job's process had died"})
        finally:
            log.close()


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
