"""Fills that no market would have given are found, whatever the engine says; right ones never are."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bgagent.artifacts.attempts import CheckStatus, StrategySource
from bgagent.engine.backtest import run_plan
from bgagent.engine.plan import Costs, Distance, DistanceKind, RulePlan
from bgagent.engine.result import Fill
from bgagent.implementation.fills import check_fills
from bgagent.implementation.levels import check_stop_loss, check_take_profit, check_trailing_stop
from bgagent.implementation.trial import Trial
from tests.implementation.test_template import plans
from tests.implementation.trials import CROSSOVER, WARMUP, spec_of, wavy_bars

TRAILED = replace(CROSSOVER, stop_loss=None, take_profit=None, trailing_stop=Distance(DistanceKind.FRACTION, 0.03))


def by_the_engine(plan: RulePlan, *, seed: int = 3, costs: Costs = Costs()) -> Trial:  # noqa: B008 - frozen
    """What the engine makes of a plan, as a trial without a sandbox."""
    bars = wavy_bars(seed=seed)
    spec = spec_of(plan, bars, costs=costs)
    own = {"WAVY": bars, "OTHER": replace(wavy_bars(seed=seed + 1), symbol="OTHER")}
    watched = [own[symbol] for symbol in plan.watched_symbols]
    result = run_plan(plan, bars, first=WARMUP, account=spec.account, watched=watched)
    source = StrategySource("test", "", "template")
    orders = result.orders
    return Trial(spec, spec.runs[0], bars, WARMUP, source, orders, orders, None, (), result, result, own=own)


@settings(max_examples=300)
@given(
    plan=plans(),
    seed=st.integers(0, 20),
    costs=st.sampled_from(
        (Costs(), Costs(0.0), Costs(30.0, 10.0), Costs(5.0, commission_per_order=2.0, commission_minimum=3.0))
    ),
)
def test_what_the_engine_fills_is_never_found_wrong(plan: RulePlan, seed: int, costs: Costs):
    trial = by_the_engine(plan, seed=seed, costs=costs)
    assert trial.result is not None
    assume(not trial.result.ruined)
    assert check_fills(trial, trial.result).status is CheckStatus.PASS, check_fills(trial, trial.result).detail
    for check in (check_stop_loss, check_take_profit, check_trailing_stop):
        found = check(trial, trial.result)
        assert found is None or found.status is CheckStatus.PASS, found.detail


def falsified(trial: Trial, kind: str, change: Callable[[Trial, Fill], dict[str, Any]]) -> Trial:
    """The trial with every fill of one kind changed."""
    assert trial.result is not None
    fills = tuple(replace(fill, **change(trial, fill)) if fill.kind == kind else fill for fill in trial.result.fills)
    assert fills != trial.result.fills, "there is no such fill to falsify"
    return replace(trial, result=replace(trial.result, fills=fills))


def at(price: float, fill: Fill) -> dict[str, Any]:
    return {"raw_price": price, "price": price * fill.price / fill.raw_price}


WRONG_FILLS: dict[str, tuple[RulePlan, str, Callable[[Trial, Fill], dict[str, Any]]]] = {
    "entries at the low": (CROSSOVER, "entry", lambda trial, fill: at(float(trial.bars.low[fill.bar]), fill)),
    "entries at the close": (CROSSOVER, "entry", lambda trial, fill: at(float(trial.bars.close[fill.bar]), fill)),
    "exits at the close": (CROSSOVER, "rule", lambda trial, fill: at(float(trial.bars.close[fill.bar]), fill)),
    "stops better than their level": (CROSSOVER, "stop_loss", lambda _, fill: at(fill.raw_price * 1.004, fill)),
    "targets at the high": (
        replace(CROSSOVER, take_profit=Distance(DistanceKind.FRACTION, 0.04)),
        "take_profit",
        lambda trial, fill: at(float(trial.bars.high[fill.bar]), fill),
    ),
    "trailing stops better than their level": (
        TRAILED,
        "trailing_stop",
        lambda _, fill: at(fill.raw_price * 1.002, fill),
    ),
    "no slippage": (CROSSOVER, "entry", lambda _, fill: {"price": fill.raw_price}),
    "half the size": (CROSSOVER, "entry", lambda _, fill: {"quantity": fill.quantity / 2}),
    "twice the size": (CROSSOVER, "entry", lambda _, fill: {"quantity": fill.quantity * 2}),
    "outside of the bar": (CROSSOVER, "entry", lambda trial, fill: at(float(trial.bars.low[fill.bar]) * 0.97, fill)),
}


@pytest.mark.parametrize("name", WRONG_FILLS)
def test_wrong_fills_are_found(name: str):
    plan, kind, change = WRONG_FILLS[name]
    trial = falsified(by_the_engine(plan), kind, change)
    assert trial.result is not None
    assert check_fills(trial, trial.result).status is CheckStatus.FAIL


def test_a_stop_that_was_reached_on_the_entry_bar_itself_is_not_passed_over():
    trial = by_the_engine(CROSSOVER)
    assert trial.result is not None
    trade = trial.result.trades[0]
    assert trade.stop_loss is not None
    low = trial.bars.low.copy()
    low[trade.entry_bar] = trade.stop_loss * 0.99
    changed = replace(trial, bars=replace(trial.bars, low=low))
    found = check_stop_loss(changed, trial.result)
    assert found is not None
    assert found.status is CheckStatus.FAIL


def test_a_stop_that_follows_the_market_is_no_stop_that_was_passed():
    plan = replace(CROSSOVER, take_profit=None, stop_loss=Distance(DistanceKind.ATR, 1.5, follows=True))
    trial = by_the_engine(plan)
    assert trial.result is not None
    found = check_stop_loss(trial, trial.result)
    assert found is not None
    assert found.status is CheckStatus.PASS


def test_a_stop_below_zero_is_a_warning():
    trial = by_the_engine(replace(CROSSOVER, stop_loss=Distance(DistanceKind.MONEY, 500.0)))
    assert trial.result is not None
    found = check_stop_loss(trial, trial.result)
    assert found is not None
    assert found.status is CheckStatus.WARN
    assert "never be hit" in found.detail
