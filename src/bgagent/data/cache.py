"""Series of remote providers on disk: one .npz of arrays each, and beside it a JSON manifest that vouches for it.

    CACHE_DIR/bars/yahoo/AAPL/1d.npz   1d.json   1d.lock

A pair is trusted only when the checksum in the manifest is that of the arrays; anything else (a write cut short, a
file of an older format) counts as not there and is fetched again.
"""

import json
import logging
import os
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote

import numpy as np

from bgagent.data.locks import LockTimeout, locked
from bgagent.data.series import ROW_COLUMNS, RawSeries, digest_arrays
from bgagent.errors import MachineUnfit
from bgagent.periods import Period, Timeframe

_FORMAT = 1
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """A series from the cache. coverage: the days that were asked for, whether or not they had bars."""

    series: RawSeries
    coverage: Period


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the cache's table of contents. healthy: the arrays are those that the manifest names."""

    provider: str
    symbol: str
    timeframe: Timeframe
    path: Path
    healthy: bool
    first: date | None = None
    last: date | None = None
    rows: int = 0
    fetched_at: datetime | None = None


class SeriesCache:
    """The series kept under one directory."""

    def __init__(self, cache_dir: Path) -> None:
        self.root = cache_dir / "bars"

    def path_of(self, provider: str, symbol: str, timeframe: Timeframe) -> Path:
        """Where the arrays of a series lie; every symbol has a safe name of its own."""
        return self.root / _safe(provider) / _safe(symbol.upper()) / f"{timeframe}.npz"

    @contextmanager
    def lock(self, provider: str, symbol: str, timeframe: Timeframe, *, wait_s: float, shared: bool) -> Iterator[None]:
        """Hold one series, for reading or for writing. Raises LockTimeout, MachineUnfit."""
        path = self.path_of(provider, symbol, timeframe)
        with ExitStack() as held:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                held.enter_context(locked(path.with_suffix(".lock"), wait_s=wait_s, shared=shared))
            except LockTimeout:
                raise
            except OSError as error:
                raise MachineUnfit.from_os_error(error, path.parent) from error
            yield

    def read(self, provider: str, symbol: str, timeframe: Timeframe) -> Stored | None:
        """The series, if it is there whole; call it under the lock."""
        path = self.path_of(provider, symbol, timeframe)
        if not path.exists():
            return None
        try:
            return _read(path)
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            _log.warning("cached bars in %s cannot be used (%s): they are fetched again", path, error)
            return None

    def write(self, stored: Stored, *, library: str) -> None:
        """Keep a series in place of what was there; call it under the lock. Raises MachineUnfit."""
        series = stored.series
        path = self.path_of(series.provider, series.symbol, series.timeframe)
        columns = {name: getattr(series, name) for name in ROW_COLUMNS}
        if series.adj_close is not None:
            columns["adj_close"] = series.adj_close
        manifest = _manifest(stored, digest_arrays([columns[name] for name in sorted(columns)]), library)
        try:
            for leftover in path.parent.glob(f"{path.stem}.*.tmp"):  # of a writer that was killed
                leftover.unlink()
            with _replacing(path) as file:
                np.savez(file, **columns)
            with _replacing(path.with_suffix(".json")) as file:
                file.write((json.dumps(manifest, indent=1) + "\n").encode())
        except OSError as error:
            raise MachineUnfit.from_os_error(error, path) from error

    def contents(self) -> tuple[Entry, ...]:
        """Every series there is, by provider and symbol. Raises LockTimeout while one is being fetched."""
        return tuple(self._entry(path) for path in sorted(self.root.glob("*/*/*.npz")))

    def remove(self, provider: str, symbol: str, timeframe: Timeframe) -> None:
        """Forget a series; nothing happens when it is not there. Raises LockTimeout, MachineUnfit."""
        path = self.path_of(provider, symbol, timeframe)
        with self.lock(provider, symbol, timeframe, wait_s=10.0, shared=False):
            try:
                path.unlink(missing_ok=True)
                path.with_suffix(".json").unlink(missing_ok=True)
            except OSError as error:
                raise MachineUnfit.from_os_error(error, path) from error

    def _entry(self, path: Path) -> Entry:
        provider, symbol = unquote(path.parent.parent.name), unquote(path.parent.name)
        timeframe = Timeframe(path.stem)
        with self.lock(provider, symbol, timeframe, wait_s=1.0, shared=True):
            stored = self.read(provider, symbol, timeframe)
        if stored is None:
            return Entry(provider, symbol, timeframe, path, healthy=False)
        series, span = stored.series, stored.series.span()
        first, last = (span.start, span.end) if span else (None, None)
        return Entry(provider, symbol, timeframe, path, True, first, last, len(series), series.fetched_at)


def _safe(name: str) -> str:
    """A file name that no symbol shares with another, and that leads nowhere else."""
    return quote(name, safe="^=-").replace(".", "%2E") if name.startswith(".") else quote(name, safe="^=-")


def _manifest(stored: Stored, sha256: str, library: str) -> dict[str, object]:
    series, span = stored.series, stored.series.span()
    return {
        "format": _FORMAT,
        "provider": series.provider,
        "symbol": series.symbol,
        "timeframe": str(series.timeframe),
        "rows": len(series),
        "first": str(span.start) if span else None,
        "last": str(span.end) if span else None,
        "covered_from": str(stored.coverage.start),
        "covered_to": str(stored.coverage.end),
        "fetched_at": series.fetched_at.isoformat() if series.fetched_at else None,
        "split_basis": str(series.split_basis) if series.split_basis else None,
        "currency": series.currency,
        "source": series.source,
        "library": library,
        "numpy": np.__version__,
        "sha256": sha256,
    }


def _read(path: Path) -> Stored:
    """The series of a healthy pair of files; raises whatever is wrong with it."""
    manifest = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    if manifest["format"] != _FORMAT:
        raise ValueError(f"format {manifest['format']}")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        columns = {name: archive[name] for name in archive.files}
    if digest_arrays([columns[name] for name in sorted(columns)]) != manifest["sha256"]:
        raise ValueError("the checksum differs")
    fetched_at, basis = manifest["fetched_at"], manifest["split_basis"]
    series = RawSeries(
        symbol=manifest["symbol"],
        timeframe=Timeframe(manifest["timeframe"]),
        adj_close=columns.pop("adj_close", None),
        split_basis=date.fromisoformat(basis) if basis else None,
        provider=manifest["provider"],
        source=manifest["source"],
        currency=manifest["currency"],
        fetched_at=datetime.fromisoformat(fetched_at) if fetched_at else None,
        **columns,
    )
    coverage = Period(date.fromisoformat(manifest["covered_from"]), date.fromisoformat(manifest["covered_to"]))
    return Stored(series, coverage)


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """A file under another name that takes the name of `path` once it is whole and on the disk."""
    half = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with half.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
