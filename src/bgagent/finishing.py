"""An accepted trial with everything the report sets beside it: benchmark, other costs, later fills, notes."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from bgagent.artifacts.spec import StrategySpec
from bgagent.bars import Bars, Floats
from bgagent.data.series import Series
from bgagent.engine.backtest import buy_and_hold, replay, run_plan
from bgagent.engine.plan import Account, Costs
from bgagent.engine.result import BacktestResult
from bgagent.engine.robustness import COST_FACTORS, LATE_BARS, break_even_cost_bps, delayed
from bgagent.errors import Bug
from bgagent.implementation.account import starting_notes
from bgagent.implementation.template import runnable
from bgagent.implementation.trial import Trial
from bgagent.periods import bars_per_year
from bgagent.reporting.runs import FinishedRun


def finished(trial: Trial, series: Mapping[str, Series], spec: StrategySpec) -> FinishedRun:
    """What the report says about one run. series: by symbol, the benchmark's among them."""
    if trial.result is None:
        raise Bug("an accepted attempt has no result")
    symbol = spec.benchmark or trial.plan.symbol
    held = series[symbol]
    benchmark = buy_and_hold(held.bars, first=held.warmup_bars, account=spec.account)

    def replayed(costs: Costs) -> BacktestResult:
        return replay(trial.orders, trial.bars, first=trial.first, account=Account(spec.initial_capital, costs))

    def filled_late(late: int) -> BacktestResult:
        if trial.source.producer == "template":
            return run_plan(trial.plan, trial.bars, first=trial.first, account=spec.account, late=late)
        # what code would have done after a later fill is not known: its orders stay as they are
        orders = delayed(trial.orders, late, last=len(trial.bars) - 1)
        return replay(orders, trial.bars, first=trial.first, account=spec.account)

    def with_costs(costs: Costs) -> float:
        return replayed(costs).final_equity

    has_traded = bool(trial.result.trades)
    return FinishedRun(
        label=trial.run.label,
        source=runnable(trial.source),
        result=trial.result,
        benchmark=aligned(benchmark, trial.result),
        benchmark_label=f"buy and hold {symbol}",
        without_costs=replayed(spec.costs.times(0)),
        break_even_cost_bps=break_even_cost_bps(with_costs, spec.initial_capital) if has_traded else None,
        notes=starting_notes(trial.plan, trial.bars, trial.first),
        costs_ladder=tuple((factor, replayed(spec.costs.times(factor))) for factor in COST_FACTORS if has_traded),
        late_fills=tuple((late, filled_late(late)) for late in LATE_BARS if has_traded),
        plan=trial.plan,
        bars_per_year=bars_per_year(spec.timeframe, series[trial.plan.symbol].trading),
    )


def aligned(benchmark: BacktestResult, run: BacktestResult) -> BacktestResult:
    """The benchmark on the bars of the run: on a bar that it does not have it stands where it stood last."""
    if np.array_equal(benchmark.bars.times[benchmark.first :], run.bars.times[run.first :]):
        return benchmark
    own, wanted = benchmark.bars.times[benchmark.first :], run.bars.times[run.first :]
    last = np.searchsorted(own, wanted, side="right")  # 0: before its first bar
    capital = benchmark.account.initial_capital

    def stood(values: Floats, before: float) -> Floats:
        return np.concatenate(([before], values))[last]

    equity = stood(benchmark.equity[1:], capital)
    return replace(
        benchmark,
        bars=_on_bars_of(run.bars, benchmark.bars.symbol),
        first=run.first,
        equity=np.concatenate(([capital], equity)),
        cash=stood(benchmark.cash, capital),
        quantity=stood(benchmark.quantity, 0.0),
        trades=tuple(replace(trade, entry_bar=run.first, exit_bar=None) for trade in benchmark.trades),
    )


def _on_bars_of(bars: Bars, symbol: str) -> Bars:
    """Bars whose days are what is read of them: the benchmark's own prices stay in its equity."""
    return replace(bars, symbol=symbol)
