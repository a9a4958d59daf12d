"""Dates and UTC times written the ISO way, in bulk."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Times

_BLOCK = 65_536  # rows

# as written; or read already: datetime64[s] for times with a Z, datetime64[D] for days alone
Written = NDArray[np.str_] | NDArray[np.bytes_] | Times


def packed(written: NDArray[np.bytes_]) -> Written:
    """Days alone and UTC times as datetime64[D] and datetime64[s], a fraction of the text; anything else as it is."""
    if written.dtype.itemsize == 10 and (days := iso_days(written)) is not None:
        return days
    times = iso_utc(written) if written.dtype.itemsize == 20 else None
    return written if times is None else times


def iso_days(written: Written) -> Times | None:
    """The quick way for 2024-01-02 with anything after it; None when a row is written otherwise."""
    if written.dtype.kind == "M":
        return written.astype("datetime64[D]")

    def is_iso(letters: NDArray[np.bytes_]) -> bool:
        marks = (letters[:, 4] == b"-") & (letters[:, 7] == b"-") & np.isin(letters[:, 10], (b"", b" ", b"T"))
        return bool(np.all(marks))

    return _by_block(written, 11, is_iso, "S10", "datetime64[D]")


def iso_utc(written: Written) -> Times | None:
    """The quick way for 2024-01-02T13:30:00Z; None when a row is written otherwise."""
    if written.dtype == np.dtype("datetime64[s]"):
        return written.astype("datetime64[s]", copy=False)
    marks = ((4, b"-"), (7, b"-"), (13, b":"), (19, b"Z"), (20, b""))

    def is_iso(letters: NDArray[np.bytes_]) -> bool:
        return all(bool(np.all(letters[:, place] == mark)) for place, mark in marks)

    return _by_block(written, 21, is_iso, "S19", "datetime64[s]")


def _by_block(
    written: Written, width: int, is_iso: Callable[[NDArray[np.bytes_]], bool], cut: str, kind: str
) -> Times | None:
    """Times from texts of one shape, a block at a time; is_iso looks at the (n, width) first letters of a block."""
    if not len(written):
        return None
    times = np.empty(len(written), dtype=kind)
    try:
        for start in range(0, len(written), _BLOCK):
            block = written[start : start + _BLOCK]
            if not is_iso(block.astype(f"S{width}").view("S1").reshape(len(block), width)):
                return None
            times[start : start + _BLOCK] = block.astype(cut).astype(kind)
    except ValueError:  # letters that are not ASCII, or no such day
        return None
    return times
