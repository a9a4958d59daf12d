"""The cases run by the engine."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.crosscheck.cases import Case
from bgagent.bars import Bars
from bgagent.engine.backtest import run_plan
from bgagent.engine.plan import Account, Costs, Distance, DistanceKind, Rule, RulePlan, Sizing, Weighting, WeightPlan
from bgagent.engine.portfolio import run_portfolio


@dataclass(frozen=True, slots=True)
class Outcome:
    """fills: (bar, symbol's number, signed quantity, price), in order; equity: at each close."""

    fills: tuple[tuple[int, int, float, float], ...]
    equity: tuple[float, ...]


def run(case: Case, series: Sequence[Bars]) -> Outcome:
    """What the engine makes of a case; the first of the series is traded, all of them by a rebalancing."""
    account = Account(case.cash, Costs(slippage_bps=0.0, commission_bps=case.fee * 1e4))
    if case.family == "rebalance":
        plan = WeightPlan(tuple(b.symbol for b in series), Weighting.FIXED, weights=case.weights)
        # a symbol is bought once it has a bar before, so the window begins on the second one
        result = run_portfolio(plan, series, first_on=series[0].sessions[1].item(), account=account)
    else:
        result = run_plan(_plan(case, series[0].symbol), series[0], first=0, account=account)
    number = {bars.symbol: place for place, bars in enumerate(series)}
    fills = tuple((fill.bar, number[fill.symbol], fill.quantity, fill.price) for fill in result.fills)
    return Outcome(fills, tuple(result.equity.tolist()[-len(series[0]) :]))


def _plan(case: Case, symbol: str) -> RulePlan:
    fast, slow = f"sma(close, {case.fast})", f"sma(close, {case.slow})"
    entry, leave = f"crosses_above({fast}, {slow})", f"crosses_below({fast}, {slow})"
    if case.family == "rsi":
        entry, leave = f"rsi({case.fast}) < {case.low}", f"rsi({case.fast}) > {case.high}"
    is_bracket = case.family == "bracket"
    return RulePlan(
        symbol,
        entry=Rule(entry),
        exit=None if is_bracket else Rule(leave),
        stop_loss=Distance(DistanceKind.FRACTION, case.stop) if is_bracket else None,
        take_profit=Distance(DistanceKind.FRACTION, case.target) if is_bracket else None,
        sizing=Sizing(whole_shares=case.whole_shares),
    )
