"""The tables of a report as rows of text: what they say is decided here, how they look in markdown and HTML."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bgagent.artifacts.attempts import Check
from bgagent.artifacts.clauses import Assumption, Clause
from bgagent.artifacts.report import AttemptRow, Benchmark, DataRow, Metrics, RunRow, Telemetry
from bgagent.engine.plan import Costs
from bgagent.reporting import figures
from bgagent.reporting.definitions import KEY_METRICS, metrics

NO_TRADE = "no trade"

_REASONS = {"end_open": "open at the end"}


@dataclass(frozen=True, slots=True)
class Column:
    """Head of a column. kind: `text`, `code` (other people's words), `date`, `number`, or `signed` (gain or loss)."""

    title: str
    kind: str = "text"

    @property
    def is_number(self) -> bool:
        """True when the column is read from its right edge."""
        return self.kind in ("number", "signed")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under their columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Money:
    """How amounts are written: currency, and whether its symbol is used."""

    currency: str
    with_symbol: bool

    def __call__(self, value: float | None) -> str:
        return figures.money(value, self.currency, with_symbol=self.with_symbol)


def in_words(name: str) -> str:
    """A dotted path or an identifier as words: `costs.slippage_bps` is `Costs: slippage bps`."""
    words = name.replace(".", ": ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def key_numbers(runs: Sequence[RunRow], money: Money) -> Table:
    """The figures of the first screen: each run's beside its benchmark's."""
    benchmarks: list[Benchmark] = []
    for run in runs:
        if run.benchmark not in benchmarks:
            benchmarks.append(run.benchmark)
    named = [*(_run_name(run, runs) for run in runs), *(benchmark.label for benchmark in benchmarks)]
    columns = (Column("Key figure"), *(Column(name, "number") for name in named))
    rows = [
        (
            metrics()[key].name,
            *(_of_run(run, key, money) for run in runs),
            *(_metric(benchmark.metrics, key, money) for benchmark in benchmarks),
        )
        for key in KEY_METRICS
    ]
    held = [*(run.open_trades for run in runs), *(benchmark.open_trades for benchmark in benchmarks)]
    rows.append(("Open at the end", *(figures.count(number) for number in held)))
    final = (money(benchmark.final_equity) for benchmark in benchmarks)
    rows.append(("Final equity", *(money(run.final_equity) for run in runs), *final))
    return Table(columns, tuple(rows))


def _run_name(run: RunRow, runs: Sequence[RunRow]) -> str:
    return run.label if len(runs) > 1 else "Strategy"


def _of_run(run: RunRow, key: str, money: Money) -> str:
    if not run.trades and key != "trades":
        return NO_TRADE  # the capital stayed in cash: a return of it would only mislead
    return _metric(run.metrics, key, money)


def _metric(values: Metrics, key: str, money: Money) -> str:
    kind = metrics()[key].kind
    return figures.metric(values, key, kind, money.currency, with_symbol=money.with_symbol)


def metric_tables(run: RunRow, money: Money) -> tuple[Table, ...]:
    """Every metric the run holds, a table for each group, beside the benchmark's."""
    groups: dict[str, list[tuple[str, ...]]] = {}
    for key, metric in metrics().items():
        if key in run.metrics:
            other = _metric(run.benchmark.metrics, key, money)
            groups.setdefault(metric.group, []).append((metric.name, _of_run(run, key, money), other))
    columns = (Column("Strategy", "number"), Column(run.benchmark.label, "number"))
    return tuple(Table((Column(group), *columns), tuple(rows)) for group, rows in groups.items())


def trades_table(run: RunRow, money: Money) -> Table:
    """Every trade, the open ones with what they are worth at the last close."""
    columns = (
        Column("Symbol"),
        Column("Side"),
        Column("Entry", "date"),
        Column("Entry price", "number"),
        Column("Exit", "date"),
        Column("Exit price", "number"),
        Column("Why"),
        Column("Quantity", "number"),
        Column("Profit", "signed"),
        Column("Return", "signed"),
        Column("Costs", "number"),
        Column("Bars", "number"),
    )
    smallest = min((trade.entry_price for trade in run.trades), default=None)
    rows = tuple(
        (
            trade.symbol,
            trade.direction,
            trade.entry_at,
            figures.price(trade.entry_price, smallest),
            trade.exit_at or "still open",
            figures.price(trade.exit_price, smallest),
            _REASONS.get(trade.exit_reason, trade.exit_reason.replace("_", " ")),
            figures.quantity(trade.quantity),
            money(trade.profit),
            figures.percent(trade.return_),
            money(trade.costs),
            figures.count(trade.bars_held),
        )
        for trade in run.trades
    )
    return Table(columns, rows)


def costs_table(run: RunRow, costs: Costs, money: Money) -> Table:
    """The result with the costs asked for, and the same orders without any."""
    keys = ("total_return", "cagr", "sharpe", "max_drawdown", "costs")
    columns = (Column("Costs"), *(Column(metrics()[key].name, "number") for key in keys))
    rows = [(costs_in_words(costs, money), *(_of_run(run, key, money) for key in keys))]
    without = run.metrics_without_costs
    rows.append(("none", *(_metric(without, key, money) if run.trades else NO_TRADE for key in keys)))
    return Table(columns, tuple(rows))


def costs_in_words(costs: Costs, money: Money) -> str:
    """`slippage 5 bps, commission 1 bps + 2.00 USD an order`, as far as there are any."""
    commission = [
        figures.basis_points(costs.commission_bps) if costs.commission_bps else "",
        f"{money(costs.commission_per_share)} a share" if costs.commission_per_share else "",
        f"{money(costs.commission_per_order)} an order" if costs.commission_per_order else "",
    ]
    paid = " + ".join(part for part in commission if part) or figures.basis_points(0.0)
    least = f" (at least {money(costs.commission_minimum)} an order)" if costs.commission_minimum else ""
    return f"slippage {figures.basis_points(costs.slippage_bps)}, commission {paid}{least}"


def assumptions_table(assumptions: Iterable[Assumption]) -> Table:
    """What the sentence left open."""
    columns = (Column("Assumed"), Column("Value"), Column("Because"))
    return Table(columns, tuple((in_words(each.field), each.value, each.why) for each in assumptions))


def clauses_table(clauses: Iterable[Clause]) -> Table:
    """What became of every part of the sentence."""
    columns = (
        Column("Your words", "code"),
        Column("Status"),
        Column("Became"),
        Column("Value"),
        Column("Seen in the run"),
    )
    rows = ((each.text, each.status.value, in_words(each.field), each.value, each.evidence) for each in clauses)
    return Table(columns, tuple(rows))


def checks_table(checks: Iterable[Check]) -> Table:
    """Every check with its outcome, what it found, and its figures."""
    columns = (Column("Check"), Column("Outcome", "status"), Column("Found"), Column("Figures"))
    rows = (
        (
            in_words(check.id),
            check.status.value,
            check.detail,
            ", ".join(f"{name.replace('_', ' ')} {figures.plain(value)}" for name, value in check.figures.items()),
        )
        for check in checks
    )
    return Table(columns, tuple(rows))


def data_table(data: Iterable[DataRow]) -> Table:
    """Where each symbol's bars came from."""
    columns = (
        Column("Symbol"),
        Column("Provider"),
        Column("First bar", "date"),
        Column("Last bar", "date"),
        Column("Bars", "number"),
        Column("Warm-up bars", "number"),
        Column("Prices"),
        Column("Read from", "code"),
        Column("Fetched", "date"),
        Column("Checksum", "code"),
    )
    rows = (
        (
            row.symbol,
            f"{row.provider} (SYNTHETIC)" if row.synthetic else row.provider,
            row.first or figures.NOT_DEFINED,
            row.last or figures.NOT_DEFINED,
            figures.count(row.bars),
            figures.count(row.warmup_bars),
            row.price_mode.replace("_", " "),
            row.source,
            row.fetched_at or figures.NOT_DEFINED,
            row.sha256[:16],
        )
        for row in data
    )
    return Table(columns, tuple(rows))


def attempts_table(attempts: Iterable[AttemptRow]) -> Table:
    """Each turn of the loop and what the critic said."""
    columns = (Column("Attempt"), Column("Written by"), Column("Outcome"), Column("Findings"))
    rows = (
        (
            figures.count(each.number),
            each.producer,
            "accepted" if each.accepted else "refused",
            "; ".join(each.findings) or "none",
        )
        for each in attempts
    )
    return Table(columns, tuple(rows))


def telemetry_table(telemetry: Telemetry) -> Table:
    """What the job took."""
    called = telemetry.model_calls > 0
    phases = ", ".join(f"{in_words(name).lower()} {figures.seconds(spent)}" for name, spent in telemetry.phases.items())
    facts = [
        ("Time to report", figures.seconds(telemetry.time_to_report_s)),
        ("Phases", phases or figures.NOT_DEFINED),
        ("Attempts", figures.count(telemetry.attempts)),
        ("Language model", telemetry.model or figures.NOT_DEFINED if called else "not used"),
    ]
    if called:
        facts += [
            ("Model calls", figures.count(telemetry.model_calls)),
            ("Tokens in", figures.count(telemetry.tokens_in)),
            ("Tokens out", figures.count(telemetry.tokens_out)),
            ("Model cost", _model_cost(telemetry.cost_usd)),
        ]
    facts.append(("Isolation of strategy code", ", ".join(telemetry.isolation) or "no strategy code was run"))
    facts.append(("Versions", ", ".join(f"{name} {version}" for name, version in telemetry.versions.items())))
    return Table((Column("Fact"), Column("Value")), tuple(facts))


def _model_cost(cost_usd: float | None) -> str:
    return "unknown" if cost_usd is None else f"{figures.plain(cost_usd)} USD"


def definitions_table(texts: dict[str, str]) -> Table:
    """How each figure is reckoned."""
    names = {key: metric.name for key, metric in metrics().items()}
    names |= {"break_even_cost_bps": "Break-even cost", "open_trades": "Open at the end", "bars_per_year": "A year"}
    rows = ((names.get(key, in_words(key)), text) for key, text in texts.items())
    return Table((Column("Figure"), Column("How it is reckoned")), tuple(rows))
