"""How many trades returned how much, as bars."""

from collections.abc import Sequence

from bgagent.artifacts.breakdown import ReturnBin
from bgagent.reporting.canvas import HALF, Canvas, drawing
from bgagent.reporting.plot import value_ticks
from bgagent.reporting.writer import Writer

_HEIGHT = 170
_TOP = 14


def returns_chart(bins: Sequence[ReturnBin], label: str, write: Writer, canvas: Canvas = HALF) -> str:
    """SVG of the trades counted by their return, losses and gains apart by colour and by the line at 0.

    Raises ValueError when there is no bin.
    """
    if not bins:
        raise ValueError("a distribution needs a trade")
    left, width = 44, canvas.width - 70
    highest = max(each.trades for each in bins)
    step = width / len(bins)
    foot = _TOP + _HEIGHT

    def y(count: float) -> float:
        return foot - _HEIGHT * count / highest

    counts = [tick for tick in value_ticks(0, highest, 4) if tick == int(tick)]
    grid = "".join(f"M{left} {y(tick):.1f}h{width}" for tick in counts)
    body = [f'<path class="grid" d="{grid}"/>']
    body += [
        f'<text x="{left - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{write.count(tick)}</text>' for tick in counts
    ]
    for at, each in enumerate(bins):
        if each.trades:
            look = "gains" if each.from_ >= 0 else "losses"
            x, top = left + at * step + 1, y(each.trades)
            body.append(
                f'<rect class="{look}" x="{x:.1f}" y="{top:.1f}" width="{step - 2:.1f}" height="{foot - top:.1f}"/>'
            )
    every = max(1, -(-len(bins) // (canvas.width // 75)))
    zero = next((at for at, each in enumerate(bins) if each.from_ == 0), len(bins))
    edges = [*(each.from_ for each in bins), bins[-1].to]
    for at, edge in enumerate(edges):
        if (at - zero) % every == 0:
            text = write.figure(f"{round(edge * 100, 9):g}%")
            body.append(f'<text x="{left + at * step:.1f}" y="{foot + 18}" text-anchor="middle">{text}</text>')
    body.append(f'<path class="zero" d="M{left + zero * step:.1f} {_TOP}v{_HEIGHT}"/>')
    return drawing(canvas, foot + 28, write.say("Closed trades of {run} by their return", run=label), body)
