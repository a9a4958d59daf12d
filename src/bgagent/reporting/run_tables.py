"""The tables about runs: key figures, metrics, trades."""

from collections.abc import Sequence

from bgagent.artifacts.breakdown import Comparison
from bgagent.artifacts.report import Benchmark, RunRow
from bgagent.reporting.definitions import KEY_METRICS, KEY_METRICS_WITH_PAYMENTS, metrics
from bgagent.reporting.table import NOTHING, Column, Table
from bgagent.reporting.writer import Writer

NO_TRADE = "no trade"

REASONS = {"end_open": "open at the end"}


def key_numbers(runs: Sequence[RunRow], write: Writer) -> Table:
    """The figures of the first screen: each run's beside its benchmark's."""
    benchmarks: list[Benchmark] = []
    for run in runs:
        if run.benchmark not in benchmarks:
            benchmarks.append(run.benchmark)
    named = [*(_run_name(run, runs, write) for run in runs), *(benchmark.label for benchmark in benchmarks)]
    columns = (Column(write.say("Key figure")), *(Column(name, "number") for name in named))
    rows = [
        (
            write.name(key),
            *(of_run(run, key, write) for run in runs),
            *(write.metric(benchmark.metrics, key) for benchmark in benchmarks),
        )
        for key in (KEY_METRICS_WITH_PAYMENTS if any(run.payments for run in runs) else KEY_METRICS)
    ]
    held = [*(run.open_trades for run in runs), *(benchmark.open_trades for benchmark in benchmarks)]
    rows.append((write.say("Open at the end"), *(write.count(number) for number in held)))
    final = (write.money(benchmark.final_equity) for benchmark in benchmarks)
    rows.append((write.say("Final equity"), *(write.money(run.final_equity) for run in runs), *final))
    return Table(columns, tuple(rows))


def _run_name(run: RunRow, runs: Sequence[RunRow], write: Writer) -> str:
    return run.label if len(runs) > 1 else write.say("Strategy")


def of_run(run: RunRow, key: str, write: Writer) -> str:
    """A metric of a run, or that it never traded."""
    if not run.trades and key != "trades":
        return write.say(NO_TRADE)  # the capital stayed in cash: a return of it would only mislead
    return write.metric(run.metrics, key)


def metric_tables(run: RunRow, write: Writer) -> tuple[Table, ...]:
    """Every metric the run holds, a table for each group, beside the benchmark's."""
    groups: dict[str, list[tuple[str, ...]]] = {}
    for key, metric in metrics().items():
        if key in run.metrics:
            other = write.metric(run.benchmark.metrics, key)
            groups.setdefault(metric.group, []).append((write.name(key), of_run(run, key, write), other))
    columns = (Column(write.say("Strategy"), "number"), Column(run.benchmark.label, "number"))
    return tuple(Table((Column(write.say(group)), *columns), tuple(rows)) for group, rows in groups.items())


def trades_table(run: RunRow, write: Writer) -> Table:
    """Every trade, the open ones with what they are worth at the last close."""
    heads = {
        "Symbol": "text",
        "Side": "text",
        "Entry": "date",
        "Entry price": "number",
        "Exit": "date",
        "Exit price": "number",
        "Why": "text",
        "Quantity": "number",
        "Profit": "signed",
        "Return": "signed",
        "Costs": "number",
        "Bars": "number",
    }
    smallest = min((trade.entry_price for trade in run.trades), default=None)
    rows = tuple(
        (
            trade.symbol,
            write.say(trade.direction),
            trade.entry_at,
            write.price(trade.entry_price, smallest),
            trade.exit_at or write.say("still open"),
            write.price(trade.exit_price, smallest),
            reason(trade.exit_reason, write),
            write.quantity(trade.quantity),
            write.money(trade.profit),
            write.percent(trade.return_),
            write.money(trade.costs),
            write.count(trade.bars_held),
        )
        for trade in run.trades
    )
    return Table(tuple(Column(write.say(title), kind) for title, kind in heads.items()), rows)


def reason(exit_reason: str, write: Writer) -> str:
    """Why a trade ended, in words."""
    return write.say(REASONS.get(exit_reason, exit_reason.replace("_", " ")))


def winners_table(comparison: Comparison | None, runs: Sequence[RunRow], write: Writer) -> Table:
    """Which of several runs has the best of each metric; a metric without a single best one is left out."""
    if comparison is None:
        return NOTHING
    by_label = {run.label: run for run in runs}
    rows = tuple(
        (write.name(key), label, of_run(by_label[label], key, write)) for key, label in comparison.winners.items()
    )
    return Table(
        (Column(write.say("Metric")), Column(write.say("Best run")), Column(write.say("Figure"), "number")), rows
    )


def correlations_table(comparison: Comparison | None, write: Writer) -> Table:
    """Correlation of the returns of each pair of runs."""
    if comparison is None:
        return NOTHING
    columns = (Column(write.say("Correlation of returns")), *(Column(label, "number") for label in comparison.labels))
    rows = tuple(
        (label, *(write.ratio(value) for value in values))
        for label, values in zip(comparison.labels, comparison.correlations, strict=True)
    )
    return Table(columns, rows)
