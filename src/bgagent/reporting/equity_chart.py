"""Equity of one or several runs against the benchmark, with the drawdown below."""

from collections.abc import Sequence

import numpy as np

from bgagent.artifacts.report import Curve, RunRow
from bgagent.bars import Floats
from bgagent.reporting.canvas import LOG_SCALE, WIDE, Canvas, axes, drawing, legend, shortened
from bgagent.reporting.plot import Range, area, line, spanning
from bgagent.reporting.writer import Writer

_LINES = ("one", "two", "three", "four", "five", "six")  # classes of the style sheet
_BENCHMARK = "rest"
_PAID = "paid"


def equity_chart(runs: Sequence[tuple[RunRow, Curve]], write: Writer, canvas: Canvas = WIDE) -> str:
    """SVG of the equity of all runs and the first one's benchmark; the first one's drawdown lies below.

    Raises ValueError when there is no run, or one without a bar.
    """
    if not runs or not all(curve.at for _, curve in runs):
        raise ValueError("an equity chart needs a run with a bar")
    row, curve = runs[0]
    lines = _lines(runs, write)
    entries = [(_sign(look), _name(name, final, write)) for look, name, final, _ in lines]
    # what is paid in makes equity grow by steps, which a logarithmic scale would hide
    span = spanning(np.concatenate([values for *_, values in lines]), may_be_log=not curve.paid_in)
    head, top = legend([*entries, ("", write.say(LOG_SCALE))] if span.log else entries, canvas)
    panel = canvas.panel(top, canvas.height, span, len(curve.at))
    drawdown = np.array(curve.drawdown)
    deepest = min(float(drawdown.min()) * 1.08, -0.01)
    below = canvas.panel(panel.top + panel.height + 58, 92, Range(deepest, 0.0), len(curve.at))
    title = write.say("Drawdown") if len(runs) == 1 else write.say("Drawdown of {run}", run=row.label)
    body = [
        head,
        axes(panel, curve.at, canvas, lambda value: write.figure(_money_label(value))),
        *(f'<path class="line {look}" d="{line(panel, values)}"/>' for look, _, _, values in reversed(lines)),
        f'<text class="head" x="8" y="{below.top - 11:.0f}">{shortened(title, canvas)}</text>',
        axes(below, curve.at, canvas, lambda value: write.figure(_percent_label(value)), ticks=3, dated=False),
        f'<path class="fall" d="{area(below, drawdown, 0.0)}"/><path class="line depth" d="{line(below, drawdown)}"/>',
    ]
    about = write.say(
        "Equity of {runs} against {benchmark}, {start} to {end}, drawdown below",
        runs=", ".join(run.label for run, _ in runs),
        benchmark=row.benchmark.label,
        start=curve.at[0],
        end=curve.at[-1],
    )
    return drawing(canvas, below.top + below.height + 12, about, body)


def _lines(runs: Sequence[tuple[RunRow, Curve]], write: Writer) -> list[tuple[str, str, float | None, Floats]]:
    """(class, name, final equity, equity per bar) of each line, the benchmark last.

    Where money was paid into the first run, a line shows what had come in by then.
    """
    lines: list[tuple[str, str, float | None, Floats]] = [
        (_LINES[number % len(_LINES)], run.label, run.final_equity, np.array(curve.equity))
        for number, (run, curve) in enumerate(runs)
    ]
    row, curve = runs[0]
    if curve.paid_in:
        lines.append((_PAID, write.say("Paid in"), curve.paid_in[-1], np.array(curve.paid_in)))
    return [*lines, (_BENCHMARK, row.benchmark.label, row.benchmark.final_equity, np.array(curve.benchmark))]


def _sign(look: str) -> str:
    return f'<path class="line {look}" d="M0 -4h24"/>'


def _name(name: str, final: float | None, write: Writer) -> str:
    return name if final is None else f"{name}: {write.money(final)}"


def _money_label(value: float) -> str:
    if abs(value) >= 1e7:
        return f"{value / 1e6:,g}M"
    return f"{value:,.0f}" if value == int(value) else f"{value:,g}"


def _percent_label(value: float) -> str:
    return f"{round(value * 100, 9):g}%"
