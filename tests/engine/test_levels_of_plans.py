"""Stops and targets at a price that an expression gives, and targets as multiples of the risk: by hand."""

import pytest

from bgagent.engine.backtest import replay, run_plan, run_strategy
from bgagent.engine.orders import OrderError
from bgagent.engine.plan import Account, Costs, Distance, DistanceKind, Rule, RulePlan, StopStep, WeightPlan
from bgagent.engine.strategy import Strategy
from tests.engine.hand_bars import FREE, bars_from

# open, high, low, close
FALLING = [
    (100, 101, 98, 100),
    (100, 103, 97, 101),  # decides: its low is 97, the lowest of two 97
    (102, 104, 101, 103),  # in at 102; the way to the stop is 5
    (103, 108, 102, 107),
    (107, 113, 106, 112),  # 102 + 2 x 5 is 112
    (110, 111, 90, 95),
]
ENTRY = Rule("close > previous(close)")
LOW = Distance(DistanceKind.PRICE, 1.0, at="lowest(low, 2)")


def trades_of(plan: RulePlan, rows=FALLING, costs: Costs = FREE):
    bars = bars_from(rows)
    result = run_plan(plan, bars, first=0, account=Account(10_000.0, costs))
    again = replay(result.orders, bars, first=0, account=Account(10_000.0, costs))
    assert again.trades == result.trades
    assert result.books_error < 1e-12
    return result.trades


def first_of(plan: RulePlan, rows=FALLING, costs: Costs = FREE):
    trade = trades_of(plan, rows, costs)[0]
    return trade.entry_bar, trade.stop_loss, trade.take_profit, trade.exit_bar, str(trade.exit_reason)


def test_a_stop_at_the_low_and_a_target_of_twice_the_risk():
    plan = RulePlan("TEST", entry=ENTRY, stop_loss=LOW, take_profit=Distance(DistanceKind.RISK, 2.0))
    assert first_of(plan) == (2, 97.0, 112.0, 4, "take_profit")


def test_the_risk_is_measured_from_the_price_paid():
    plan = RulePlan("TEST", entry=ENTRY, stop_loss=LOW, take_profit=Distance(DistanceKind.RISK, 2.0))
    paid = 102 * 1.01
    assert first_of(plan, costs=Costs(slippage_bps=100)) == (
        2, 97.0, pytest.approx(paid + 2 * (paid - 97)), 5, "stop_loss",
    )  # fmt: skip


def test_a_level_is_a_multiple_of_the_number_at_the_decision():
    plan = RulePlan("TEST", entry=ENTRY, stop_loss=Distance(DistanceKind.PRICE, 0.9, at="low"), hold_bars=2)
    assert first_of(plan) == (2, pytest.approx(0.9 * 97), None, 4, "time")


def test_short_positions_have_levels_of_their_own():
    plan = RulePlan(
        "TEST",
        short_entry=ENTRY,
        stop_loss=Distance(DistanceKind.PRICE, 1.0, at="lowest(low, 2)", short_at="highest(high, 2) + 1"),
        take_profit=Distance(DistanceKind.RISK, 2.0),
    )
    assert first_of(plan) == (2, 104.0, 98.0, 2, "stop_loss")  # 102 - 2 x 2; the bar's high is 104


def test_an_entry_whose_level_is_not_known_is_not_made():
    plan = RulePlan("TEST", entry=ENTRY, stop_loss=Distance(DistanceKind.PRICE, 1.0, at="lowest(low, 4)"))
    assert [trade.entry_bar for trade in trades_of(plan)] == [4]
    plan = RulePlan("TEST", entry=ENTRY, stop_loss=Distance(DistanceKind.PRICE, 1.0, at="low - 200"))
    assert trades_of(plan) == ()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"stop_loss": Distance(DistanceKind.RISK, 1.0)}, "only a target"),
        ({"take_profit": Distance(DistanceKind.RISK, 1.0)}, "needs a stop loss"),
        ({"trailing_stop": LOW}, "a trailing stop is a distance"),
        (
            {"stop_loss": Distance(DistanceKind.ATR, 1.0, follows=True), "stop_steps": (StopStep(0.1),)},
            "cannot follow the ATR too",
        ),
    ],
)
def test_levels_that_make_no_sense_are_refused(fields, words):
    with pytest.raises(ValueError, match=words):
        RulePlan("TEST", entry=ENTRY, **fields)


def test_a_level_needs_its_expression_and_weights_take_none():
    with pytest.raises(ValueError, match="needs `at`"):
        Distance(DistanceKind.PRICE, 1.0)
    with pytest.raises(ValueError, match="needs `at`"):
        Distance(DistanceKind.MONEY, 1.0, at="low")
    with pytest.raises(ValueError, match="not supported with target weights"):
        WeightPlan(("A",), stop_loss=LOW)


def test_code_says_a_level_by_an_indicator():
    class Guarded(Strategy):
        def init(self):
            self.low_2 = self.indicator("lowest(low, 2)")
            self.later = self.indicator("lowest(low, 5)")

        def on_bar(self):
            if self.index == 0:
                assert self.buy(stop_loss=self.later) is None
            if self.index == 1:
                self.buy(stop_loss=self.low_2, take_profit=Distance(DistanceKind.RISK, 2.0))

    result = run_strategy(Guarded, bars_from(FALLING), first=0, account=Account(10_000.0, FREE))
    (trade,) = result.trades
    assert (trade.entry_bar, trade.stop_loss, trade.take_profit, trade.exit_bar) == (2, 97.0, 112.0, 4)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"take_profit": Distance(DistanceKind.RISK, 1.0)}, "needs a stop_loss"),
        ({"stop_loss": Distance(DistanceKind.RISK, 1.0)}, "only a target"),
        ({"stop_loss": LOW}, "given as Level"),
    ],
)
def test_code_that_asks_for_what_there_is_not_is_told(arguments, words):
    strategy = type("Asking", (Strategy,), {"on_bar": lambda self: self.buy(**arguments)})
    with pytest.raises(OrderError, match=words):
        run_strategy(strategy, bars_from(FALLING), first=0, account=Account(10_000.0, FREE))
