"""The tables that take a run apart: what costs and delay leave of it, its months, years and kinds of trades."""

import math

from bgagent.artifacts.breakdown import Replay
from bgagent.artifacts.report import RunRow
from bgagent.engine.plan import Costs
from bgagent.reporting.run_tables import NO_TRADE, of_run
from bgagent.reporting.table import NOTHING, Column, Table
from bgagent.reporting.writer import Writer

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_SHOWN = ("total_return", "cagr", "sharpe", "max_drawdown", "costs")
_LATE = {0: "at the first open", 1: "one bar later", 2: "two bars later"}
_SHADES = (0.0, 0.01, 0.03, 0.06, 0.10)  # least size of a month's return for each depth of colour


def costs_table(run: RunRow, costs: Costs, write: Writer) -> Table:
    """The result without costs, with those asked for, and with several times as much."""
    columns = (Column(write.say("Costs")), *(Column(write.name(key), "number") for key in _SHOWN))
    if not run.trades:
        return Table(columns, ((costs_in_words(costs, write), *(write.say(NO_TRADE) for _ in _SHOWN)),))
    if run.costs_ladder:
        rows = [(_step(step.costs_factor, costs, write), *_figures(step, write)) for step in run.costs_ladder]
    else:
        rows = [
            (write.say("none"), *(write.metric(run.metrics_without_costs, key) for key in _SHOWN)),
            (costs_in_words(costs, write), *(of_run(run, key, write) for key in _SHOWN)),
        ]
    return Table(columns, tuple(rows))


def late_table(run: RunRow, write: Writer) -> Table:
    """The same orders filled at the first open, and one and two bars later."""
    if not run.late_fills:
        return NOTHING
    columns = (
        Column(write.say("Filled")),
        *(Column(write.name(key), "number") for key in _SHOWN),
        Column(write.say("Closed trades"), "number"),
    )
    now = (*(of_run(run, key, write) for key in _SHOWN), of_run(run, "trades", write))
    rows = [(write.say(_LATE[0]), *now)]
    rows += [
        (write.say(_LATE.get(step.bars_late, "later")), *_figures(step, write), write.count(step.trades))
        for step in run.late_fills
    ]
    return Table(columns, tuple(rows))


def _step(factor: float, costs: Costs, write: Writer) -> str:
    if factor == 0:
        return write.say("none")
    if factor == 1:
        return write.say("as asked for: {costs}", costs=costs_in_words(costs, write))
    return write.say("{factor} times as much", factor=write.plain(factor))


def _figures(step: Replay, write: Writer) -> tuple[str, ...]:
    return (
        write.percent(step.total_return),
        write.percent(step.cagr),
        write.ratio(step.sharpe),
        write.percent(step.max_drawdown),
        write.money(step.costs),
    )


def costs_in_words(costs: Costs, write: Writer) -> str:
    """`slippage 5 bps, commission 1 bps + 2.00 USD an order`, as far as there are any."""
    commission = [
        write.basis_points(costs.commission_bps) if costs.commission_bps else "",
        write.say("{amount} a share", amount=write.money(costs.commission_per_share))
        if costs.commission_per_share
        else "",
        write.say("{amount} an order", amount=write.money(costs.commission_per_order))
        if costs.commission_per_order
        else "",
    ]
    paid = " + ".join(part for part in commission if part) or write.basis_points(0.0)
    least = write.money(costs.commission_minimum) if costs.commission_minimum else ""
    words = write.say(
        "slippage {slippage}, commission {paid}", slippage=write.basis_points(costs.slippage_bps), paid=paid
    )
    return words + (f" ({write.say('at least {amount} an order', amount=least)})" if least else "")


def months_table(run: RunRow, write: Writer) -> Table:
    """A row a year, a column a month, the year's return at the end; coloured by size."""
    if not run.months:
        return NOTHING
    by_month = {row.month: row.return_ for row in run.months}
    rows, looks = [], []
    for year in run.years:
        months = [f"{year.year}-{month:02}" for month in range(1, 13)]
        values = [by_month.get(month) for month in months]
        texts = [write.percent(by_month[month]) if month in by_month else "" for month in months]
        rows.append((str(year.year), *texts, write.percent(year.return_)))
        looks.append(("", *(_shade(value) for value in values), "total"))
    columns = (
        Column(write.say("Year")),
        *(Column(write.say(month), "number") for month in MONTHS),
        Column(write.say("Year's return"), "number"),
    )
    return Table(columns, tuple(rows), tuple(looks))


def _shade(value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return ""
    depth = sum(abs(value) >= least for least in _SHADES) if value else 0
    return f"heat-{'up' if value > 0 else 'down'}-{depth}" if depth else ""


def years_table(run: RunRow, write: Writer) -> Table:
    """A row a calendar year, the latest last."""
    columns = (
        Column(write.say("Year")),
        Column(write.say("Return"), "signed"),
        Column(run.benchmark.label, "signed"),
        Column(write.say("Worst drawdown"), "number"),
        Column(write.say("Time in the market"), "number"),
        Column(write.say("Closed trades"), "number"),
    )
    rows = tuple(
        (
            str(row.year),
            write.percent(row.return_),
            write.percent(row.benchmark_return),
            write.percent(row.max_drawdown),
            write.percent(row.exposure),
            write.count(row.trades),
        )
        for row in run.years
    )
    return Table(columns, rows)


def symbols_table(run: RunRow, write: Writer) -> Table:
    """Each symbol's part in a run of several; the rest of the shares is cash."""
    if not run.by_symbol:
        return NOTHING
    columns = (
        Column(write.say("Symbol")),
        Column(write.say("Share on average"), "number"),
        Column(write.say("Share at the end"), "number"),
        Column(write.say("Worth at the end"), "number"),
        Column(write.say("Profit"), "signed"),
        Column(write.say("Costs"), "number"),
        Column(write.say("Closed trades"), "number"),
    )
    rows = tuple(
        (
            row.symbol,
            write.percent(row.average_weight),
            write.percent(row.final_weight),
            write.money(row.final_value),
            write.money(row.profit),
            write.money(row.costs),
            write.count(row.trades),
        )
        for row in run.by_symbol
    )
    return Table(columns, rows)


def bins_table(run: RunRow, write: Writer) -> Table:
    """How many closed trades returned how much."""
    columns = (
        Column(write.say("Return from"), "number"),
        Column(write.say("to below"), "number"),
        Column(write.say("Closed trades"), "number"),
    )
    rows = tuple(
        (write.percent(row.from_), write.percent(row.to), write.count(row.trades)) for row in run.trade_returns
    )
    return Table(columns, rows)
