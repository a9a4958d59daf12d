"""A series written as a file that people, pandas, polars, duckdb and the folder provider read."""

import gzip
import io
import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from bgagent.bars import Floats
from bgagent.data.series import RawSeries
from bgagent.errors import BadUse, MachineUnfit
from bgagent.periods import Timeframe

FORMATS = ("csv", "csv.gz", "parquet")
_CHUNK = 65_536  # rows written at a time


def export_name(symbol: str, timeframe: Timeframe, kind: str) -> str:
    """The file's name, as the folder provider reads it. Raises BadUse when the symbol cannot be a file's name."""
    if not symbol or symbol.startswith(".") or "/" in symbol or "\0" in symbol:
        raise BadUse(f"'{symbol}' cannot be the name of a file", hint="export it under another name with --out")
    length = "" if timeframe is Timeframe.DAY else f"_{timeframe}"
    return f"{symbol}{length}.{kind}"


def write_series(series: RawSeries, path: Path) -> None:
    """Every row of a series as csv, csv.gz or parquet, by the path's ending; whole or not at all.

    Columns: date (or datetime in UTC within the day), open, high, low, close, adj_close where there is one, volume,
    dividends, splits; empty where not known. Raises BadUse, MachineUnfit.
    """
    kind = next((kind for kind in sorted(FORMATS, key=len, reverse=True) if path.name.lower().endswith(f".{kind}")), "")
    if not kind:
        raise BadUse(
            f"{path.name} ends in none of {', '.join(FORMATS)}", hint="name the file with one of these endings"
        )
    half = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "parquet":
            _write_parquet(series, half)
        else:
            _write_csv(series, half, is_packed=kind == "csv.gz")
        half.replace(path)
    except OSError as error:
        raise MachineUnfit.from_os_error(error, path) from error
    finally:
        half.unlink(missing_ok=True)


def _columns(series: RawSeries) -> dict[str, Floats]:
    names = ["open", "high", "low", "close", "adj_close", "volume", "dividends", "splits"]
    found = {name: getattr(series, name) for name in names}
    return {name: column for name, column in found.items() if column is not None}


def _write_csv(series: RawSeries, path: Path, *, is_packed: bool) -> None:
    columns = _columns(series)
    with path.open("wb") as raw:
        packed = gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) if is_packed else raw
        with io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as file:
            head = "datetime" if series.timeframe.is_intraday else "date"
            file.write(",".join([head, *columns]) + "\n")
            for start in range(0, len(series), _CHUNK):
                rows = slice(start, start + _CHUNK)
                if series.timeframe.is_intraday:
                    stamps = [f"{text}Z" for text in np.datetime_as_string(series.times[rows], unit="s")]
                else:
                    stamps = list(np.datetime_as_string(series.sessions[rows], unit="D"))
                fields = [[_field(value) for value in column[rows].tolist()] for column in columns.values()]
                file.writelines(",".join(row) + "\n" for row in zip(stamps, *fields, strict=True))


def _field(value: float) -> str:
    """A number that reads back as the same number; empty when it is not known."""
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _write_parquet(series: RawSeries, path: Path) -> None:
    try:
        import pyarrow  # noqa: PLC0415 - an extra, and it drags pandas in
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError as error:
        raise BadUse(
            "pyarrow is not installed, parquet cannot be written", hint="pip install 'bgagent[parquet]', or export csv"
        ) from error
    times: Any
    if series.timeframe.is_intraday:
        head, times = "datetime", pyarrow.array(series.times, pyarrow.timestamp("s", "UTC"))
    else:
        head, times = "date", pyarrow.array(series.sessions.astype("datetime64[D]"), pyarrow.date32())
    columns = {name: pyarrow.array(column, from_pandas=True) for name, column in _columns(series).items()}
    pyarrow.parquet.write_table(pyarrow.table({head: times, **columns}), path)
