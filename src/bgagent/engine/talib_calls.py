"""TA-Lib called on arrays with gaps: NaN until there are enough bars, each unbroken stretch on its own."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import Floats
from bgagent.engine.talib_loader import load_talib


def at_least(minimum: int, length: int) -> int:
    """The length. Raises ValueError when it is shorter than `minimum`."""
    if length < minimum:
        raise ValueError(f"a length must be {minimum} or more, was {length}")
    return length


def defined(values: Floats) -> Floats:
    """The values, NaN where they are not finite."""
    return np.where(np.isfinite(values), values, np.nan)


def from_talib(
    function: str,
    columns: tuple[Floats, ...],
    parameters: tuple[float, ...],
    *,
    warmup: int,
    output: int = 0,
    blank: int = 0,
) -> Floats:
    """One output of a TA-Lib function, computed on each unbroken stretch of defined values longer than `warmup`.

    blank: first places of each stretch to leave undefined, for functions of whole numbers, which put 0 there.
    """
    arrays = [np.ascontiguousarray(column, dtype=np.float64) for column in columns]
    if any(array.ndim != 1 or array.shape != arrays[0].shape for array in arrays):
        raise ValueError(f"{function} needs one-dimensional arrays of one length, got {[a.shape for a in arrays]}")
    call = getattr(load_talib(), function)
    result = np.full(len(arrays[0]), np.nan)
    for start, stop in _stretches(arrays):
        if stop - start > warmup:
            outputs = call(*(array[start:stop] for array in arrays), *parameters)
            result[start:stop] = outputs[output] if isinstance(outputs, tuple) else outputs
            result[start : start + blank] = np.nan
    return result


def flat_windows(values: Floats, length: int) -> NDArray[np.bool_] | None:
    """Where the last `length` values are all equal; None where there is no such place."""
    if length < 2 or len(values) < length:
        return None
    samples = values[:: max(1, length // 2)]  # two neighbours among them lie in any such place
    if not (samples[1:] == samples[:-1]).any():
        return None
    bars = np.arange(len(values))
    moved = np.ones(len(values), dtype=np.bool_)
    moved[1:] = values[1:] != values[:-1]
    flat: NDArray[np.bool_] = bars - np.maximum.accumulate(np.where(moved, bars, 0)) >= length - 1
    return flat if flat.any() else None


def _stretches(arrays: list[Floats]) -> Iterator[tuple[int, int]]:
    """Start and stop of each run of bars on which every array is finite."""
    finite = np.isfinite(arrays[0])
    for array in arrays[1:]:
        finite &= np.isfinite(array)
    if finite.all():
        yield 0, len(finite)
        return
    edges = np.flatnonzero(np.diff(finite.astype(np.int8), prepend=0, append=0))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
