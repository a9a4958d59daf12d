"""What stands on the page, in its order, as text and tables: markdown and HTML only lay it out."""

from collections.abc import Iterable
from dataclasses import dataclass

from bgagent.artifacts.report import ErrorRow, Report, RunRow
from bgagent.reporting import figures, tables
from bgagent.reporting.tables import Money, Table

_VERDICTS = {
    "trustworthy": "every check was made and passed",
    "caution": "read the reasons before you rely on this result",
    "reject": "do not rely on this result",
}
_HEADLINES = {
    "bad_use": "This could not be run as asked",
    "data_unavailable": "No price data",
    "needs_clarification": "One answer is missing",
    "needs_model": "Some words were not understood",
    "model_unavailable": "The language model could not be reached",
    "limit_reached": "A limit was reached",
    "stopped": "Stopped",
    "crashed": "The job's process died",
}


@dataclass(frozen=True, slots=True)
class RunView:
    """The sections of one run. account: what to know of it before its figures."""

    label: str
    account: tuple[str, ...]
    equity_chart: str
    price_chart: str
    benchmark: str
    metrics: tuple[Table, ...]
    trades: Table
    costs: Table
    break_even: str
    strategy_file: str
    trades_file: str
    equity_file: str
    source: str


@dataclass(frozen=True, slots=True)
class View:
    """The page. Empty texts and tables without rows are left out by the templates."""

    job_id: str
    title: str
    sentence: str
    understood: str
    synthetic: str
    verdict: str
    verdict_text: str
    reasons: tuple[str, ...]
    error: ErrorRow | None
    key_numbers: Table | None
    comparison_chart: str
    benchmark: str
    assumptions: Table
    clauses: Table
    runs: tuple[RunView, ...]
    checks: Table
    data: Table
    data_notes: tuple[str, ...]
    attempts: Table
    telemetry: Table
    definitions: Table
    rerun: str
    as_of: str


def view(report: Report, *, with_symbol: bool) -> View:
    """The report as it is read. with_symbol: amounts as `$1.00` rather than `1.00 USD`."""
    money = Money(report.understood.currency if report.understood else "USD", with_symbol)
    return View(
        job_id=report.job_id,
        title=_title(report),
        sentence=report.prompt,
        understood=report.understood.summary if report.understood else "",
        synthetic=_synthetic(report),
        verdict=report.verdict or "",
        verdict_text=_VERDICTS.get(report.verdict or "", ""),
        reasons=report.verdict_reasons,
        error=report.error,
        key_numbers=tables.key_numbers(report.runs, money) if report.runs else None,
        comparison_chart=report.comparison_chart,
        benchmark=report.runs[0].benchmark.label if report.runs else "",
        assumptions=tables.assumptions_table(report.assumptions),
        clauses=tables.clauses_table(report.clauses),
        runs=tuple(_run(report, run, money) for run in report.runs),
        checks=tables.checks_table(report.checks),
        data=tables.data_table(report.data),
        data_notes=tuple(_data_notes(report)),
        attempts=tables.attempts_table(report.attempts),
        telemetry=tables.telemetry_table(report.telemetry),
        definitions=tables.definitions_table(report.definitions),
        rerun=report.rerun,
        as_of=report.as_of or "",
    )


def _title(report: Report) -> str:
    if report.error is not None:
        return _HEADLINES.get(report.status, "No result")
    if report.understood is None:
        return report.job_id
    return f"{', '.join(report.understood.symbols)}, {report.understood.start} to {report.understood.end}"


def _synthetic(report: Report) -> str:
    made_up = [row.symbol for row in report.data if row.synthetic]
    if not made_up:
        return ""
    return (
        f"The prices of {', '.join(made_up)} were made up by a random number generator. "
        "Nothing here says anything about a real market."
    )


def _data_notes(report: Report) -> Iterable[str]:
    for row in report.data:
        yield from (f"{row.symbol}: {text}" for text in (*row.rejections, *row.warnings))


def _run(report: Report, run: RunRow, money: Money) -> RunView:
    costs = report.understood.spec.costs if report.understood else None
    return RunView(
        label=run.label,
        account=tuple(_account(report, run, money)),
        equity_chart=run.files.equity_chart,
        price_chart=run.files.price_chart,
        benchmark=run.benchmark.label,
        metrics=tables.metric_tables(run, money),
        trades=tables.trades_table(run, money),
        costs=tables.costs_table(run, costs, money) if costs is not None else Table((), ()),
        break_even=_break_even(run),
        strategy_file=run.files.strategy,
        trades_file=run.files.trades,
        equity_file=run.files.equity,
        source=run.source,
    )


def _account(report: Report, run: RunRow, money: Money) -> Iterable[str]:
    """What happened that the figures alone would not tell."""
    if not run.trades:
        yield f"No trade was made: the capital stayed in cash, {money(run.final_equity)} at the end."
        yield from (_sentence(check.detail) for check in report.checks if check.id == "traded")
    elif run.open_trades:
        held = "A position is" if run.open_trades == 1 else f"{figures.count(run.open_trades)} positions are"
        yield f"{held} still open at the last close: in the equity, not among the closed trades."
    yield from (_sentence(note) for note in run.notes)
    if run.dropped_orders:
        yield f"Decided on the last bar, so never filled: {_orders(run.dropped_orders)}."
    if run.cut_orders:
        yield f"Cut to what cash paid: {_orders(run.cut_orders)}."
    if run.ambiguous_bars:
        bars = "1 bar" if run.ambiguous_bars == 1 else f"{figures.count(run.ambiguous_bars)} bars"
        yield f"The order of events within {bars} is not known; the worse one was taken."


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('. ')}."


def _orders(number: int) -> str:
    return "1 order" if number == 1 else f"{figures.count(number)} orders"


def _break_even(run: RunRow) -> str:
    if not run.trades:
        return ""
    if run.break_even_cost_bps is not None:
        return f"Break-even cost: {figures.basis_points(run.break_even_cost_bps)} on each fill."
    total = run.metrics_without_costs.get("total_return")
    if isinstance(total, float | int) and total <= 0:
        return "Break-even cost: n/a, there is no gain even without costs."
    return "Break-even cost: n/a, a cost of the whole value of each fill would still leave some gain."
