"""Rows of OHLCV from a csv file, plain or gzipped, as people and vendors write them.

The plain case (ISO dates, points, commas, no quotes) is read in bulk; anything else goes field by field, and what
cannot be read is named by file and line.
"""

import csv
import gzip
import io
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Floats
from bgagent.data.csv_iso import Written
from bgagent.data.csv_numbers import NumberStyle, number_style, parse_number
from bgagent.data.csv_plain import read_plain
from bgagent.errors import DataUnavailable

NEEDED = ("open", "high", "low", "close")
NUMBERS = (*NEEDED, "adj_close", "volume", "dividends", "splits")

# what the letters of a heading say, lower case, everything but letters taken out
_HEADINGS = {
    "date": "time", "datetime": "time", "time": "time", "timestamp": "time", "day": "time", "index": "time", "": "time",
    "unnamed": "time", "indexlevel": "time", "dateutc": "time", "datetimeutc": "time", "opentime": "time",
    "tradingday": "time",
    "open": "open", "o": "open", "openprice": "open",
    "high": "high", "h": "high", "highprice": "high",
    "low": "low", "l": "low", "lowprice": "low",
    "close": "close", "c": "close", "closelast": "close", "closeprice": "close", "last": "close", "price": "close",
    "adjclose": "adj_close", "adjustedclose": "adj_close", "adjusted": "adj_close", "closeadj": "adj_close",
    "volume": "volume", "vol": "volume", "v": "volume", "totalvolume": "volume",
    "dividends": "dividends", "dividend": "dividends", "div": "dividends", "dividendamount": "dividends",
    "divcash": "dividends",
    "splits": "splits", "split": "splits", "stocksplits": "splits", "stocksplit": "splits",
    "splitcoefficient": "splits", "splitfactor": "splits",
    "symbol": "symbol", "ticker": "symbol",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns of a file, one row a bar: `times` as written or read already; numbers, NaN where there is none."""

    times: Written
    numbers: dict[str, Floats]
    lines: NDArray[np.int64] | None = None  # line of each row where it is not row + 2


def line_of(table: Table, row: int) -> int:
    """The line of the file, counted from 1, on which a row stands."""
    return row + 2 if table.lines is None else int(table.lines[row])


def read_csv(path: Path, symbol: str) -> Table:
    """All rows of a file. Raises DataUnavailable naming file and line where it cannot be read."""
    try:
        plain = read_plain(path, lambda head: _plain_names(path, head, symbol), NUMBERS)
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, error) from error
    if plain is not None:
        return Table(*plain)
    text = _text_of(path)
    head, newline, body = text.partition("\n")
    if not newline or not body.strip():
        raise DataUnavailable(f"{path} has no rows", hint="it needs a line of headings and one line a bar")
    delimiter = _delimiter(head)
    names = _columns(path, next(csv.reader([head], delimiter=delimiter)), symbol)
    return _read_tolerant(path, body, names, delimiter, symbol)


def _plain_names(path: Path, head: str, symbol: str) -> list[str | None] | None:
    """The columns of a file whose fields are separated by commas and not quoted; None for other files."""
    if _delimiter(head) != "," or '"' in head:
        return None
    return _columns(path, head.split(","), symbol)


def _text_of(path: Path) -> str:
    try:
        content = path.read_bytes()
        if path.name.lower().endswith(".gz"):
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, error) from error
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DataUnavailable(f"{path} is not text", hint="save it as csv in UTF-8")


def _unreadable(path: Path, error: Exception) -> DataUnavailable:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return DataUnavailable(f"{path} cannot be read: {reason}", hint="is it cut short, or not gzip?")


def _delimiter(head: str) -> str:
    return max(",;\t|", key=head.count) if any(mark in head for mark in ",;\t|") else ","


def _columns(path: Path, headings: list[str], symbol: str) -> list[str | None]:
    """For each field of a line the column that it belongs to, None for what is not wanted."""
    if all(re.fullmatch(r"[\d.:/ T+-]*", heading.strip()) for heading in headings):
        raise DataUnavailable(
            f"{path} line 1: no headings", hint="write date,open,high,low,close,volume as its first line"
        )
    names: list[str | None] = []
    for heading in headings:
        name = column_of(heading, symbol)
        if name is None and _letters(heading, symbol).startswith("volume") and "volume" not in names:
            name = "volume"  # Volume BTC, Volume USDT: the first is in the symbol's own units
        if name is not None and name in names and name != "time":
            raise DataUnavailable(f"{path} line 1: two columns for {name.replace('_', ' ')}", hint="keep one of them")
        names.append(name)
    missing = [name for name in ("time", *NEEDED) if name not in names]
    if missing:
        lacking = ", ".join("date" if name == "time" else name for name in missing)
        its = ", ".join(heading.strip() for heading in headings)
        raise DataUnavailable(f"{path} line 1: no column for {lacking}", hint=f"its columns are {its}")
    times = [index for index, name in enumerate(names) if name == "time"]
    spoken = [_letters(headings[index], symbol) for index in times]
    if len(times) > 1 and sorted(spoken) != ["date", "time"]:  # a date and a time of day belong together
        best = next(
            (index for index, word in zip(times, spoken, strict=True) if word in ("date", "datetime")), times[-1]
        )
        names = [name if name != "time" or index == best else None for index, name in enumerate(names)]
    return names


def column_of(heading: str, symbol: str) -> str | None:
    """The column that a heading means: time, symbol or one of NUMBERS; None for anything else."""
    return _HEADINGS.get(_letters(heading, symbol))


def _letters(heading: str, symbol: str) -> str:
    """A heading's letters, without the symbol that some put before it: 'AAPL.Open', '1. open', '<OPEN>'."""
    plain = re.sub(rf"^{re.escape(symbol)}[ ._]", "", heading.strip(), flags=re.IGNORECASE)
    return re.sub(r"[^a-z]", "", plain.lower())


def _read_tolerant(path: Path, body: str, names: list[str | None], delimiter: str, symbol: str) -> Table:
    """Field by field, so that the line that cannot be read can be named."""
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter)
    for row in reader:
        if not any(field.strip() for field in row):
            continue
        if len(row) != len(names):
            raise DataUnavailable(
                f"{path} line {reader.line_num + 1}: {len(row)} fields, its headings are {len(names)}"
            )
        rows.append(row)
        lines.append(reader.line_num + 1)
    if "symbol" in names:
        kept = _rows_of(path, rows, names.index("symbol"), symbol)
        rows, lines = [rows[index] for index in kept], [lines[index] for index in kept]
    when = [index for index, name in enumerate(names) if name == "time"]
    times = np.array([" ".join(row[index].strip() for index in when) for row in rows])
    fields = {name: [row[names.index(name)] for row in rows] for name in NUMBERS if name in names}
    style = number_style([field for name in NEEDED for field in fields[name]], delimiter)
    numbers = {name: _parse_column(path, name, column, lines, style) for name, column in fields.items()}
    return Table(times, numbers, np.array(lines))


def _rows_of(path: Path, rows: list[list[str]], column: int, symbol: str) -> list[int]:
    """Which rows are the symbol's, in a file that names the symbol in each row."""
    named = {row[column].strip().casefold() for row in rows}
    if len(named) == 1:
        return list(range(len(rows)))
    kept = [index for index, row in enumerate(rows) if row[column].strip().casefold() == symbol.casefold()]
    if not kept:
        raise DataUnavailable(
            f"{path} holds {len(named)} symbols, none of them {symbol}", hint="keep one file a symbol"
        )
    return kept


def _parse_column(path: Path, name: str, column: list[str], lines: list[int], style: NumberStyle) -> Floats:
    values = np.empty(len(column))
    for row, field in enumerate(column):
        try:
            values[row] = parse_number(field, style)
        except ValueError:
            raise DataUnavailable(
                f"{path} line {lines[row]}: {name.replace('_', ' ')} '{field.strip()[:40]}' is not a number"
            ) from None
    return values
