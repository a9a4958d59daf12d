"""Costs that leave nothing of a gain, on orders whose return is known for every cost."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.engine.backtest import buy_and_hold, replay, run_plan
from bgagent.engine.orders import Action, Order, pack_orders
from bgagent.engine.plan import Account, Costs, Distance, DistanceKind, Rule, RulePlan, Sizing
from bgagent.engine.robustness import CostPoint, break_even_cost_bps, delayed, returns_at_costs
from tests.engine.price_samples import bars_of, random_bars


class Run:
    """Round trips at the commission's full value: capital × growth × ((1 - c) / (1 + c)) ** trips."""

    def __init__(self, growth, trips):
        self.growth, self.trips, self.asked = growth, trips, []

    def __call__(self, costs):
        self.asked.append(costs)
        c = costs.commission_bps / 1e4
        return 1000.0 * self.growth * ((1 - c) / (1 + c)) ** self.trips


@pytest.mark.parametrize(("growth", "trips"), [(1.2, 1), (1.2, 50), (1.0001, 3), (8.0, 1), (30.0, 500), (1.5, 0.5)])
def test_break_even_cost_leaves_the_capital(growth, trips):
    run = Run(growth, trips)
    root = growth ** (1 / trips)
    cost = break_even_cost_bps(run, 1000.0)
    assert cost == pytest.approx(1e4 * (root - 1) / (root + 1), rel=1e-5)
    assert all(costs == Costs(0.0, commission_bps=costs.commission_bps) for costs in run.asked)
    assert len(run.asked) < 25


@pytest.mark.parametrize("growth", [1.0, 0.9, 0.0, -0.5, math.nan])
def test_without_a_gain_there_is_nothing_to_break_even(growth):
    assert break_even_cost_bps(Run(growth, 3), 1000.0) is None


def test_a_gain_no_cost_can_eat_has_no_break_even():
    assert break_even_cost_bps(lambda costs: 1100.0, 1000.0) is None


@given(st.lists(st.floats(0.01, 3000.0), min_size=1, max_size=5), st.floats(0.001, 1.0))
def test_a_return_that_falls_in_steps_still_has_its_break_even(steps, gain):
    def run(costs):
        return 1000.0 * (1 + gain - 1.2 * gain * sum(costs.commission_bps >= step for step in steps) / len(steps))

    cost = break_even_cost_bps(run, 1000.0)
    assert cost is not None
    if cost > 2e-6:
        assert run(Costs(0.0, commission_bps=cost - 2e-6)) > 1000.0
    assert run(Costs(0.0, commission_bps=cost + 2e-6)) <= 1000.0


def test_buy_and_hold_breaks_even_at_its_gain():
    bars = bars_of([100, 110, 130, 120])

    def run(costs):
        return buy_and_hold(bars, first=0, account=Account(5000.0, costs)).final_equity

    # 5000 / (100 (1 + c)) shares come to 5000 at the close of 120: c = 20 %
    assert break_even_cost_bps(run, 5000.0) == pytest.approx(2000.0, rel=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_replayed_orders_come_to_the_capital_at_the_break_even_cost(seed):
    bars = random_bars(seed, 300)
    plan = RulePlan(
        "TEST",
        entry=Rule(when="rsi(5) < 40"),
        exit=Rule(when="rsi(5) > 60"),
        stop_loss=Distance(DistanceKind.FRACTION, 0.05),
    )
    orders = run_plan(plan, bars, first=50, account=Account(1000.0)).orders

    def run(costs):
        return replay(orders, bars, first=50, account=Account(1000.0, costs)).final_equity

    cost = break_even_cost_bps(run, 1000.0)
    free = run(Costs(0.0))
    assert (cost is None) == (free <= 1000.0)
    if cost is not None:
        assert run(Costs(0.0, commission_bps=cost)) == pytest.approx(1000.0, rel=1e-7)
        assert run(Costs(0.0, commission_bps=cost / 2)) > 1000.0


def test_returns_at_costs_scale_every_cost():
    costs = Costs(slippage_bps=5.0, commission_bps=10.0, commission_per_order=1.0)
    seen = []

    def run(scaled):
        seen.append(scaled)
        return 1000.0 - scaled.commission_bps

    points = returns_at_costs(run, 1000.0, costs)
    assert [(point.factor, point.total_return) for point in points] == [
        (0.0, 0.0),
        (1.0, pytest.approx(-0.01)),
        (2.0, pytest.approx(-0.02)),
        (5.0, pytest.approx(-0.05)),
    ]
    assert seen == [point.costs for point in points] == [costs.times(factor) for factor in (0, 1, 2, 5)]
    assert returns_at_costs(run, 1000.0, costs, (0.0,)) == (CostPoint(0.0, Costs(0.0), 0.0),)


def test_a_run_without_capital_is_refused():
    with pytest.raises(ValueError, match="must be above 0, was 0"):
        break_even_cost_bps(lambda costs: 1.0, 0.0)
    with pytest.raises(ValueError, match="must be above 0"):
        returns_at_costs(lambda costs: 1.0, np.nan, Costs())


def test_delayed_orders_are_filled_so_many_opens_later():
    bars = bars_of([10.0, 20.0, 40.0, 50.0, 60.0])
    orders = pack_orders([Order(0, Action.ENTER_LONG, sizing=Sizing()), Order(2, Action.EXIT_ALL)])
    free = Account(1000.0, Costs(0.0))
    for late, entry, leave in ((0, 20.0, 50.0), (1, 40.0, 60.0)):
        later = delayed(orders, late, last=len(bars) - 1)
        (trade,) = replay(later, bars, first=1, account=free).trades
        assert (trade.entry_price, trade.exit_price) == (entry, leave)
    assert orders["decided_on"].tolist() == [0, 2]


def test_orders_delayed_beyond_the_last_bar_fall_away():
    orders = pack_orders([Order(day, Action.ENTER_LONG, sizing=Sizing()) for day in range(5)])
    assert delayed(orders, 2, last=4)["decided_on"].tolist() == [2, 3, 4]
    assert len(delayed(orders, 9, last=4)) == 0
    with pytest.raises(ValueError, match="earlier"):
        delayed(orders, -1, last=4)


def test_rules_heard_later_trade_as_if_every_condition_were_about_an_earlier_bar():
    bars = random_bars(5, 400)
    stop = Distance(DistanceKind.FRACTION, 0.03)

    def run(entry, leave, **options):
        plan = RulePlan(bars.symbol, entry=Rule(when=entry), exit=Rule(when=leave), stop_loss=stop)
        return run_plan(plan, bars, first=60, account=Account(1000.0), **options)

    for late in (1, 2):
        moved = run("close > sma(close, 9)", "close < sma(close, 9)", late=late)
        said = run(
            f"previous(close, {late}) > previous(sma(close, 9), {late})",
            f"previous(close, {late}) < previous(sma(close, 9), {late})",
        )
        # said of an earlier bar, the warm-up counts too: compare from the first exit by a rule on
        assert len(moved.closed_trades) > 10
        assert [trade.entry_bar for trade in moved.trades][2:] == [
            trade.entry_bar for trade in said.trades if trade.entry_bar >= moved.trades[2].entry_bar
        ]
    assert run("close > 0", "close < 0", late=0).trades == run("close > 0", "close < 0").trades


def test_a_dated_entry_heard_later_is_filled_so_many_opens_later():
    bars = bars_of([10.0, 20.0, 40.0, 50.0, 60.0])
    plan = RulePlan(bars.symbol, entry=Rule(on="first_session"), hold_bars=1)
    for late, entry in ((0, 1), (1, 2), (2, 3)):
        (trade,) = run_plan(plan, bars, first=1, account=Account(1000.0), late=late).trades
        assert (trade.entry_bar, trade.exit_bar) == (entry, entry + 1)
