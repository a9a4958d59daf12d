"""The paper a chart is drawn on: its sizes, axes, legend, and the SVG around it.

Colours follow the reader's light or dark setting; lines also differ by dashes and marks by shape, so that nothing
hangs on colour alone. No script, no request.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources

from bgagent.reporting.plot import Panel, Range, ratio_ticks, time_ticks, value_ticks
from bgagent.reporting.visible import visible


@dataclass(frozen=True, slots=True)
class Canvas:
    """Size of a drawing in pixels and how much its axes say."""

    width: int
    left: int
    height: int
    value_ticks: int
    time_ticks: int

    def panel(self, top: float, height: float, span: Range, bars: int) -> Panel:
        """A plot area over the whole width, right of the labels."""
        return Panel(self.left, top, self.width - self.left - 14, height, span.low, span.high, bars, span.log)


LOG_SCALE = "Logarithmic scale"

WIDE = Canvas(width=960, left=84, height=270, value_ticks=6, time_ticks=9)
HALF = Canvas(width=560, left=60, height=220, value_ticks=5, time_ticks=6)
NARROW = Canvas(width=372, left=66, height=220, value_ticks=5, time_ticks=4)


@cache
def chart_css() -> str:
    """The style that every chart needs, once per page."""
    text = resources.files(__package__).joinpath("templates", "chart.css").read_text(encoding="utf-8")
    return text.strip()


def standalone(svg: str) -> str:
    """A chart as a file of its own, style included."""
    head, rest = svg.split(">", 1)
    return f"{head}><style>{chart_css()}</style>{rest}\n"


def drawing(canvas: Canvas, height: float, about: str, body: Sequence[str]) -> str:
    """The SVG element; `about` is what it shows, for those who cannot see it."""
    shown = escape(visible(about))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {canvas.width} {height:.0f}" '
        f'width="{canvas.width}" height="{height:.0f}" role="img" aria-label="{shown}"><title>{shown}</title>'
        f'<rect class="ground" width="100%" height="100%"/>{"".join(body)}</svg>'
    )


def axes(
    panel: Panel,
    at: Sequence[str],
    canvas: Canvas,
    label: Callable[[float], str],
    *,
    ticks: int = 0,
    dated: bool = True,
) -> str:
    """Grid, value labels on the left and, when dated, time labels below."""
    labels: list[str] = []
    grid: list[str] = []
    wanted = ticks or canvas.value_ticks
    for value in ratio_ticks(panel.low, panel.high) if panel.log else value_ticks(panel.low, panel.high, wanted):
        y = panel.y(value)
        grid.append(f"M{panel.left} {y:.1f}h{panel.width}")
        labels.append(f'<text x="{panel.left - 8}" y="{y + 4:.1f}" text-anchor="end">{label(value)}</text>')
    for bar, stamp in time_ticks(at, canvas.time_ticks):
        x = panel.x(bar)
        grid.append(f"M{x:.1f} {panel.top}v{panel.height}")
        if dated:
            x = min(x, canvas.width - 4 - 4 * len(stamp))
            y = panel.top + panel.height + 18
            labels.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{stamp}</text>')
    return f'<path class="grid" d="{"".join(grid)}"/>{"".join(labels)}'


def legend(entries: Sequence[tuple[str, str]], canvas: Canvas) -> tuple[str, float]:
    """(SVG of signs with their names, wrapped to the width; the height it takes). An entry may be without a sign."""
    parts: list[str] = []
    x, y = 8.0, 20.0
    for sign, name in entries:
        text = shortened(name, canvas)
        width = 31 + 8.3 * len(text) + 14  # a wide font's bold letters are 8 pixels
        if x > 8 and x + width > canvas.width:
            x, y = 8.0, y + 22
        words = f'<text class="head" x="31">{escape(text)}</text>'
        parts.append(f'<g transform="translate({x:.0f} {y:.0f})">{sign}{words}</g>')
        x += width
    return "".join(parts), y + 16


def shortened(name: str, canvas: Canvas) -> str:
    """A name cut to the width of the drawing."""
    room = (canvas.width - 50) // 8
    kept = visible(name)
    return kept if len(kept) <= room else kept[: room - 1] + "…"
