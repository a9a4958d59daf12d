"""One finished run as the report's rows: trades with their dates, metrics, curves, and where its files lie."""

import hashlib
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bgagent.artifacts.attempts import StrategySource
from bgagent.artifacts.breakdown import PaymentRow
from bgagent.artifacts.report import Benchmark, Curve, Metrics, RunFiles, RunRow, TradeRow
from bgagent.bars import Bars, Floats
from bgagent.engine.holdings import values_held
from bgagent.engine.metrics import drawdown_curve, measure
from bgagent.engine.payment_metrics import money_weighted_return, time_weighted_return
from bgagent.engine.plan import Plan, RulePlan
from bgagent.engine.result import BacktestResult, Trade
from bgagent.reporting.breakdown import month_rows, replay_row, return_bins, symbol_rows, year_rows
from bgagent.reporting.definitions import counted
from bgagent.reporting.overlays import overlays
from bgagent.reporting.stop_levels import stop_levels


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """Everything the report says about one strategy.

    without_costs: the same orders with every cost set to 0. break_even_cost_bps: as in RunRow. notes: what else is
    to be known of the run, in plain sentences. costs_ladder: the same orders by the factor on every cost; late_fills:
    by the bars they were filled later. plan: what was asked for; watched: bars of the symbols that it only reads.
    bars_per_year: of the run's own symbols, for annualising.
    """

    label: str
    source: StrategySource
    result: BacktestResult
    benchmark: BacktestResult
    benchmark_label: str
    without_costs: BacktestResult
    bars_per_year: float
    break_even_cost_bps: float | None = None
    notes: tuple[str, ...] = ()
    costs_ladder: tuple[tuple[float, BacktestResult], ...] = ()
    late_fills: tuple[tuple[int, BacktestResult], ...] = ()
    plan: Plan | None = None
    watched: tuple[Bars, ...] = ()


def run_row(run: FinishedRun, *, folder: str) -> RunRow:
    """The run as the JSON holds it. folder: of its files, relative to the report's."""
    result, bars_per_year = run.result, run.bars_per_year
    stamps = _stamps(result.bars)
    return RunRow(
        label=run.label,
        metrics=_metrics(result, bars_per_year, run.benchmark),
        benchmark=_benchmark(run, bars_per_year),
        final_equity=float(result.equity[-1]),
        trades=tuple(_trade_row(trade, stamps) for trade in result.trades),
        files=files_in(folder, closed=len(result.closed_trades), symbols=len(result.symbols)),
        metrics_without_costs=_metrics(run.without_costs, bars_per_year, run.benchmark),
        break_even_cost_bps=run.break_even_cost_bps,
        notes=run.notes,
        sha256_strategy=hashlib.sha256(run.source.text.encode("utf-8", "replace")).hexdigest(),
        open_trades=_open_trades(result),
        dropped_orders=result.dropped_orders,
        cut_orders=result.cut_orders,
        ambiguous_bars=result.ambiguous_bars,
        bars_per_year=bars_per_year,
        source=run.source.text,
        costs_ladder=tuple(
            replay_row(other, factor=factor, bars_late=0, bars_per_year=bars_per_year)
            for factor, other in run.costs_ladder
        ),
        late_fills=tuple(
            replay_row(other, factor=1.0, bars_late=late, bars_per_year=bars_per_year) for late, other in run.late_fills
        ),
        months=month_rows(result) if result.trades else (),
        years=year_rows(result, run.benchmark) if result.trades else (),
        trade_returns=return_bins([trade.return_fraction for trade in result.closed_trades]),
        equity_sample=_sample(result.equity),
        by_symbol=symbol_rows(result),
        payments=tuple(PaymentRow(stamps[payment.bar], float(payment.amount)) for payment in result.payments),
    )


TAKEN = frozenset({"attempts"})
FILE_NAMES = ("strategy.py", "trades.csv", "equity.csv", "equity.svg")
PRICE_CHART, HOLDINGS_CHART, RETURNS_CHART = "price.svg", "holdings.svg", "returns.svg"
FEWEST_FOR_A_DISTRIBUTION = 3
SAMPLED = 60


def files_in(folder: str, *, closed: int, symbols: int = 1) -> RunFiles:
    """Where a run's files lie. closed: its closed trades; a few have no distribution to draw. symbols: how many."""
    return replace(
        RunFiles(*(f"{folder}/{name}" for name in FILE_NAMES)),
        price_chart=f"{folder}/{PRICE_CHART}" if symbols == 1 else "",
        holdings_chart=f"{folder}/{HOLDINGS_CHART}" if symbols > 1 else "",
        returns_chart=f"{folder}/{RETURNS_CHART}" if closed >= FEWEST_FOR_A_DISTRIBUTION else "",
    )


def curve_of(run: FinishedRun) -> Curve:
    """The run's series over the window, its benchmark's beside them."""
    result = run.result
    universe = result.universe or (result.bars,)
    values = values_held(result)
    return Curve(
        at=tuple(_stamps(result.bars)[result.first :]),
        equity=tuple(result.equity[1:].tolist()),
        cash=tuple(result.cash.tolist()),
        position_value=tuple(values.sum(axis=1).tolist()),
        benchmark=tuple(run.benchmark.equity[1:].tolist()),
        drawdown=tuple(drawdown_curve(result).tolist()),
        closes={bars.symbol: tuple(bars.close[result.first :].tolist()) for bars in universe},
        initial_capital=result.account.initial_capital,
        opens=tuple(result.bars.open[result.first :].tolist()),
        highs=tuple(result.bars.high[result.first :].tolist()),
        lows=tuple(result.bars.low[result.first :].tolist()),
        overlays=overlays(run.plan, result.bars, first=result.first, watched=run.watched)
        if isinstance(run.plan, RulePlan)
        else (),
        holdings={
            symbol: tuple(values[:, place].tolist()) for place, symbol in enumerate(result.symbols) if len(universe) > 1
        },
        paid_in=_paid_in(result),
        stops=stop_levels(result),
    )


def _paid_in(result: BacktestResult) -> tuple[float, ...]:
    """The capital and all payments so far, on each bar; empty where none was made."""
    if not result.payments:
        return ()
    came = np.zeros(len(result.cash))
    for payment in result.payments:
        came[payment.bar - result.first] += payment.amount
    return tuple((result.account.initial_capital + np.cumsum(came)).tolist())


def folders_for(labels: Iterable[str], job_id: str) -> tuple[str, ...]:
    """Folder of each run's files: the job's own for a single run, else one below it named by the label."""
    names = tuple(labels)
    if len(names) == 1:
        return (job_id,)
    slugs: list[str] = []
    for number, name in enumerate(names, start=1):
        slug = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower()[:40].rstrip("-") or f"run-{number}"
        while slug in slugs or slug in TAKEN:
            slug = f"{slug}-{number}"
        slugs.append(slug)
    return tuple(f"{job_id}/{slug}" for slug in slugs)


def _sample(equity: Floats) -> tuple[float, ...]:
    """At most SAMPLED evenly spaced points, the first and the last among them."""
    at = np.unique(np.linspace(0, len(equity) - 1, min(SAMPLED, len(equity))).round().astype(np.int64))
    return tuple(equity[at].tolist())


def _benchmark(run: FinishedRun, bars_per_year: float) -> Benchmark:
    held = run.benchmark
    figures = _metrics(held, bars_per_year, None)
    if run.result.payments:  # so that what is shown of the run has its counterpart
        paid = {
            "contributed": held.contributed,
            "money_weighted_return": money_weighted_return(held),
            "time_weighted_return": time_weighted_return(held),
        }
        figures |= {key: _json_number(key, value) for key, value in paid.items()}
    return Benchmark(run.benchmark_label, figures, float(held.equity[-1]), _open_trades(held))


def _open_trades(result: BacktestResult) -> int:
    return sum(trade.is_open for trade in result.trades)


def _metrics(result: BacktestResult, bars_per_year: float, benchmark: BacktestResult | None) -> Metrics:
    """The engine's metrics, with whole numbers as such and no NaN."""
    measured = measure(result, bars_per_year=bars_per_year, benchmark=benchmark)
    return {key: _json_number(key, value) for key, value in measured.items()}


def _json_number(key: str, value: float | str | None) -> int | float | str | None:
    if value is None or isinstance(value, str):
        return value
    if not math.isfinite(value):
        return None
    return round(value) if key in counted() else float(value)


def _trade_row(trade: Trade, stamps: Sequence[str]) -> TradeRow:
    return TradeRow(
        symbol=trade.symbol,
        direction=trade.direction,
        quantity=float(trade.quantity),
        entry_at=stamps[trade.entry_bar],
        entry_price=float(trade.entry_price),
        exit_at=None if trade.exit_bar is None else stamps[trade.exit_bar],
        exit_price=None if trade.exit_price is None else float(trade.exit_price),
        exit_reason=trade.exit_reason.value,
        profit=float(trade.profit),
        return_=float(trade.return_fraction),
        costs=float(trade.costs),
        bars_held=int(trade.bars_held),
        stop_loss=trade.stop_loss,
        take_profit=trade.take_profit,
        trailing_stop=trade.trailing_stop,
    )


def _stamps(bars: Bars) -> list[str]:
    """ISO dates of daily and longer bars, UTC stamps of those within the day."""
    if bars.timeframe.is_intraday:
        return [f"{stamp}Z" for stamp in np.datetime_as_string(bars.times, unit="s").tolist()]
    return [str(day) for day in np.datetime_as_string(bars.sessions, unit="D").tolist()]
