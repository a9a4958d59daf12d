"""The command that a person wants to be told by when a job has ended: kept until somebody takes it, which only one can.

It may hold an address with a key in it, so the file is for this user alone, and there only while the job is under way.
"""

import os

from bgagent.errors import MachineUnfit
from bgagent.jobs.folders import JobFiles


def keep_wish(files: JobFiles, command: str) -> None:
    """Before the job can end. MachineUnfit when it cannot be written."""
    try:
        descriptor = os.open(files.wish, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:
            file.write(os.fsencode(command))
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        raise MachineUnfit.from_os_error(error, files.wish) from error


def take_wish(files: JobFiles) -> str | None:
    """The command, to be run now; None when there is none, or somebody else has taken it."""
    try:
        command = os.fsdecode(files.wish.read_bytes())
        files.wish.unlink()  # of many only one can
    except OSError:
        return None
    return command
