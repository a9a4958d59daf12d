"""The environment variables by which a process knows its job, and by which the processes of a job are known."""

import os
from collections.abc import Mapping
from pathlib import Path

from bgagent.errors import Bug
from bgagent.jobs.folders import Folders

_ID, _LOGS, _REPORTS = "BGAGENT_JOB_ID", "BGAGENT_JOB_LOGS", "BGAGENT_JOB_REPORTS"


def marks(folders: Folders, job_id: str) -> dict[str, str]:
    """For the command of this job, and so for everything it starts."""
    return {_ID: job_id, _LOGS: os.fspath(folders.logs), _REPORTS: os.fspath(folders.reports)}


def unmarked(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a job that is submitted by another."""
    return {name: value for name, value in environment.items() if name not in (_ID, _LOGS, _REPORTS)}


def current_job(environment: Mapping[str, str]) -> tuple[Folders, str]:
    """The job that this process is the command of; Bug when it was not started as one."""
    try:
        return Folders(Path(environment[_LOGS]), Path(environment[_REPORTS])), environment[_ID]
    except KeyError as error:
        raise Bug("this program is the command of a job and was not started as one") from error
