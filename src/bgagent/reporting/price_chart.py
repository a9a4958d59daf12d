"""The price of a symbol with every entry and exit marked where it was filled."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bgagent.artifacts.report import Curve, RunRow, StopLine, TradeRow
from bgagent.reporting.canvas import LOG_SCALE, WIDE, Canvas, axes, drawing, legend
from bgagent.reporting.plot import Panel, line, spanning
from bgagent.reporting.writer import Writer


@dataclass(frozen=True, slots=True)
class _Mark:
    """A sign of the chart: its name in the legend, its class, and its outline around the fill."""

    name: str
    look: str
    outline: str
    legend_y: int = -4


_MARKS = {
    "long": _Mark("Long entry", "mark long", "m0 1l6.5 11h-13z", -11),
    "short": _Mark("Short entry", "mark short", "m0 -1l6.5 -11h-13z", 2),
    "exit": _Mark("Exit", "hollow", "m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z"),
    "stop": _Mark("Stopped out", "cross", "m-4.5 -4.5l9 9m0 -9l-9 9"),
    "target": _Mark("Target reached", "mark target", "m0 -7l7 7l-7 7l-7 -7z"),
    "ruin": _Mark("Closed by ruin", "mark ruin", "m-5 -5h10v10h-10z"),
}
_PIXELS_A_MARK = 6
_IN_SIGHT = 0.25  # of the range of prices beyond its ends
_EXITS = {"stop_loss": "stop", "trailing_stop": "stop", "take_profit": "target", "ruin": "ruin"}


def price_chart(row: RunRow, curve: Curve, symbol: str, write: Writer, canvas: Canvas = WIDE) -> str:
    """SVG of a symbol's closes, its fills at their prices, its stops, and a strip where a position was held.

    Raises ValueError when there is no bar.
    """
    if not curve.at:
        raise ValueError("a price chart needs a bar")
    trades = [trade for trade in row.trades if trade.symbol == symbol]
    points = _points(trades, curve.at)
    closes = np.array(curve.closes[symbol])
    stops = _stops(row, curve, symbol)
    levels = [level for steps, _ in stops for _, level in steps]
    prices = np.concatenate([closes, levels, *([price for _, price in fills] for fills in points.values())])
    used = [(_MARKS[kind], fills) for kind, fills in points.items() if fills]
    span = spanning(prices, share=0.09)
    entries = _entries(symbol, [mark for mark, _ in used], write, traded=bool(trades), stopped=bool(stops))
    head, top = legend([*entries, ("", write.say(LOG_SCALE))] if span.log else entries, canvas)
    panel = canvas.panel(top, canvas.height, span, len(curve.at))
    body = [
        head,
        axes(panel, curve.at, canvas, lambda value: write.figure(_price_label(value))),
        f'<path class="line price" d="{line(panel, closes)}"/>',
    ]
    if trades:
        body.append(f'<path class="held" d="{_held(trades, curve.at, panel)}"/>')
    if stops:
        body.append(f'<path class="line stop" d="{"".join(_steps(*stop, panel) for stop in stops)}"/>')
    crowd = sum(len(fills) for _, fills in used)
    size = 1.0 if crowd <= canvas.width / _PIXELS_A_MARK else 0.6
    body.extend(_drawn(mark, fills, panel, size) for mark, fills in used)
    about = write.say(
        "Closing price of {symbol}, {start} to {end}, with entries and exits of {run}",
        symbol=symbol,
        start=curve.at[0],
        end=curve.at[-1],
        run=row.label,
    )
    return drawing(canvas, panel.top + panel.height + 30, about, body)


def _drawn(mark: _Mark, fills: Sequence[tuple[int, float]], panel: Panel, size: float) -> str:
    """All marks of one kind as one path; smaller where there are many."""
    steps = (f"M{panel.x(bar) / size:.1f} {panel.y(price) / size:.1f}{mark.outline}" for bar, price in fills)
    scaled = f' transform="scale({size})"' if size < 1 else ""
    return f'<path class="{mark.look}"{scaled} d="{"".join(steps)}"/>'


def _entries(
    symbol: str, used: Sequence[_Mark], write: Writer, *, traded: bool, stopped: bool
) -> list[tuple[str, str]]:
    """(sign, name) of everything that the legend explains."""
    entries = [('<path class="line price" d="M0 -4h24"/>', write.say("{symbol} close", symbol=symbol))]
    entries += [
        (f'<path class="{mark.look}" d="M12 {mark.legend_y}{mark.outline}"/>', write.say(mark.name)) for mark in used
    ]
    if stopped:
        entries.append(('<path class="line stop" d="M0 -4h24"/>', write.say("Stop loss")))
    if traded:
        entries.append(('<rect class="held" x="0" y="-8" width="24" height="6"/>', write.say("Position held")))
    return entries


def _points(trades: Sequence[TradeRow], at: Sequence[str]) -> dict[str, list[tuple[int, float]]]:
    """(bar, price) of every fill, by the mark that shows it."""
    bar_of = {stamp: bar for bar, stamp in enumerate(at)}
    points: dict[str, list[tuple[int, float]]] = {kind: [] for kind in _MARKS}
    for trade in trades:
        points[trade.direction].append((bar_of[trade.entry_at], trade.entry_price))
        if trade.exit_at is not None and trade.exit_price is not None:
            points[_EXITS.get(trade.exit_reason, "exit")].append((bar_of[trade.exit_at], trade.exit_price))
    return points


def _stops(row: RunRow, curve: Curve, symbol: str) -> list[tuple[StopLine, int]]:
    """(levels, bar of the exit) of each trade that had a stop, those out of sight of the prices left out."""
    last = len(curve.at) - 1
    bar_of = {stamp: bar for bar, stamp in enumerate(curve.at)}
    closes = curve.closes[symbol]
    low, high = min(closes), max(closes)
    low, high = low - (high - low) * _IN_SIGHT, high + (high - low) * _IN_SIGHT
    return [
        (steps, bar_of[trade.exit_at] if trade.exit_at is not None else last)
        for trade, steps in zip(row.trades, curve.stops, strict=False)
        if trade.symbol == symbol and steps and all(low <= level <= high for _, level in steps)
    ]


def _steps(steps: StopLine, end: int, panel: Panel) -> str:
    """Path data of a level that lies still and jumps; jumps nearer together than a pixel as one."""
    kept = [steps[0]]
    for step in steps[1:]:
        if panel.x(step[0]) - panel.x(kept[-1][0]) < 1:
            kept[-1] = (kept[-1][0], step[1])
        else:
            kept.append(step)
    (bar, level), *others = kept
    jumps = "".join(f"H{panel.x(bar):.1f}V{panel.y(level):.1f}" for bar, level in others)
    return f"M{panel.x(bar):.1f} {panel.y(level):.1f}{jumps}H{max(panel.x(end), panel.x(kept[-1][0]) + 1):.1f}"


def _held(trades: Sequence[TradeRow], at: Sequence[str], panel: Panel) -> str:
    """Path data of the strip at the panel's foot: one piece for each stretch of time with a position."""
    bar_of = {stamp: bar for bar, stamp in enumerate(at)}
    stretches: list[list[float]] = []
    for trade in sorted(trades, key=lambda each: each.entry_at):
        start = panel.x(bar_of[trade.entry_at])
        stop = panel.x(bar_of[trade.exit_at] if trade.exit_at is not None else len(at) - 1)
        if stretches and start <= stretches[-1][1]:
            stretches[-1][1] = max(stretches[-1][1], stop)
        else:
            stretches.append([start, stop])
    foot = panel.top + panel.height - 7
    return "".join(f"M{start:.1f} {foot:.1f}h{max(stop - start, 1.5):.1f}v6H{start:.1f}z" for start, stop in stretches)


def _price_label(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.10g}"
