"""The parts of a plot as SVG text: scales, ticks, lines thinned to one low and high per pixel column."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bgagent.bars import Floats


@dataclass(frozen=True, slots=True)
class Panel:
    """A rectangle of the drawing, in pixels, with the values its lower and upper edge stand for.

    log: equal distances are equal ratios; both edges are above 0 then.
    """

    left: float
    top: float
    width: float
    height: float
    low: float
    high: float
    bars: int
    log: bool = False

    def x(self, bar: float) -> float:
        """Pixel of a bar's middle; the first bar sits on the left edge, the last on the right."""
        return self.left + (self.width * bar / (self.bars - 1) if self.bars > 1 else self.width / 2)

    def y(self, value: float) -> float:
        """Pixel of a value, larger values higher up."""
        if self.log:
            return self.top + self.height * math.log(self.high / value) / math.log(self.high / self.low)
        return self.top + self.height * (self.high - value) / (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Range:
    """The values an axis spans, and whether it is logarithmic."""

    low: float
    high: float
    log: bool = False


LOG_FROM = 8.0  # highest over lowest value; below that equal distances read better


def spanning(values: Floats, *, share: float = 0.06, may_be_log: bool = True) -> Range:
    """The range of the values with some air around it; a single value gets a range too.

    Logarithmic where the values are above 0 and grow so much that the small ones would lie flat on the axis.
    """
    low, high = float(values.min()), float(values.max())
    if may_be_log and low > 0 and high / low >= LOG_FROM:
        air = (high / low) ** share
        return Range(low / air, high * air, log=True)
    air = (high - low) * share or abs(high) * 0.01 or 1.0
    return Range(low - air, high + air)


def value_ticks(low: float, high: float, wanted: int) -> tuple[float, ...]:
    """Round numbers (1, 2, 2.5 or 5 times a power of ten apart) inside a range, about `wanted` of them."""
    rough = (high - low) / max(wanted, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(index * step for index in range(first, last + 1))


def ratio_ticks(low: float, high: float) -> tuple[float, ...]:
    """1, 2 and 5 times powers of ten inside a range above 0; over more than two powers the powers alone."""
    factors = (1.0, 2.0, 5.0) if high / low < 200 else (1.0,)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = (factor * 10.0**power for power in powers for factor in factors)
    return tuple(tick for tick in ticks if low <= tick <= high)


_UNITS = (4, 7, 10, 13)  # of an ISO stamp: year, month, day, hour
_FINEST = 16  # minute


def time_ticks(at: Sequence[str], wanted: int) -> tuple[tuple[int, str], ...]:
    """(bar, label) where a year, month, day or hour begins: the coarsest unit with three of them, thinned."""
    changes: list[tuple[int, str]] = []
    for length in (*_UNITS, _FINEST):
        if length > len(at[0]) and changes:
            break
        starts = [0, *(bar for bar in range(1, len(at)) if at[bar][:length] != at[bar - 1][:length])]
        changes = [(bar, _label(at[bar], length)) for bar in starts if bar or _opens(at[0], length)]
        if len(changes) >= 3:
            break
    every = max(1, math.ceil(len(changes) / wanted))
    return tuple(changes[::every])


def _opens(stamp: str, length: int) -> bool:
    """True when a first bar at `stamp` is the beginning of its year or month, give or take a long weekend."""
    if length == 4:
        return stamp[5:7] == "01" and stamp[8:10] <= "05"
    return length != 7 or stamp[8:10] <= "05"


def _label(stamp: str, length: int) -> str:
    return stamp[:length] if length <= 10 else stamp[11:16]


def thinned(values: Floats, columns: int) -> tuple[Floats, Floats]:
    """(bar numbers, values) that look the same in `columns` pixel columns: of each one first, low, high, last.

    values: (n,), finite. The result keeps the order of the bars, and every extreme.
    """
    count = len(values)
    bars = np.arange(count, dtype=np.float64)
    if count <= 2 * columns:
        return bars, values
    edges = np.unique(np.linspace(0, count, columns + 1).astype(np.int64)[:-1])
    widths = np.diff(np.append(edges, count))
    rows = [values[start : start + width] for start, width in zip(edges, widths, strict=True)]
    lows = edges + np.array([int(row.argmin()) for row in rows])
    highs = edges + np.array([int(row.argmax()) for row in rows])
    kept = np.unique(np.concatenate([lows, highs, [0, count - 1]]))
    return bars[kept], values[kept]


def line(panel: Panel, values: Floats) -> str:
    """SVG path data of a series over all bars of the panel."""
    bars, kept = thinned(values, round(panel.width))
    x = np.rint([panel.x(bar) * 10 for bar in bars]).astype(np.int64)
    y = np.rint([panel.y(value) * 10 for value in kept]).astype(np.int64)
    if len(x) == 1:
        return f"M{_tenths(x[0] - 30)} {_tenths(y[0])}h6"
    steps = [f"{_tenths(dx)} {_tenths(dy)}" for dx, dy in zip(np.diff(x), np.diff(y), strict=True)]
    return f"M{_tenths(x[0])} {_tenths(y[0])}l" + " ".join(steps)


def area(panel: Panel, values: Floats, base: float) -> str:
    """SVG path data of the surface between a series and the level `base`."""
    level = f"{panel.y(base):.1f}"
    if len(values) == 1:
        return f"M{panel.x(0) - 3:.1f} {level}V{panel.y(float(values[0])):.1f}h6V{level}Z"
    return f"{line(panel, values)}V{level}H{panel.left:.1f}Z"


def _tenths(value: int) -> str:
    whole, part = divmod(abs(int(value)), 10)
    return f"{'-' if value < 0 else ''}{whole}{f'.{part}' if part else ''}"
