"""Files that were added beside the cache: they are looked into first, the provider behind has all else."""

import os
import shutil
from datetime import datetime
from pathlib import Path

from bgagent.data.folder import FolderProvider, series_file
from bgagent.data.provider import Provider
from bgagent.data.series import RawSeries
from bgagent.errors import BadUse, MachineUnfit
from bgagent.periods import Period, Timeframe


def added_dir(cache_dir: Path) -> Path:
    """Where files go that `nlbt data add` is given when NLBT_DATA_DIR names no directory."""
    return cache_dir / "added"


class AddedFirst:
    """The files of one directory, and another provider for the symbols and lengths of bars that are not there."""

    remote = False  # the provider behind has its own cache
    synthetic = False

    def __init__(self, files: FolderProvider, behind: Provider) -> None:
        self.files = files
        self.behind = behind

    def __repr__(self) -> str:
        return f"AddedFirst({self.files!r}, {self.behind!r})"

    @property
    def name(self) -> str:
        return self.behind.name

    @property
    def where(self) -> str:
        return f"{self.files.where}, then {self.behind.where}"

    def fetch(self, symbol: str, period: Period, timeframe: Timeframe, now: datetime) -> RawSeries:
        """The files' rows where they hold the symbol in bars that serve, else those of the provider behind."""
        provider: Provider = self.files if self.files.holds(symbol, timeframe) else self.behind
        return provider.fetch(symbol, period, timeframe, now)


def copy_file(source: Path, directory: Path, name: str, *, replace: bool) -> Path:
    """A copy of a file under `name`, whole or not at all. Raises BadUse when it is there already, MachineUnfit."""
    target = directory / name
    if series_file(target) is None:
        raise BadUse(f"{name} is no name of a series", hint="it ends in .csv, .csv.gz or .parquet")
    if target.exists() and not replace:
        raise BadUse(f"{target} is there already", hint="--replace puts the new file in its place")
    half = directory / f".{name}.{os.getpid()}.tmp"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, half)
        half.replace(target)
    except OSError as error:
        raise MachineUnfit.from_os_error(error, target) from error
    finally:
        half.unlink(missing_ok=True)
    return target
