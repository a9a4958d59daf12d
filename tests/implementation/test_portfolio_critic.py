"""The gate and portfolios: right ones pass, each kind of wrong one is stopped by the check named for it."""

from dataclasses import replace

import pytest

from bgagent.artifacts.attempts import CheckStatus, RunFailure, StrategySource
from bgagent.data.findings import Finding, Severity
from bgagent.engine.orders import Action, Order, pack_orders
from bgagent.engine.plan import (
    Costs,
    Distance,
    DistanceKind,
    PaymentPlan,
    Plan,
    Rule,
    RulePlan,
    RulePortfolio,
    SizeKind,
    Sizing,
    Weighting,
    WeightPlan,
)
from bgagent.implementation.critic import examine
from bgagent.implementation.trial import Trial
from bgagent.implementation.trying import try_source
from tests.implementation.portfolio_trials import MARKETS, ONE, THREE, TWO, market, spec_of, tried
from tests.implementation.trials import series_of

FIXED = WeightPlan(("ONE", "TWO"), Weighting.FIXED, "first_of_month", weights=(0.6, 0.4))
RANKED = WeightPlan(("ONE", "TWO", "THREE"), Weighting.RANKED, "first_of_month", score="change(close, 20)", top=1)
MONTHLY = PaymentPlan(("ONE",), 500.0)
CROSSES = RulePortfolio(
    tuple(
        RulePlan(
            symbol,
            entry=Rule("close > sma(close, 10)"),
            exit=Rule("close < sma(close, 10)"),
            stop_loss=Distance(DistanceKind.FRACTION, 0.04),
        )
        for symbol in ("ONE", "TWO", "THREE")
    ),
    slots=2,
)
RIGHT: dict[str, Plan] = {
    "fixed": FIXED,
    "ranked": RANKED,
    "equal, weekly": WeightPlan(("ONE", "TWO", "THREE"), on="first_of_week"),
    "inverse volatility": WeightPlan(("ONE", "TWO", "THREE"), Weighting.INVERSE_VOLATILITY, volatility_bars=20),
    "with cash as refuge": replace(FIXED, holds="close > sma(close, 40)"),
    "with another symbol as refuge": replace(
        RANKED, symbols=("ONE", "TWO"), holds="close > sma(close, 40)", otherwise="THREE"
    ),
    "spread over those that hold": WeightPlan(("ONE", "TWO", "THREE"), holds="close > sma(close, 20)", spread=True),
    "on a signal of a third": replace(FIXED, when="rsi(5) < 45", on="every_session", signal_symbol="THREE"),
    "by drift": replace(FIXED, on="every_session", drift=0.02),
    "long and short": replace(RANKED, bottom=1),
    "whole shares": replace(FIXED, whole_shares=True),
    "with stops": replace(FIXED, stop_loss=Distance(DistanceKind.FRACTION, 0.03)),
    "with trailing stops": replace(RANKED, trailing_stop=Distance(DistanceKind.FRACTION, 0.05)),
    "with stops by ATR": replace(FIXED, stop_loss=Distance(DistanceKind.ATR, 2.0)),
    "payments": MONTHLY,
    "payments into two": PaymentPlan(("ONE", "TWO"), 500.0, "first_of_week", weights=(0.7, 0.3)),
    "payments when low": PaymentPlan(("ONE", "TWO"), 500.0, "every_session", when="rsi(5) < 35"),
    "payments, rebalanced": PaymentPlan(("ONE", "TWO"), 500.0, rebalance_on="first_of_quarter"),
    "payments, whole shares": PaymentPlan(("ONE", "TWO"), 500.0, whole_shares=True),
    "rules that share cash": CROSSES,
    "rules by score": replace(CROSSES, score="rsi(14)"),
    "rules with own sizes": replace(
        CROSSES, plans=tuple(replace(plan, sizing=Sizing(SizeKind.CASH, 2_500.0)) for plan in CROSSES.plans)
    ),
}
DEAR = Costs(slippage_bps=20.0, commission_bps=10.0, commission_per_order=1.0, commission_minimum=2.0)


def found(trial: Trial) -> dict[str, str]:
    return {check.id: check.status.value for check in examine((trial,)).checks}


def findings(trial: Trial) -> set[str]:
    return {check.id for check in examine((trial,)).findings}


@pytest.mark.parametrize("costs", [Costs(), Costs(0.0), DEAR], ids=["usual", "none", "dear"])
@pytest.mark.parametrize("name", RIGHT)
def test_a_portfolio_by_its_plan_passes_every_check(name, costs):
    plan = RIGHT[name]
    for capital in (10_000.0, 0.0) if isinstance(plan, PaymentPlan) else (10_000.0,):
        trial = tried(plan, costs=costs, capital=capital)
        assert trial.result is not None, trial.rejected
        assert trial.result.fills
        critique = examine((trial,))
        assert critique.is_acceptable, critique.findings


@pytest.mark.parametrize("name", RIGHT)
def test_a_portfolio_on_markets_with_other_holidays_passes(name):
    holey = {
        "ONE": market("ONE", seed=1, without=(60, 61, 80, 81, 82, 124)),
        "TWO": market("TWO", seed=2, without=tuple(range(63, 250, 7))),
        "THREE": market("THREE", seed=3, without=(62, 145, 146)),
    }
    trial = tried(RIGHT[name], markets=holey, costs=DEAR)
    critique = examine((trial,))
    assert critique.is_acceptable, critique.findings


def later(orders: list[Order], *, on: int = 1, by: int = 1) -> list[Order]:
    """The `on`-th date of the orders comes `by` bars later."""
    dates = sorted({order.decided_on for order in orders})
    moved = [
        replace(each, decided_on=each.decided_on + by) if each.decided_on == dates[on] else each for each in orders
    ]
    return sorted(moved, key=lambda order: order.decided_on)


def weighted(orders: list[Order], change: dict[float, float]) -> list[Order]:
    return [replace(order, weight=change.get(order.weight, order.weight)) for order in orders]


WRONG: dict[str, tuple[Plan, object, str]] = {
    # what is wrong: plan, what becomes of its orders, id of the check that must stop it
    "a date too late": (FIXED, later, "rebalance_dates"),
    "a date left out": (
        FIXED,
        lambda orders: [each for each in orders if each.decided_on != sorted({o.decided_on for o in orders})[2]],
        "rebalance_dates",
    ),
    "one date too many": (
        FIXED,
        lambda orders: sorted([*orders, replace(orders[0], decided_on=70)], key=lambda each: each.decided_on),
        "rebalance_dates",
    ),
    "weights the wrong way round": (FIXED, lambda orders: weighted(orders, {0.6: 0.4, 0.4: 0.6}), "weights"),
    "a weight too small": (FIXED, lambda orders: weighted(orders, {0.4: 0.35}), "weights"),
    "weights above 1": (FIXED, lambda orders: weighted(orders, {0.6: 0.8}), "weights"),
    "the second best": (
        RANKED,
        lambda orders: [replace(each, symbol=(each.symbol + 1) % 3) for each in orders],
        "weights",
    ),
    "two held where one is": (
        RANKED,
        lambda orders: [
            replace(other, weight=0.5)
            for each in orders
            if each.weight
            for other in (each, replace(each, symbol=(each.symbol + 1) % 3))
        ],
        "positions",
    ),
    "bought once and left alone": (FIXED, lambda orders: orders[:2], "rebalance_dates"),
    "market orders for targets": (
        FIXED,
        lambda orders: [
            Order(each.decided_on, Action.ENTER_LONG, sizing=Sizing(value=each.weight), symbol=each.symbol)
            for each in orders[:2]
        ],
        "weights",
    ),
    "sold short": (FIXED, lambda orders: weighted(orders, {0.4: -0.4}), "direction"),
    "without its stop": (
        RIGHT["with stops"],
        lambda orders: [replace(each, stop_loss=None) for each in orders],
        "stop_loss",
    ),
    "with a stop nobody asked for": (
        FIXED,
        lambda orders: [replace(each, stop_loss=Distance(DistanceKind.FRACTION, 0.1)) for each in orders],
        "stop_loss",
    ),
    "trailing too near": (
        RIGHT["with trailing stops"],
        lambda orders: [
            replace(each, trailing_stop=Distance(DistanceKind.FRACTION, 0.02)) if each.weight else each
            for each in orders
        ],
        "trailing_stop",
    ),
    "a purchase left out": (MONTHLY, lambda orders: [*orders[:3], *orders[4:]], "purchases"),
    "half of the payment spent": (
        MONTHLY,
        lambda orders: [replace(each, sizing=Sizing(SizeKind.CASH, 250.0)) for each in orders],
        "purchases",
    ),
    "spent a day late": (MONTHLY, lambda orders: later(orders, on=2), "purchases"),
    "one symbol too many at once": (
        CROSSES,
        lambda orders: [
            *(Order(60, Action.ENTER_LONG, sizing=Sizing(value=0.5), symbol=symbol) for symbol in (0, 1)),
            Order(61, Action.ENTER_LONG, sizing=Sizing(SizeKind.QUANTITY, 1.0), symbol=2),
        ],
        "positions",
    ),
    "more than a slot": (
        CROSSES,
        lambda orders: [replace(each, sizing=Sizing(value=0.9)) if each.is_entry else each for each in orders],
        "capital",
    ),
    "other entries than the rules'": (CROSSES, lambda orders: later(orders, on=3), "agrees_with_rules"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_portfolio_is_stopped_by_the_check_named_for_it(name):
    plan, change, check_id = WRONG[name]
    trial = tried(plan, change=change)  # type: ignore[arg-type]
    assert trial.result is not None, trial.rejected
    assert {check_id, "agrees_with_rules"} <= findings(trial)


PAID = {
    "one left out": lambda paid: paid[:-1],
    "one too many": lambda paid: [*paid, replace(paid[0], bar=paid[0].bar + 1)],
    "one too large": lambda paid: [replace(paid[0], amount=600.0), *paid[1:]],
    "one on another day": lambda paid: [paid[0], replace(paid[1], bar=paid[1].bar - 1), *paid[2:]],
    "none": lambda paid: [],
}


@pytest.mark.parametrize("name", PAID)
def test_money_that_comes_otherwise_than_the_plan_says_is_stopped(name):
    trial = tried(MONTHLY, payments=PAID[name], capital=1_000.0)
    assert "payments" in findings(trial)


def test_orders_for_a_symbol_that_is_not_of_the_plan_are_stopped():
    trial = tried(FIXED, change=lambda orders: [replace(each, symbol=each.symbol + 1) for each in orders])
    assert findings(trial) == {"symbol", "orders"}


def test_a_ranking_that_peeks_is_stopped():
    trial = tried(RANKED)
    ahead = pack_orders([replace(each, symbol=(each.symbol + 1) % 3) for each in trial.order_list()])
    peeking = replace(trial, free=ahead, again=trial.blind)
    assert "lookahead" in findings(peeking)
    assert found(peeking)["deterministic"] == CheckStatus.PASS


def test_money_that_hangs_on_the_future_is_stopped():
    trial = replace(tried(MONTHLY), payments_differ=True)
    assert "lookahead" in findings(trial)


def test_books_with_payments_that_do_not_balance_are_stopped():
    trial = tried(MONTHLY)
    assert trial.result is not None
    paid = (replace(trial.result.payments[0], amount=400.0), *trial.result.payments[1:])
    assert "books" in findings(replace(trial, result=replace(trial.result, payments=paid)))


def test_a_fill_at_another_price_than_its_symbols_open_is_stopped():
    trial = tried(FIXED)
    assert trial.result is not None
    fills = list(trial.result.fills)
    fills[1] = replace(fills[1], raw_price=fills[0].raw_price, price=fills[0].price)
    assert "fills" in findings(replace(trial, result=replace(trial.result, fills=tuple(fills))))


def test_weights_that_were_ordered_and_not_reached_are_stopped():
    trial = tried(FIXED)
    assert trial.result is not None
    fills = tuple(replace(fill, quantity=fill.quantity * 0.9) for fill in trial.result.fills)
    wrong = replace(trial, result=replace(trial.result, fills=fills))
    assert {"weights_reached", "agrees_with_rules"} & findings(wrong) == {"weights_reached"}


def test_a_portfolio_that_never_holds_anything_is_told_so_and_not_stopped():
    trial = tried(replace(FIXED, holds="close < 0.01"))
    critique = examine((trial,))
    assert critique.is_acceptable, critique.findings
    (traded,) = [check for check in critique.checks if check.id == "traded"]
    assert traded.status is CheckStatus.WARN
    assert "close < 0.01" in traded.detail


def test_too_short_a_history_of_one_symbol_is_told():
    plan = replace(RANKED, score="change(close, 80)")
    (warmup,) = [check for check in examine((tried(plan),)).checks if check.id == "warmup"]
    assert warmup.status is CheckStatus.WARN
    assert "change(close, 80)" in warmup.detail


def test_the_markets_have_what_the_tests_need():
    assert (ONE.symbol, TWO.symbol, THREE.symbol) == tuple(MARKETS)
    held = {trade.symbol for trade in tried(RANKED).result.trades}  # type: ignore[union-attr]
    assert len(held) > 1
    stopped = {trade.exit_reason.value for trade in tried(RIGHT["with stops"]).result.trades}  # type: ignore[union-attr]
    assert {"stop_loss", "rebalance"} <= stopped


def test_rules_that_watch_another_symbol_pass_and_are_told_when_they_never_held():
    watching = replace(FIXED, holds="three.close > sma(three.close, 20)", watches=("THREE",))
    critique = examine((tried(watching),))
    assert critique.is_acceptable, critique.findings
    rules = RulePortfolio((RulePlan("ONE", entry=Rule("three.close < 0.01"), watches=("THREE",)),))
    (traded,) = [check for check in examine((tried(rules),)).checks if check.id == "traded"]
    assert "0 of 190 bars (nearest on " in traded.detail


def test_a_ranking_whose_best_may_not_be_held_leaves_its_place_empty():
    ranked_first = replace(RANKED, top=2, holds="close > sma(close, 20)", ranked_first=True)
    critique = examine((tried(ranked_first),))
    assert critique.is_acceptable, critique.findings
    others = replace(ranked_first, ranked_first=False)
    assert tried(others).orders.tobytes() != tried(ranked_first).orders.tobytes()


def test_what_is_odd_about_one_symbols_bars_names_it():
    gap = Finding("gap", Severity.CAUTION, "a gap of ten days")
    spec, run = spec_of(FIXED), spec_of(FIXED).runs[0]
    loaded = {"ONE": series_of(ONE), "TWO": replace(series_of(TWO), findings=(gap,))}
    source = StrategySource("test", "x", "template")
    trial = try_source(spec, run, loaded, source, propose=lambda *_: RunFailure("crash", "it failed"))
    assert [str(found) for found in trial.findings] == ["TWO: a gap of ten days"]
