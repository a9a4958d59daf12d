"""A directory of files as a provider: AAPL.csv.gz, AAPL_5m_2024-05.csv.gz, SPY.parquet.

A file's stem is SYMBOL for daily bars, or SYMBOL_<timeframe> with anything after a further underscore; parts of one
series are joined. Symbols are looked up among the files that are there, so none can lead out of the directory.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from bgagent.bars import Floats
from bgagent.data.adjust import looks_as_traded
from bgagent.data.coarsen import can_be_made_of
from bgagent.data.csv_dates import UnreadableTime, read_days, read_times
from bgagent.data.csv_file import Table, line_of, read_csv
from bgagent.data.findings import Finding, Severity
from bgagent.data.markets import Market, market_of
from bgagent.data.parquet_file import read_parquet
from bgagent.data.series import RawSeries, join_rows
from bgagent.errors import BadUse, DataUnavailable
from bgagent.periods import Period, Timeframe

_SUFFIXES = (".csv", ".csv.gz", ".parquet")  # in this order when one series is there in several
_TIMEFRAMES = {str(timeframe): timeframe for timeframe in Timeframe} | {
    "daily": Timeframe.DAY,
    "1day": Timeframe.DAY,
    "1h": Timeframe.HOUR_1,
    "60m": Timeframe.HOUR_1,
    "hourly": Timeframe.HOUR_1,
    "1min": Timeframe.MINUTE_1,
    "5min": Timeframe.MINUTE_5,
    "15min": Timeframe.MINUTE_15,
    "30min": Timeframe.MINUTE_30,
}
_SHORTEST_LAST = sorted((frame for frame in Timeframe if frame.is_intraday), key=lambda frame: -frame.minutes)


@dataclass(frozen=True, slots=True)
class SeriesFile:
    """One file of a series, as its name tells."""

    symbol: str
    timeframe: Timeframe
    path: Path


def series_file(path: Path) -> SeriesFile | None:
    """What a file's name says; None for files that are none of ours."""
    suffix = next((end for end in sorted(_SUFFIXES, key=len, reverse=True) if path.name.lower().endswith(end)), None)
    if suffix is None or len(path.name) == len(suffix):
        return None
    parts = path.name[: -len(suffix)].split("_")
    for place in range(1, len(parts)):
        timeframe = _TIMEFRAMES.get(parts[place] if parts[place] == "1M" else parts[place].lower())
        if timeframe is not None:
            return SeriesFile("_".join(parts[:place]), timeframe, path)
    return SeriesFile("_".join(parts), Timeframe.DAY, path)


class FolderProvider:
    """Series from the files of one or several directories; the first directory that has the series wins."""

    name = "folder"
    remote = False
    synthetic = False

    def __init__(self, directories: Sequence[Path]) -> None:
        for directory in directories:
            if not directory.is_dir():
                raise BadUse(
                    f"no directory {directory}",
                    hint="--data and NLBT_DATA_DIR name directories of csv or parquet files",
                )
        self.directories = tuple(directories)

    def __repr__(self) -> str:
        return f"FolderProvider({self.where})"

    @property
    def where(self) -> str:
        """The directories, as in a message."""
        return ":".join(map(str, self.directories))

    def files(self) -> list[SeriesFile]:
        """Every file that holds a series, directory by directory, by name."""
        found = []
        for directory in self.directories:
            try:
                paths = sorted(path for path in directory.iterdir() if not path.name.startswith("."))
            except OSError as error:
                raise DataUnavailable(
                    f"{directory} cannot be listed: {error.strerror}", hint="make it readable, or use another directory"
                ) from error
            found += [file for file in map(series_file, paths) if file is not None]
        return found

    def holds(self, symbol: str, timeframe: Timeframe) -> bool:
        """Whether there are files of a symbol in bars of that length, or shorter ones that add up to it."""
        return _length_of(timeframe, {file.timeframe for file in _of_symbol(symbol, self.files())}) is not None

    def fetch(self, symbol: str, period: Period, timeframe: Timeframe, now: datetime) -> RawSeries:  # noqa: ARG002
        """Everything the files hold of a symbol, in bars of the length asked for or shorter ones that add up to it."""
        files = self.files()
        wanted = _of_symbol(symbol, files)
        if not wanted:
            raise self._unknown(symbol, files)
        for directory in self.directories:
            here = [file for file in wanted if file.path.parent == directory]
            length = _length_of(timeframe, {file.timeframe for file in here})
            if length is not None:
                return _read(symbol, length, [file for file in here if file.timeframe is length])
        there = ", ".join(sorted({str(file.timeframe) for file in wanted}))
        raise DataUnavailable(
            f"no {timeframe} bars of {symbol} in {self.where}, only {there}",
            hint=f"ask for {there} bars, or add a file {symbol}_{timeframe}.csv",
        )

    def _unknown(self, symbol: str, files: Sequence[SeriesFile]) -> DataUnavailable:
        symbols = sorted({file.symbol for file in files})
        near = difflib.get_close_matches(symbol.upper(), symbols, n=3, cutoff=0.6)
        hint = f"nearest names there: {', '.join(near)}; " if near else ""
        return DataUnavailable(
            f"no file for {symbol} in {self.where} ({len(symbols)} symbols there)",
            hint=hint + "check the symbol, or choose another source with --data",
        )


def _of_symbol(symbol: str, files: Sequence[SeriesFile]) -> list[SeriesFile]:
    exact = [file for file in files if file.symbol == symbol]
    return exact or [file for file in files if file.symbol.casefold() == symbol.casefold()]


def _length_of(wanted: Timeframe, there: set[Timeframe]) -> Timeframe | None:
    """The longest bars that are there and add up to those wanted; weeks and months are made of days where they can."""
    if not wanted.is_intraday and Timeframe.DAY in there:
        return Timeframe.DAY
    if wanted.is_intraday and wanted in there:
        return wanted
    return next((length for length in _SHORTEST_LAST if length in there and can_be_made_of(wanted, length)), None)


def _read(symbol: str, timeframe: Timeframe, files: Sequence[SeriesFile]) -> RawSeries:
    """The parts of a series as one; a part that is there in two formats is read once."""
    parts: dict[str, SeriesFile] = {}
    for file in sorted(files, key=lambda file: _SUFFIXES.index(_suffix_of(file.path))):
        parts.setdefault(file.path.name[: -len(_suffix_of(file.path))], file)
    market = market_of(symbol)
    pieces = [_read_file(symbol, timeframe, parts[stem].path, market) for stem in sorted(parts)]
    return pieces[0] if len(pieces) == 1 else _join(pieces)


def read_file(file: SeriesFile) -> RawSeries:
    """The rows of one file alone. Raises DataUnavailable naming file and line where it cannot be read."""
    return _read_file(file.symbol, file.timeframe, file.path, market_of(file.symbol))


def _suffix_of(path: Path) -> str:
    return max((end for end in _SUFFIXES if path.name.lower().endswith(end)), key=len)


def _read_file(symbol: str, timeframe: Timeframe, path: Path, market: Market) -> RawSeries:
    if path.name.lower().endswith(".parquet"):
        table = read_parquet(path, symbol, daily=not timeframe.is_intraday)
    else:
        table = read_csv(path, symbol)
    try:
        moments = read_times(table.times, market) if timeframe.is_intraday else read_days(table.times)
    except UnreadableTime as error:
        where = "" if error.row is None else f" line {line_of(table, error.row)}"
        raise DataUnavailable(f"{path}{where}: {error}") from error
    close, splits, adj_close = (_column(table, name) for name in ("close", "splits", "adj_close"))
    as_traded = False
    if not np.isnan(splits).all():
        order = np.argsort(moments.times, kind="stable")
        as_traded = looks_as_traded(close[order], splits[order])
    findings = []
    if moments.assumed_zone not in ("", "UTC"):
        text = f"{path.name} names no zone: read as {moments.assumed_zone} time"
        findings.append(Finding("zone_assumed", Severity.NOTE, text))
    return RawSeries(
        symbol=symbol,
        timeframe=timeframe,
        times=moments.times,
        sessions=moments.sessions,
        open=_column(table, "open"),
        high=_column(table, "high"),
        low=_column(table, "low"),
        close=close,
        volume=_column(table, "volume"),
        dividends=_column(table, "dividends"),
        splits=splits,
        adj_close=None if np.isnan(adj_close).all() else adj_close,
        split_basis=None if as_traded else moments.sessions.max().item(),
        provider=FolderProvider.name,
        source=path.name,
        currency=market.currency,
        findings=tuple(findings),
    )


def _column(table: Table, name: str) -> Floats:
    found = table.numbers.get(name)
    return np.broadcast_to(np.float64(np.nan), len(table.times)) if found is None else found


def _join(pieces: Sequence[RawSeries]) -> RawSeries:
    """Several files of one series, one after the other; order and overlaps are settled later."""
    bases = [piece.split_basis for piece in pieces if piece.split_basis is not None]
    source = " + ".join(piece.source for piece in pieces)
    return replace(join_rows(pieces), split_basis=max(bases) if bases else None, source=source)
