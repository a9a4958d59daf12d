"""Where the files of a job lie: `logs/` for what it is doing, `reports/` for what it found."""

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from bgagent.errors import MachineUnfit


@dataclass(frozen=True, slots=True)
class JobFiles:
    """The files of one job. Those that begin with a dot live only while something is under way."""

    logs: Path
    reports: Path
    job_id: str

    @property
    def log(self) -> Path:
        """For people: one line an event."""
        return self.logs / f"{self.job_id}.log"

    @property
    def events(self) -> Path:
        """The same events as JSON lines. The lock on this file is the job's life, its creation the claim of the id."""
        return self.logs / f"{self.job_id}.jsonl"

    @property
    def state(self) -> Path:
        return self.logs / f"{self.job_id}.json"

    @property
    def request(self) -> Path:
        """What the submitter asked for, as JSON, for the job's body."""
        return self.logs / f"{self.job_id}.request.json"

    @property
    def report_json(self) -> Path:
        return self.reports / f"{self.job_id}.json"

    @property
    def report_markdown(self) -> Path:
        return self.reports / f"{self.job_id}.md"

    @property
    def report_html(self) -> Path:
        return self.reports / f"{self.job_id}.html"

    @property
    def report_folder(self) -> Path:
        return self.reports / self.job_id

    @property
    def unfinished_state(self) -> Path:
        """A state on its way to the disk."""
        return self.logs / f".{self.job_id}.state"

    @property
    def wish(self) -> Path:
        """The command to be run when the job has ended, until somebody has taken it."""
        return self.logs / f".{self.job_id}.wish"

    def handover(self, launch: int) -> Path:
        """The FIFO through which launch number `launch` gets the submitter's environment."""
        return self.logs / f".{self.job_id}.{launch}.fifo"


@dataclass(frozen=True, slots=True)
class Folders:
    """The two folders shared by all jobs of a project; absolute."""

    logs: Path
    reports: Path

    def files(self, job_id: str) -> JobFiles:
        return JobFiles(self.logs, self.reports, job_id)

    def make_ready(self) -> None:
        """Create what is missing; MachineUnfit when a job could not write there."""
        for folder in (self.logs, self.reports):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                if not os.access(folder, os.W_OK | os.X_OK):
                    is_read_only = bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
                    reason = errno.EROFS if is_read_only else errno.EACCES
                    raise OSError(reason, os.strerror(reason))
            except OSError as error:
                raise MachineUnfit.from_os_error(error, folder) from error
