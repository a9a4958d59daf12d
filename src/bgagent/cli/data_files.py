"""Files and lengths of bars as a person names them on the command line."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from bgagent.errors import BadUse
from bgagent.periods import Timeframe

if TYPE_CHECKING:
    from bgagent.data.folder import SeriesFile


def series_files(paths: Iterable[Path]) -> "Iterable[SeriesFile]":
    """The files named, and those in the directories named. Raises BadUse for what is no file of prices."""
    from bgagent.data.folder import FolderProvider, series_file

    for path in paths:
        if path.is_dir():
            found = FolderProvider([path]).files()
            if not found:
                raise BadUse(f"{path} has no csv or parquet files")
            yield from found
        elif not path.exists():
            raise BadUse(f"there is no file {path}")
        else:
            file = series_file(path)
            if file is None:
                raise BadUse(f"{path} is neither csv nor parquet", hint="its name ends in .csv, .csv.gz or .parquet")
            yield file


def renamed(file: "SeriesFile", symbol: str | None, timeframe: str | None) -> "tuple[SeriesFile, str]":
    """The file as the options say, and the name under which it is kept."""
    from dataclasses import replace

    from bgagent.data.export import FORMATS, export_name

    if symbol is None and timeframe is None:
        return file, file.path.name
    file = replace(
        file,
        symbol=symbol or file.symbol,
        timeframe=file.timeframe if timeframe is None else timeframe_of(timeframe),
    )
    kinds = sorted(FORMATS, key=len, reverse=True)
    kind = next(kind for kind in kinds if file.path.name.lower().endswith(f".{kind}"))
    return file, export_name(file.symbol, file.timeframe, kind)


def timeframe_of(text: str) -> Timeframe:
    """The length of bars that a text means. Raises BadUse naming those there are."""
    try:
        return Timeframe(text)
    except ValueError:
        lengths = ", ".join(Timeframe)
        raise BadUse(f"'{text}' is no length of bars", hint=f"use one of {lengths}") from None
