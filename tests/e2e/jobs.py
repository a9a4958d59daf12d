"""Jobs of plain commands in a project's folders, for verbs that only look at jobs."""

import time

from bgagent.jobs.folders import Folders
from bgagent.jobs.lifecycle import Look, look
from bgagent.jobs.submission import submit
from tests.e2e.project import PATIENCE_S, Project


def start(project: Project, name: str, script: str, **options: object) -> Look:
    """A job of a shell script, as it is a moment after it was submitted."""
    submit(
        ["/bin/sh", "-c", script],
        folders=folders(project),
        environment=project.environment,
        cwd=project.root,
        name=name,
        launcher="plain",
        **{"max_running": 8, "grace_s": 0.5, **options},
    )
    return look(folders(project), name)


def folders(project: Project) -> Folders:
    return Folders(project.root / "logs", project.root / "reports")


def ended(project: Project, name: str) -> Look:
    """The look at a job once it has ended."""
    deadline = time.monotonic() + PATIENCE_S
    while not (seen := look(folders(project), name)).job.has_ended:
        assert time.monotonic() < deadline, seen
        time.sleep(0.01)
    return seen
