"""An accepted trial with everything the report sets beside it: benchmark, other costs, later fills, notes."""

from collections.abc import Mapping
from dataclasses import replace

from bgagent.artifacts.spec import StrategySpec
from bgagent.benchmark import benchmark_of
from bgagent.data.series import Series
from bgagent.engine.backtest import replay, run_plan
from bgagent.engine.orders import Orders
from bgagent.engine.plan import Costs, RulePlan
from bgagent.engine.portfolio import replay_portfolio
from bgagent.engine.result import BacktestResult
from bgagent.engine.robustness import COST_FACTORS, LATE_BARS, break_even_cost_bps, delayed
from bgagent.errors import Bug
from bgagent.implementation.starting import starting_notes
from bgagent.implementation.template import TemplateProducer, runnable
from bgagent.implementation.trial import Trial
from bgagent.periods import bars_per_year
from bgagent.reporting.runs import FinishedRun


def finished(trial: Trial, series: Mapping[str, Series], spec: StrategySpec) -> FinishedRun:
    """What the report says about one run. series: by symbol, the benchmark's among them."""
    result = trial.result
    if result is None:
        raise Bug("an accepted attempt has no result")
    benchmark, label = benchmark_of(trial, series, spec)

    def at(costs: Costs) -> BacktestResult:
        return _replayed(trial, trial.orders, costs)

    has_traded = bool(result.trades)
    return FinishedRun(
        label=trial.run.label,
        source=runnable(trial.source),
        result=result,
        benchmark=benchmark,
        benchmark_label=label,
        without_costs=at(spec.costs.times(0)),
        break_even_cost_bps=break_even_cost_bps(lambda costs: at(costs).final_equity, result.contributed)
        if has_traded
        else None,
        notes=(*starting_notes(trial.plan, trial.all_bars, trial.first_on), *_late_symbols(trial)),
        costs_ladder=tuple((factor, at(spec.costs.times(factor))) for factor in COST_FACTORS if has_traded),
        late_fills=tuple((late, _filled_late(trial, late)) for late in LATE_BARS if has_traded),
        plan=trial.plan,
        watched=tuple(trial.own[symbol] for symbol in trial.plan.watched_symbols),
        bars_per_year=max(bars_per_year(spec.timeframe, series[symbol].trading) for symbol in trial.plan.held_symbols),
    )


def _replayed(trial: Trial, orders: Orders, costs: Costs) -> BacktestResult:
    """Orders filled at other costs; the money that came in is the same."""
    account = replace(trial.spec.account, costs=costs)
    if trial.timeline is None:
        return replay(orders, trial.bars, first=trial.first, account=account)
    return replay_portfolio(orders, trial.held_bars, first_on=trial.first_on, account=account, payments=trial.payments)


def _filled_late(trial: Trial, late: int) -> BacktestResult:
    """The same strategy, its orders filled so many bars later than they could be."""
    if isinstance(trial.plan, RulePlan) and trial.source.producer == TemplateProducer.name:
        return run_plan(
            trial.plan,
            trial.bars,
            first=trial.first,
            account=trial.spec.account,
            late=late,
            watched=[trial.own[symbol] for symbol in trial.plan.watched_symbols],
        )
    # what code, or rules that share slots, would have done after a later fill is not known: the orders stay as they are
    return _replayed(trial, delayed(trial.orders, late, last=len(trial.bars) - 1), trial.spec.costs)


def _late_symbols(trial: Trial) -> tuple[str, ...]:
    """Symbols whose bars begin inside the window: until then nothing of them could be bought."""
    if trial.timeline is None:
        return ()
    return tuple(
        f"{symbol} has no bar before {bars.sessions[0]}: orders for it waited until then, their money in cash"
        for symbol, bars in trial.own.items()
        if bars.sessions[0].item() > trial.first_on
    )
