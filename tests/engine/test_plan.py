"""Plans are data: they say what cannot be meant, name the symbols they need, and survive a round trip as JSON."""

import msgspec
import pytest

from bgagent.engine.plan import (
    Account,
    Costs,
    Distance,
    DistanceKind,
    PaymentPlan,
    Rule,
    RulePlan,
    RulePortfolio,
    StopStep,
    Weighting,
    WeightPlan,
)

TENTH = Distance(DistanceKind.FRACTION, 0.1)
HOLD = Rule(on="first_session")
PLANS = [
    RulePlan("SPY", HOLD, stop_steps=(StopStep(0.05), StopStep(0.1, 0.05))),
    RulePortfolio((RulePlan("SPY", HOLD), RulePlan("TLT", short_entry=HOLD, stop_loss=TENTH)), slots=1),
    WeightPlan(("SPY", "TLT"), Weighting.FIXED, "first_of_quarter", weights=(0.6, -0.4)),
    WeightPlan(("SPY", "QQQ"), Weighting.RANKED, score="change(close, 63)", top=1, otherwise="T", signal_symbol="I"),
    PaymentPlan(("SPY",), 500.0, rebalance_on="first_of_year"),
]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: type(plan).__name__)
def test_a_plan_is_the_same_after_json(plan):
    assert msgspec.json.decode(msgspec.json.encode(plan), type=type(plan)) == plan


@pytest.mark.parametrize(
    ("plan", "needed", "direction"),
    list(
        zip(
            PLANS,
            [("SPY",), ("SPY", "TLT"), ("SPY", "TLT"), ("SPY", "QQQ", "T", "I"), ("SPY",)],
            ["long", "both", "both", "long", "long"],
            strict=True,
        )
    ),
)
def test_a_plan_names_its_symbols_and_its_direction(plan, needed, direction):
    assert plan.needed_symbols == needed
    assert plan.direction == direction


def test_shares_of_a_payment_are_equal_unless_said():
    assert PaymentPlan(("A", "B"), 1.0).shares == (0.5, 0.5)
    assert PaymentPlan(("A", "B"), 1.0, weights=(0.7, 0.2)).shares == (0.7, 0.2)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: RulePortfolio(()), "needs a plan"),
        (lambda: RulePortfolio((RulePlan("A", HOLD), RulePlan("A", HOLD))), "named twice"),
        (lambda: RulePortfolio((RulePlan("A", HOLD),), slots=2), "slots must lie between"),
        (lambda: WeightPlan(()), "needs a symbol"),
        (lambda: WeightPlan(("A",), Weighting.FIXED), "with fixed weighting"),
        (lambda: WeightPlan(("A",), weights=(1.0,)), "with fixed weighting"),
        (lambda: WeightPlan(("A", "B"), Weighting.FIXED, weights=(1.0,)), "1 weights were given for 2"),
        (lambda: WeightPlan(("A",), Weighting.RANKED, score="close"), "top is given"),
        (lambda: WeightPlan(("A",), Weighting.RANKED, score="close", top=1, bottom=1), "top 1 and bottom 1 of 1"),
        (lambda: WeightPlan(("A",), volatility_bars=1), "volatility_bars"),
        (lambda: WeightPlan(("A",), invested=0.0), "invested"),
        (lambda: WeightPlan(("A",), drift=-0.1), "drift"),
        (lambda: WeightPlan(("A",), otherwise="B", spread=True), "not to both"),
        (lambda: PaymentPlan(("A",), 0.0), "a payment must be above 0"),
        (lambda: PaymentPlan(("A", "B"), 1.0, weights=(0.6, 0.6)), "sum to at most 1"),
        (lambda: StopStep(0.05, 0.05), "stop_at < gain"),
        (lambda: Account(-1.0), "0 or more"),
        (lambda: Account(1.0, leverage=0.5), "leverage"),
        (lambda: Costs(borrow_rate=-0.1), "borrow_rate"),
    ],
)
def test_what_cannot_be_meant_is_refused(make, complaint):
    with pytest.raises(ValueError, match=complaint):
        make()
