"""What stands on the page, in its order, as text and tables: markdown and HTML only lay it out."""

from collections.abc import Iterable
from dataclasses import dataclass

from bgagent.artifacts.clauses import Clause
from bgagent.artifacts.report import ErrorRow, Report, RunRow
from bgagent.reporting import breakdown_tables, job_tables, run_tables
from bgagent.reporting.catalogue import catalogue
from bgagent.reporting.table import NOTHING, Table
from bgagent.reporting.writer import Writer

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

MOST_NAMED = 6  # symbols in the title

_ALL_TRADES = frozenset(
    {"entry", "symbols", "symbol", "universe", "size", "sizing", "direction", "weights", "payments"}
)
_ALL_TRADES |= {"top", "slots", "otherwise", "holds"}
_EXITS = {
    "exit": "rule",
    "stop_loss": "stop_loss",
    "take_profit": "take_profit",
    "trailing_stop": "trailing_stop",
    "hold_bars": "time",
    "schedule": "rebalance",
    "drift": "rebalance",
}


@dataclass(frozen=True, slots=True)
class TradesLink:
    """Leads from a clause to the trades it speaks of. run: number of the list, from 1. wanted: what to filter it by."""

    run: int
    label: str
    wanted: str


@dataclass(frozen=True, slots=True)
class RunView:
    """The sections of one run. account: what to know of it before its figures; a chart without a path is left out."""

    label: str
    account: tuple[str, ...]
    equity_chart: str
    price_chart: str
    holdings_chart: str
    returns_chart: str
    benchmark: str
    by_symbol: Table
    metrics: tuple[Table, ...]
    trades: Table
    costs: Table
    break_even: str
    late: Table
    months: Table
    years: Table
    bins: Table
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
    in_english: str
    synthetic: str
    verdict: str
    verdict_text: str
    reasons: tuple[str, ...]
    error: ErrorRow | None
    narrative: tuple[str, ...]
    key_numbers: Table | None
    has_payments: bool
    comparison_chart: str
    winners: Table
    winners_caveat: str
    correlations: Table
    benchmark: str
    assumptions: Table
    clauses: Table
    clause_trades: tuple[tuple[TradesLink, ...], ...]
    runs: tuple[RunView, ...]
    checks: Table
    data: Table
    data_notes: tuple[str, ...]
    attempts: Table
    telemetry: Table
    definitions: Table
    rerun: str
    as_of: str


def writer_for(report: Report, *, with_symbol: bool) -> Writer:
    """How this report is written: its language and currency."""
    currency = report.understood.currency if report.understood else "USD"
    return Writer(catalogue(report.lang), currency, with_symbol)


def view(report: Report, write: Writer) -> View:
    """The report as it is read."""
    say = write.say
    return View(
        job_id=report.job_id,
        title=_title(report, write),
        sentence=report.prompt,
        understood=report.understood.summary if report.understood else "",
        in_english="" if report.lang == "en" else say("Reasons, values and findings are given in English."),
        synthetic=_synthetic(report, write),
        verdict=report.verdict or "",
        verdict_text=say(_VERDICTS[report.verdict]) if report.verdict else "",
        reasons=report.verdict_reasons,
        error=report.error,
        narrative=report.narrative,
        key_numbers=run_tables.key_numbers(report.runs, write) if report.runs else None,
        has_payments=any(run.payments for run in report.runs),
        comparison_chart=report.comparison_chart,
        winners=run_tables.winners_table(report.comparison, report.runs, write),
        winners_caveat=_caveat(report, write),
        correlations=run_tables.correlations_table(report.comparison, write),
        benchmark=report.runs[0].benchmark.label if report.runs else "",
        assumptions=job_tables.assumptions_table(report.assumptions, write),
        clauses=job_tables.clauses_table(report.clauses, write),
        clause_trades=tuple(_trades_of(clause, report, write) for clause in report.clauses),
        runs=tuple(_run(report, run, write) for run in report.runs),
        checks=job_tables.checks_table(report.checks, write),
        data=job_tables.data_table(report.data, write),
        data_notes=tuple(_data_notes(report)),
        attempts=job_tables.attempts_table(report.attempts, write),
        telemetry=job_tables.telemetry_table(report.telemetry, write),
        definitions=job_tables.definitions_table(report.definitions, write),
        rerun=report.rerun,
        as_of=report.as_of or "",
    )


def _title(report: Report, write: Writer) -> str:
    if report.error is not None:
        return write.say(_HEADLINES.get(report.status, "No result"))
    if report.understood is None:
        return report.job_id
    asked = report.understood
    named = asked.symbols if len(asked.symbols) <= MOST_NAMED else asked.symbols[: MOST_NAMED - 1]
    symbols = ", ".join(named)
    if len(named) < len(asked.symbols):
        symbols = write.say("{symbols} and {n} more", symbols=symbols, n=write.count(len(asked.symbols) - len(named)))
    return write.say("{symbols}, {start} to {end}", symbols=symbols, start=asked.start, end=asked.end)


def _caveat(report: Report, write: Writer) -> str:
    if report.comparison is None or report.verdict in (None, "trustworthy"):
        return ""
    return write.say(
        "The best here is not the best to come: the verdict is {verdict}.", verdict=write.say(report.verdict or "")
    )


def _synthetic(report: Report, write: Writer) -> str:
    made_up = [row.symbol for row in report.data if row.synthetic]
    if not made_up:
        return ""
    return write.say(
        "The prices of {symbols} were made up by a random number generator. "
        "Nothing here says anything about a real market.",
        symbols=", ".join(made_up),
    )


def _data_notes(report: Report) -> Iterable[str]:
    for row in report.data:
        yield from (f"{row.symbol}: {text}" for text in (*row.rejections, *row.warnings))


def _run(report: Report, run: RunRow, write: Writer) -> RunView:
    costs = report.understood.spec.costs if report.understood else None
    return RunView(
        label=run.label,
        account=tuple(_account(report, run, write)),
        equity_chart=run.files.equity_chart,
        price_chart=run.files.price_chart,
        holdings_chart=run.files.holdings_chart,
        by_symbol=breakdown_tables.symbols_table(run, write),
        returns_chart=run.files.returns_chart,
        benchmark=run.benchmark.label,
        metrics=run_tables.metric_tables(run, write),
        trades=run_tables.trades_table(run, write),
        costs=breakdown_tables.costs_table(run, costs, write) if costs is not None else NOTHING,
        break_even=_break_even(run, write),
        late=breakdown_tables.late_table(run, write),
        months=breakdown_tables.months_table(run, write),
        years=breakdown_tables.years_table(run, write),
        bins=breakdown_tables.bins_table(run, write),
        strategy_file=run.files.strategy,
        trades_file=run.files.trades,
        equity_file=run.files.equity,
        source=run.source,
    )


def _trades_of(clause: Clause, report: Report, write: Writer) -> tuple[TradesLink, ...]:
    """Where the trades stand that a clause speaks of: in each run that has such."""
    part = clause.field.partition(", ")[0].rpartition(".")[2]
    reason = _EXITS.get(part)
    links = []
    for number, run in enumerate(report.runs, start=1):
        label = run.label if len(report.runs) > 1 else ""
        if part in _ALL_TRADES and run.trades:
            links.append(TradesLink(number, label, ""))
        elif reason is not None and any(trade.exit_reason == reason for trade in run.trades):
            links.append(TradesLink(number, label, run_tables.reason(reason, write)))
    return tuple(links)


def _account(report: Report, run: RunRow, write: Writer) -> Iterable[str]:
    """What happened that the figures alone would not tell."""
    say = write.say
    if not run.trades and run.final_equity == 0:
        yield say("No payment was made, so there never was any money to buy with.")
        yield from (_sentence(check.detail) for check in report.checks if check.id == "traded")
    elif not run.trades:
        yield say(
            "No trade was made: the capital stayed in cash, {amount} at the end.", amount=write.money(run.final_equity)
        )
        yield from (_sentence(check.detail) for check in report.checks if check.id == "traded")
    elif run.by_symbol or run.payments:
        if run.open_trades:
            yield say(
                "Lots still open at the last close: {n}. They are in the equity, not among the closed trades.",
                n=write.count(run.open_trades),
            )
    elif run.open_trades == 1:
        yield say("A position is still open at the last close: in the equity, not among the closed trades.")
    elif run.open_trades:
        yield say(
            "{n} positions are still open at the last close: in the equity, not among the closed trades.",
            n=write.count(run.open_trades),
        )
    if run.payments:
        yield say(
            "Money was paid in {n} times, {amount} with what was there at the start; drawdown and yearly figures leave "
            "new money out.",
            n=write.count(len(run.payments)),
            amount=write.metric(run.metrics, "contributed"),
        )
    yield from (_sentence(note) for note in run.notes)
    counted = {
        "Orders decided on the last bar, so never filled: {n}.": run.dropped_orders,
        "Orders cut to what cash paid: {n}.": run.cut_orders,
        "Bars within which the order of events is not known, so that the worse one was taken: {n}.": run.ambiguous_bars,
    }
    yield from (say(text, n=write.count(number)) for text, number in counted.items() if number)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('. ')}."


def _break_even(run: RunRow, write: Writer) -> str:
    if not run.trades:
        return ""
    if run.break_even_cost_bps is not None:
        return write.say("Break-even cost: {cost} on each fill.", cost=write.basis_points(run.break_even_cost_bps))
    total = run.metrics_without_costs.get("total_return")
    if isinstance(total, float | int) and total <= 0:
        return write.say("Break-even cost: n/a, there is no gain even without costs.")
    return write.say("Break-even cost: n/a, a cost of the whole value of each fill would still leave some gain.")
