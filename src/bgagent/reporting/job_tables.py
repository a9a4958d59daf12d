"""The tables about the job as a whole: clauses, assumptions, checks, data, attempts, telemetry, definitions."""

from collections.abc import Iterable, Sequence

from bgagent.artifacts.attempts import Check
from bgagent.artifacts.clauses import Assumption, Clause
from bgagent.artifacts.report import AttemptRow, DataRow, Telemetry
from bgagent.reporting import figures
from bgagent.reporting.definitions import metrics
from bgagent.reporting.table import Column, Table, in_words
from bgagent.reporting.writer import Writer


def assumptions_table(assumptions: Iterable[Assumption], write: Writer) -> Table:
    """What the sentence left open."""
    columns = tuple(Column(write.say(title)) for title in ("Assumed", "Value", "Because"))
    return Table(columns, tuple((write.named(each.field), each.value, each.why) for each in assumptions))


def clauses_table(clauses: Iterable[Clause], write: Writer) -> Table:
    """What became of every part of the sentence; what was seen of it, where there was a run."""
    clauses = tuple(clauses)
    seen = any(each.evidence for each in clauses)
    titles = ("Status", "Became", "Value", *(("Seen in the run",) if seen else ()))
    columns = (Column(write.say("Your words"), "code"), *(Column(write.say(title)) for title in titles))
    rows = (
        (each.text, write.say(each.status.value), write.named(each.field), each.value, each.evidence)
        for each in clauses
    )
    return Table(columns, tuple(row[: len(columns)] for row in rows))


def checks_table(checks: Sequence[Check], write: Writer) -> Table:
    """Every check with its outcome, what it found, and its figures."""
    columns = (
        Column(write.say("Check")),
        Column(write.say("Outcome"), "status"),
        Column(write.say("Found")),
        Column(write.say("Figures")),
    )
    rows = (
        (
            write.named(check.id),
            write.say(check.status.value),
            check.detail,
            ", ".join(f"{name.replace('_', ' ')} {write.plain(value)}" for name, value in check.figures.items()),
        )
        for check in checks
    )
    looks = tuple(("", f"mark-{check.status.value}", "", "") for check in checks)
    return Table(columns, tuple(rows), looks)


def data_table(data: Iterable[DataRow], write: Writer) -> Table:
    """Where each symbol's bars came from."""
    kinds = {
        "Symbol": "text",
        "Provider": "text",
        "First bar": "date",
        "Last bar": "date",
        "Bars": "number",
        "Warm-up bars": "number",
        "Prices": "text",
        "Read from": "code",
        "Fetched": "date",
        "Checksum": "code",
    }
    rows = (
        (
            row.symbol,
            f"{row.provider} (SYNTHETIC)" if row.synthetic else row.provider,
            row.first or write.say(figures.NOT_DEFINED),
            row.last or write.say(figures.NOT_DEFINED),
            write.count(row.bars),
            write.count(row.warmup_bars),
            row.price_mode.replace("_", " "),
            row.source,
            row.fetched_at or write.say(figures.NOT_DEFINED),
            row.sha256[:16],
        )
        for row in data
    )
    return Table(tuple(Column(write.say(title), kind) for title, kind in kinds.items()), tuple(rows))


def attempts_table(attempts: Iterable[AttemptRow], write: Writer) -> Table:
    """Each turn of the loop and what the critic said."""
    columns = tuple(Column(write.say(title)) for title in ("Attempt", "Written by", "Outcome", "Findings"))
    rows = (
        (
            write.count(each.number),
            each.producer,
            write.say("accepted" if each.accepted else "refused"),
            "; ".join(each.findings) or write.say("none"),
        )
        for each in attempts
    )
    return Table(columns, tuple(rows))


def telemetry_table(telemetry: Telemetry, write: Writer) -> Table:
    """What the job took."""
    called = telemetry.model_calls > 0
    undefined = write.say(figures.NOT_DEFINED)
    spent = ((write.say(in_words(name)).lower(), write.seconds(took)) for name, took in telemetry.phases.items())
    facts = [
        ("Time to report", write.seconds(telemetry.time_to_report_s)),
        ("Phases", ", ".join(f"{name} {took}" for name, took in spent) or undefined),
        ("Attempts", write.count(telemetry.attempts)),
        ("Language model", telemetry.model or undefined if called else write.say("not used")),
    ]
    if called:
        facts += [
            ("Model calls", write.count(telemetry.model_calls)),
            ("Tokens in", write.count(telemetry.tokens_in)),
            ("Tokens out", write.count(telemetry.tokens_out)),
            ("Model cost", _model_cost(telemetry.cost_usd, write)),
        ]
    layers = ", ".join(telemetry.isolation) or write.say("no strategy code was run")
    facts.append(("Isolation of strategy code", layers))
    facts.append(("Versions", ", ".join(f"{name} {version}" for name, version in telemetry.versions.items())))
    columns = (Column(write.say("Fact")), Column(write.say("Value")))
    return Table(columns, tuple((write.say(name), value) for name, value in facts))


def _model_cost(cost_usd: float | None, write: Writer) -> str:
    return write.say("unknown") if cost_usd is None else f"{write.plain(cost_usd)} USD"


def definitions_table(texts: dict[str, str], write: Writer) -> Table:
    """How each figure is reckoned."""
    names = {key: metric.name for key, metric in metrics().items()}
    names |= {"break_even_cost_bps": "Break-even cost", "open_trades": "Open at the end", "bars_per_year": "A year"}
    names |= {"costs_ladder": "Result at other costs", "late_fills": "Filled later"}
    rows = ((write.say(names.get(key, in_words(key))), text) for key, text in texts.items())
    return Table((Column(write.say("Figure")), Column(write.say("How it is reckoned"))), tuple(rows))
