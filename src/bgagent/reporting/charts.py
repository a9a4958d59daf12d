"""Every drawing of a report, by the path under which it stands in the JSON."""

from collections.abc import Sequence
from dataclasses import dataclass

from bgagent.artifacts.report import Curve, Report
from bgagent.reporting.canvas import HALF, NARROW, WIDE
from bgagent.reporting.equity_chart import equity_chart
from bgagent.reporting.holdings_chart import holdings_chart
from bgagent.reporting.localised import localised
from bgagent.reporting.price_chart import price_chart
from bgagent.reporting.returns_chart import returns_chart
from bgagent.reporting.view import writer_for


@dataclass(frozen=True, slots=True)
class Chart:
    """One drawing in two widths: for files and wide pages, and for a telephone."""

    wide: str
    narrow: str


def draw_charts(report: Report, curves: Sequence[Curve]) -> dict[str, Chart]:
    """SVG of each run's equity, of its price or holdings, and of all runs together where there are several.

    curves: one per run, in their order. Empty for a job without a result.
    """
    if report.understood is None or not report.runs:
        return {}
    report = localised(report)
    write = writer_for(report, with_symbol=True)
    pairs = tuple(zip(report.runs, curves, strict=True))
    drawn: dict[str, Chart] = {}
    for run, curve in pairs:
        symbol = next(iter(curve.closes))
        drawn[run.files.equity_chart] = Chart(
            *(equity_chart([(run, curve)], write, canvas) for canvas in (WIDE, NARROW))
        )
        if run.files.price_chart:
            drawn[run.files.price_chart] = Chart(
                *(price_chart(run, curve, symbol, write, canvas) for canvas in (WIDE, NARROW))
            )
        if run.files.holdings_chart:
            drawn[run.files.holdings_chart] = Chart(
                *(holdings_chart(curve, run.label, write, canvas) for canvas in (WIDE, NARROW))
            )
        if run.files.returns_chart:
            drawn[run.files.returns_chart] = Chart(
                *(returns_chart(run.trade_returns, run.label, write, canvas) for canvas in (HALF, NARROW))
            )
    if report.comparison_chart:
        drawn[report.comparison_chart] = Chart(*(equity_chart(pairs, write, canvas) for canvas in (WIDE, NARROW)))
    return drawn
