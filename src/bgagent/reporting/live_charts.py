"""Charts to zoom and to point at: the script that draws them, and the figures it is given.

The script is TradingView's lightweight-charts (Apache-2.0, its logo stays on the chart), carried by the package
litecharts; nothing else here knows where it comes from. The pages show drawings without script where it is off.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from importlib.util import find_spec
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from bgagent.artifacts.report import Curve, Report, RunRow
from bgagent.bars import Floats
from bgagent.errors import MachineUnfit
from bgagent.reporting.holdings_chart import bands, can_stack
from bgagent.reporting.plot import LOG_FROM
from bgagent.reporting.visible import visible
from bgagent.reporting.writer import Writer

CARRIER = "litecharts"
MOST_TRADES = 2000  # on a page; more of them would make it slow to open
MOST_PRICES = 12_000  # of all symbols of a run together; a page holds no prices where there are more
MOST_POINTS = 6000  # of one line; more bars are drawn together, as many as it takes
LOGO_STYLE = (
    "a#tv-attr-logo{--fill:#131722;--stroke:#fff;position:absolute;left:10px;bottom:10px;height:19px;width:35px;"
    "margin:0;padding:0;border:0;z-index:3;}a#tv-attr-logo[data-dark]{--fill:#D1D4DC;--stroke:#131722;}"
)  # the style sheet that the script adds for its logo, so that the page can allow it

_WORDS = (
    "Copy",
    "Copied",
    "Filter",
    "Clear",
    "{shown} of {all}",
    "Show in the chart",
    "Stop loss",
    "Take profit",
    "Drawdown",
    "Equity",
    "Show all",
    "Each candle stands for {n} bars",
    "Paid in",
    "Shares of equity",
)

_SHARED = ("times", "open", "high", "low", "close", "held")


@cache
def library() -> str:
    """The chart script. Raises MachineUnfit when the package that carries it is not installed whole."""
    found = find_spec(CARRIER)
    for folder in found.submodule_search_locations or () if found else ():
        script = Path(folder) / "js" / "lightweight-charts.js"
        if script.is_file():
            return script.read_text(encoding="utf-8")
    raise MachineUnfit(f"the chart script is missing: no {CARRIER} is installed here", hint="run make setup")


def chart_data(report: Report, curves: Sequence[Curve], write: Writer) -> str:
    """What the script draws, as JSON that may stand inside a page; empty for a report without a run.

    curves: one per run, in their order.
    """
    if not report.runs:
        return ""
    first, *others = (_run(run, curve, write) for run, curve in zip(report.runs, curves, strict=True))
    for other in others:  # what is the same for all stands once
        for name in _SHARED:
            if other[name] == first[name]:
                del other[name]
    data = {
        "language": report.lang,
        "decimal": write.catalogue.decimal,
        "group": write.catalogue.group,
        "words": {word: write.say(word) for word in _WORDS},
        "runs": [first, *others],
    }
    text: str = msgspec.json.encode(data).decode()
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _run(run: RunRow, curve: Curve, write: Writer) -> dict[str, Any]:
    count = len(curve.at)
    together = -(-count // MOST_POINTS)
    starts = np.arange(0, count, together)
    ends = np.append(starts[1:], count) - 1
    closes = np.array(next(iter(curve.closes.values())))
    opens, highs, lows = (np.array(each or closes) for each in (curve.opens, curve.highs, curve.lows))
    decimals = _decimals(closes)
    money = _decimals(np.array(curve.equity))
    bar_of = {stamp: bar // together for bar, stamp in enumerate(curve.at)}
    return {
        "label": visible(run.label),
        "benchmark": visible(run.benchmark.label),
        "symbol": visible(next(iter(curve.closes))),
        "together": together,
        "decimals": decimals,
        "shown": _shown_decimals(closes, decimals),
        "log": bool(closes.min() > 0 and closes.max() / closes.min() >= LOG_FROM),
        "times": [_time(curve.at[start]) for start in starts.tolist()],
        "open": _rounded(opens[starts], decimals),
        "high": _rounded(np.maximum.reduceat(highs, starts), decimals),
        "low": _rounded(np.minimum.reduceat(lows, starts), decimals),
        "close": _rounded(closes[ends], decimals),
        "equity": _rounded(np.array(curve.equity)[ends], money),
        "held": _rounded(np.array(curve.benchmark)[ends], money) if len(curve.benchmark) == count else [],
        "paid": _rounded(np.array(curve.paid_in)[ends], money) if curve.paid_in else [],
        **_holdings(curve, ends, write),
        "drawdown": _rounded(np.minimum.reduceat(np.array(curve.drawdown), starts) * 100, 2),
        "overlays": [
            {"name": each.name, "pane": each.pane, "values": _rounded(np.array(each.values)[ends], decimals)}
            for each in curve.overlays
        ],
        "trades": [
            {
                "symbol": visible(trade.symbol),
                "in": bar_of[trade.entry_at],
                "at": trade.entry_price,
                "out": None if trade.exit_at is None else bar_of[trade.exit_at],
                "to": trade.exit_price,
                "side": trade.direction,
                "why": trade.exit_reason,
                "stop": list(
                    {bar // together: [bar // together, float(f"{level:.7g}")] for bar, level in steps}.values()
                ),
                "target": trade.take_profit,
            }
            for trade, steps in zip(run.trades[:MOST_TRADES], chain(curve.stops, repeat(())), strict=False)
        ],
    }


def _holdings(curve: Curve, ends: NDArray[np.intp], write: Writer) -> dict[str, Any]:
    """Shares of equity in percent and closing prices, for a run of several symbols."""
    if not curve.holdings:
        return {"bands": [], "stacked": False, "prices": {}}
    found = bands(curve, write)
    closes = {symbol: np.array(values)[ends] for symbol, values in curve.closes.items()}
    few = len(closes) * len(ends) <= MOST_PRICES
    return {
        "prices": {visible(symbol): _rounded(each, _decimals(each)) for symbol, each in closes.items() if few},
        "stacked": can_stack(found),
        "bands": [
            {"name": visible(band.name), "look": band.look, "values": _rounded(band.shares[ends] * 100, 2)}
            for band in found
        ],
    }


def _decimals(values: Floats) -> int:
    """Decimals that keep six significant digits of the largest value, at least two."""
    largest = float(np.abs(values).max())
    return 2 if largest >= 1000 or largest == 0 else min(12, max(2, 5 - int(np.floor(np.log10(largest)))))


def _shown_decimals(closes: Floats, decimals: int) -> int:
    """Decimals of a price on the axis: cents from 10 on, as in the tables."""
    lowest = float(closes.min())
    return 2 if lowest >= 10 else 4 if lowest >= 1 else decimals


def _rounded(values: Floats, decimals: int) -> list[float | None]:
    return [value if value == value else None for value in np.round(values, decimals).tolist()]  # noqa: PLR0124 - NaN


def _time(stamp: str) -> int:
    """Seconds since 1970 of a date or a UTC stamp."""
    if len(stamp) > 10:
        return int(datetime.fromisoformat(stamp).timestamp())
    return (date.fromisoformat(stamp).toordinal() - 719_163) * 86_400
