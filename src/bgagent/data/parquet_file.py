"""Rows of OHLCV from a parquet file; pyarrow is loaded only when one is met (extra `parquet`)."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bgagent.data.calendars import local_days
from bgagent.data.csv_file import NEEDED, NUMBERS, Table, column_of
from bgagent.errors import DataUnavailable


def read_parquet(path: Path, symbol: str, *, daily: bool) -> Table:
    """All rows of a file. Raises DataUnavailable when pyarrow is missing or the file has not the columns.

    daily: a time with a zone stands for its calendar day in that zone.
    """
    try:
        import pyarrow  # noqa: PLC0415 - an extra, and it drags pandas in
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError as error:
        raise DataUnavailable(
            f"{path} is parquet, and pyarrow is not installed",
            hint="pip install 'bgagent[parquet]', or save the file as csv",
        ) from error
    try:
        table = pyarrow.parquet.read_table(path)
    except (OSError, pyarrow.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise DataUnavailable(f"{path} cannot be read: {reason}", hint="is it cut short, or not parquet?") from error
    columns: dict[str, str] = {}
    for heading in table.column_names:
        name = column_of(heading, symbol)
        if name is not None:
            columns.setdefault(name, heading)
    missing = [name for name in ("time", *NEEDED) if name not in columns]
    if missing:
        lacking = ", ".join("date" if name == "time" else name for name in missing)
        raise DataUnavailable(
            f"{path}: no column for {lacking}", hint=f"its columns are {', '.join(table.column_names)}"
        )
    numbers = {}
    for name in NUMBERS:
        if name in columns:
            try:
                column = table.column(columns[name]).cast(pyarrow.float64())
            except pyarrow.ArrowException as error:
                raise DataUnavailable(f"{path}: {columns[name]} does not hold numbers") from error
            numbers[name] = np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
    return Table(_written(table.column(columns["time"]), pyarrow, daily=daily), numbers)


def _written(column: Any, pyarrow: Any, *, daily: bool) -> NDArray[np.str_]:
    """Times as a csv file would write them."""
    kind = column.type
    if not (pyarrow.types.is_timestamp(kind) or pyarrow.types.is_date(kind)):
        return np.array([str(value) for value in column.to_pylist()])
    zone = getattr(kind, "tz", None)
    times = np.asarray(column.cast(pyarrow.timestamp("s", zone), safe=False).to_numpy(zero_copy_only=False))
    times = times.astype("datetime64[s]")
    if zone is None:
        return np.datetime_as_string(times)
    if daily:
        return np.datetime_as_string(local_days(times, zone))
    return np.char.add(np.datetime_as_string(times), "Z")
