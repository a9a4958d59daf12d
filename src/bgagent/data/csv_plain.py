"""The quick way to read a csv file: commas, no quotes, block by block so that it is never all strings."""

import gzip
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Floats
from bgagent.data.csv_iso import Written, packed

_BLOCK_BYTES = 2 << 20
_MOST_PACKED = 1032  # gzip packs no tighter

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
        text_bytes = _text_bytes(path)
        times: _Growing | None = None
        numbers: dict[str, _Growing] = {}
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
            found = _numbers(rows, tuple(columns.values()))
            if found is None:
                return None
            moments = packed(np.array([_field(row, place) for row in rows], dtype=np.bytes_))
            if times is None:
                expected = text_bytes * len(rows) // max(sum(map(len, lines)), 1)
                times = _Growing(moments.dtype, expected)
                numbers = {name: _Growing(np.dtype(np.float64), expected) for name in columns}
            if times.dtype != moments.dtype:
                return None  # written now one way, now another
            times.append(moments)
            for name, column in zip(columns, found, strict=True):
                numbers[name].append(column)
    if times is None:
        return None
    return times.filled(), {name: _light(numbers.pop(name).filled()) for name in columns}


class _Growing:
    """A column that is filled block by block; room that is not filled yet takes no memory."""

    def __init__(self, dtype: np.dtype[Any], expected: int) -> None:
        self.dtype = dtype
        self._room = np.empty(expected + expected // 16 + 1, dtype)
        self._count = 0

    def append(self, block: NDArray[Any]) -> None:
        count = self._count + len(block)
        if count > len(self._room):
            wider = np.empty(2 * count, self.dtype)
            wider[: self._count] = self._room[: self._count]
            self._room = wider
        self._room[self._count : count] = block
        self._count = count

    def filled(self) -> Any:
        return self._room[: self._count]


def _light(column: Floats) -> Floats:
    """A column that says the same in every row, as most do of dividends and splits, as one number."""
    return np.broadcast_to(column[0].copy(), len(column)) if bool(np.all(column == column[0])) else column


def _text_bytes(path: Path) -> int:
    """About how long the text is; of a gzip file what its last four bytes say, which may be far too little."""
    size = path.stat().st_size
    if not path.name.lower().endswith(".gz") or size < 4:
        return size
    with path.open("rb") as file:
        file.seek(-4, io.SEEK_END)
        return min(int.from_bytes(file.read(4), "little"), _MOST_PACKED * size)


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
