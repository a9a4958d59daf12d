"""The quick way to read a csv file: commas, no quotes, block by block so that it is never all strings."""

import gzip
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from bgagent.bars import Floats
from bgagent.data.csv_iso import Written, packed

_BLOCK_BYTES = 2 << 20

PlainColumns = tuple[Written, dict[str, Floats]]


def read_plain(
    path: Path, names_of: Callable[[str], Sequence[str | None] | None], wanted: Sequence[str]
) -> PlainColumns | None:
    """Times as written and the wanted columns of numbers; None where any line is out of the ordinary.

    names_of: from the line of headings to the column of each field; None when the file has to be read another way.
    Raises OSError, EOFError and zlib.error as the file does, and what names_of raises.
    """
    with _opened(path) as file:
        head = _heading(file.readline())
        names = None if head is None else names_of(head)
        if names is None or names.count("time") != 1 or "symbol" in names:
            return None
        place = names.index("time")
        columns = {name: names.index(name) for name in wanted if name in names}
        times: list[Written] = []
        blocks: dict[str, list[Floats]] = {name: [] for name in columns}
        has_ended = False
        while lines := file.readlines(_BLOCK_BYTES):
            rows = [line.rstrip(b"\r\n") for line in lines]
            while rows and not rows[-1]:
                rows.pop()
            if not rows:
                has_ended = True
                continue
            commas = len(names) - 1
            if has_ended or any(row.count(b",") != commas or b'"' in row for row in rows):
                return None
            has_ended = len(rows) < len(lines)
            numbers = _numbers(rows, tuple(columns.values()))
            if numbers is None:
                return None
            times.append(packed(np.array([_field(row, place) for row in rows], dtype=np.bytes_)))
            for name, column in zip(columns, numbers, strict=True):
                blocks[name].append(column.copy())
    if not times:
        return None
    if len({block.dtype for block in times}) > 1:
        return None  # written now one way, now another
    written: Any = np.concatenate(times)
    del times
    return written, {name: np.concatenate(blocks.pop(name)) for name in columns}  # one column at a time is there twice


def _opened(path: Path) -> BinaryIO:
    if path.name.lower().endswith(".gz"):
        return io.BufferedReader(gzip.GzipFile(path))
    return path.open("rb")


def _heading(line: bytes) -> str | None:
    try:
        return line.decode("utf-8-sig").rstrip("\r\n") if line.endswith(b"\n") else None
    except UnicodeDecodeError:
        return None


def _field(row: bytes, place: int) -> bytes:
    return row[: row.index(b",")] if place == 0 else row.split(b",", place + 1)[place]


def _numbers(rows: list[bytes], places: tuple[int, ...]) -> Floats | None:
    """(columns, rows): NaN for empty fields; None when a field is no plain number."""
    try:
        return np.ascontiguousarray(np.loadtxt(rows, delimiter=",", usecols=places, comments=None, ndmin=2).T)
    except ValueError:  # an empty field, perhaps
        pass
    fields = [row.split(b",") for row in rows]
    try:
        return np.array([[float(row[place]) if row[place] else np.nan for row in fields] for place in places])
    except ValueError:
        return None
