"""A report on disk: the page in its three forms, and the folder with everything it was made of."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from bgagent.artifacts.attempts import Attempt
from bgagent.artifacts.codec import to_json
from bgagent.artifacts.report import Curve, Report, TradeRow
from bgagent.artifacts.request import Request
from bgagent.reporting.canvas import standalone
from bgagent.reporting.charts import draw_charts
from bgagent.reporting.html import to_html
from bgagent.reporting.markdown import to_markdown
from bgagent.reporting.write import write_bytes, write_json, write_text

_EQUITY_COLUMNS = ("at", "equity", "cash", "position_value", "benchmark_equity", "drawdown")


@dataclass(frozen=True, slots=True)
class ReportPaths:
    """Where a job's report lies. folder: with request, spec, charts, attempts, strategy.py, trades.csv, equity.csv."""

    json: Path
    markdown: Path
    html: Path
    folder: Path


def report_paths(reports: Path, job_id: str) -> ReportPaths:
    """Where the report of a job lies in a folder of reports, whether it is there or not."""
    return ReportPaths(
        reports / f"{job_id}.json", reports / f"{job_id}.md", reports / f"{job_id}.html", reports / job_id
    )


def write_report(
    report: Report,
    reports: Path,
    *,
    request: Request,
    curves: Sequence[Curve] = (),
    attempts: Sequence[Attempt] = (),
) -> ReportPaths:
    """Everything a report consists of; the JSON last, so that where it stands the rest is complete.

    reports: the folder of all reports. curves: one per run, in their order. The JSON is made before anything is
    written, so that a value it cannot hold costs no file. Raises MachineUnfit when the disk does not take it.
    """
    paths = report_paths(reports, report.job_id)
    whole = to_json(report)
    charts = draw_charts(report, curves)
    markdown, html = to_markdown(report), to_html(report, charts, curves)
    write_json(paths.folder / "request.json", request)
    if report.understood is not None:
        write_json(paths.folder / "spec.json", report.understood.spec)
    write_attempts(attempts, paths.folder / "attempts")
    for run, curve in zip(report.runs, curves, strict=True):
        write_text(reports / run.files.strategy, run.source)
        write_text(reports / run.files.trades, trades_csv(run.trades))
        write_text(reports / run.files.equity, equity_csv(curve))
    for path, chart in charts.items():
        write_text(reports / path, standalone(chart.wide))
    write_text(paths.markdown, markdown)
    write_text(paths.html, html)
    write_bytes(paths.json, whole)
    return paths


def write_attempts(attempts: Iterable[Attempt], folder: Path) -> None:
    """Each attempt's critique and sources: `1.json`, and `1.py` or, with several runs, `1-1.py`, `1-2.py`."""
    for attempt in attempts:
        write_json(folder / f"{attempt.number}.json", attempt)
        for number, source in enumerate(attempt.sources, start=1):
            name = f"{attempt.number}-{number}.py" if len(attempt.sources) > 1 else f"{attempt.number}.py"
            write_text(folder / name, source.text)


def trades_csv(trades: Iterable[TradeRow]) -> str:
    """One line a trade, columns named as in the JSON; undefined is empty."""
    names = [field.name.removesuffix("_") for field in fields(TradeRow)]
    return _csv(names, (astuple(trade) for trade in trades))


def equity_csv(curve: Curve) -> str:
    """One line a bar of the window, at its close; of several symbols with the worth of each position."""
    columns = [curve.at, curve.equity, curve.cash, curve.position_value, curve.benchmark, curve.drawdown]
    heads = [*_EQUITY_COLUMNS]
    if curve.paid_in:
        columns.append(curve.paid_in)
        heads.append("paid_in")
    for symbol, values in curve.holdings.items():
        columns.append(values)
        heads.append(f"value_{symbol}")
    return _csv(heads, zip(*columns, strict=True))


def _csv(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([_safe(value) for value in row] for row in rows)
    return text.getvalue()


def _safe(value: object) -> object:
    """Text that a spreadsheet would take for a formula is kept from being one; numbers stay as they are."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value
