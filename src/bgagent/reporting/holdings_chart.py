"""What a run of several symbols held: each position as a share of equity, one upon the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bgagent.artifacts.report import Curve
from bgagent.bars import Floats
from bgagent.reporting.canvas import WIDE, Canvas, axes, drawing, legend
from bgagent.reporting.plot import Range, area, line
from bgagent.reporting.writer import Writer

LOOKS = ("one", "two", "three", "four", "five", "six")  # classes of the style sheet
OTHERS = "others"
FULL = 1.0


@dataclass(frozen=True, slots=True)
class Band:
    """One symbol's share of equity on each bar, or that of all small ones together; look: its class."""

    name: str
    look: str
    shares: Floats


def bands(curve: Curve, write: Writer) -> tuple[Band, ...]:
    """The six symbols with the most equity on average, as listed, and all others together.

    Raises ValueError for a run of one symbol.
    """
    if not curve.holdings:
        raise ValueError("holdings are drawn of a run of several symbols")
    equity = np.array(curve.equity)
    shares = {
        symbol: np.divide(values, equity, out=np.zeros(len(equity)), where=equity > 0)
        for symbol, values in curve.holdings.items()
    }
    largest = sorted(shares, key=lambda symbol: -float(np.abs(shares[symbol]).mean()))[: len(LOOKS)]
    shown = [symbol for symbol in shares if symbol in largest]
    found = [Band(symbol, look, shares[symbol]) for symbol, look in zip(shown, LOOKS, strict=False)]
    rest = [shares[symbol] for symbol in shares if symbol not in largest]
    if rest:
        found.append(Band(write.say("{n} others", n=write.count(len(rest))), OTHERS, np.sum(rest, axis=0)))
    return tuple(found)


def can_stack(found: Sequence[Band]) -> bool:
    """Whether the shares may stand upon each other: none is below 0."""
    return all(float(band.shares.min()) >= 0 for band in found)


def holdings_chart(curve: Curve, label: str, write: Writer, canvas: Canvas = WIDE) -> str:
    """SVG of the shares of equity, stacked; as lines where something was sold short. What is missing to 100 % is cash.

    Raises ValueError without a bar.
    """
    if not curve.at:
        raise ValueError("a chart of holdings needs a bar")
    found = bands(curve, write)
    stacked = can_stack(found)
    entries = [(_sign(band, stacked=stacked), band.name) for band in found]
    head, top = legend([*entries, *([("", write.say("the rest is cash"))] if stacked else [])], canvas)
    tops = list(np.cumsum([band.shares for band in found], axis=0)) if stacked else [band.shares for band in found]
    lowest, highest = min(0.0, *(float(each.min()) for each in tops)), max(float(each.max()) for each in tops)
    span = Range(lowest * 1.05, max(FULL if stacked else 0.0, highest) * (1.0 if stacked else 1.05) or FULL)
    panel = canvas.panel(top, canvas.height, span, len(curve.at))
    drawn = zip(reversed(found), reversed(tops), strict=True)
    grid = axes(panel, curve.at, canvas, lambda value: write.figure(f"{round(value * 100, 9):g}%"))
    if stacked:  # the tallest first, each next one over it, the grid over all of them
        paths = [f'<path class="band {band.look}" d="{area(panel, values, 0.0)}"/>' for band, values in drawn]
        body = [head, *paths, grid]
    else:
        paths = [f'<path class="line {band.look}" d="{line(panel, values)}"/>' for band, values in drawn]
        body = [head, grid, *paths]
    about = write.say(
        "Shares of equity held by {run}, {start} to {end}", run=label, start=curve.at[0], end=curve.at[-1]
    )
    return drawing(canvas, panel.top + panel.height + 30, about, body)


def _sign(band: Band, *, stacked: bool) -> str:
    if stacked:
        return f'<rect class="band {band.look}" x="6" y="-11" width="14" height="14" rx="2"/>'
    return f'<path class="line {band.look}" d="M0 -4h24"/>'
