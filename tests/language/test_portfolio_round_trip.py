"""What is said of a plan of weights, of payments or of rules for several symbols reads as that same plan."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgagent.artifacts.spec import StrategySpec
from bgagent.engine.plan import (
    Costs,
    Distance,
    DistanceKind,
    PaymentPlan,
    Plan,
    Rule,
    RulePlan,
    RulePortfolio,
    Weighting,
    WeightPlan,
)
from bgagent.engine.rules import parse
from bgagent.language.say import label_runs, say
from bgagent.periods import Period, Timeframe
from tests.language.reading import reading

SYMBOLS = ("AAPL", "SPY", "TLT", "GLD", "BTC-USD", "BRK-B", "QQQ", "XLK")
universes = st.lists(st.sampled_from(SYMBOLS), min_size=2, max_size=5, unique=True).map(tuple)
schedules = st.sampled_from(
    (
        "every_session",
        "first_of_week",
        "first_of_month",
        "first_of_quarter",
        "first_of_year",
        "last_of_month",
        "weekday == 2",
        "on_day(15)",
        "dated(7, 1)",
        "month == 12 and day > 20",  # no words for it
    )
)
rebalancing = schedules | st.just("first_session")
payment_dates = schedules | st.sampled_from(
    [f"first_session or first_of_{unit}" for unit in ("week", "month", "quarter", "year")]
)
scores = st.sampled_from(
    (
        "change(close, 126)",
        "change(close, 63)",
        "-change(close, 21)",
        "rsi(14)",
        "-rsi(2)",
        "-deviation(change(close, 1), 60)",
        "previous(close, 21) / previous(close, 252) - 1",
        "(change(close, 63) + change(close, 126)) / 2",
        "close / sma(close, 200)",
    )
)
conditions = st.sampled_from(
    (
        "close > sma(close, 200)",
        "close >= ema(close, 50)",
        "rsi(14) < 70",
        "change(close, 252) > 0",
        "sma(close, 50) > sma(close, 200)",
        "close > sma(close, 200) and rsi(14) < 70",
        "atr(14) > 2 * previous(close)",  # no words for it
    )
)
distances = st.none() | st.sampled_from([0.05, 0.125]).map(lambda part: Distance(DistanceKind.FRACTION, part))


@st.composite
def shares(draw: st.DrawFn, count: int, *, all_of_it: bool) -> tuple[float, ...]:
    """Hundredths that sum to 1, or to less where some may stay in cash."""
    cuts = draw(st.lists(st.integers(1, 99), min_size=count - 1, max_size=count - 1, unique=True).map(sorted))
    parts = [after - before for before, after in zip([0, *cuts], [*cuts, 100], strict=True)]
    if not all_of_it and parts[0] > 1 and draw(st.booleans()):
        parts[0] -= 1
    return tuple(part / 100 for part in parts)


@st.composite
def weight_plans(draw: st.DrawFn) -> WeightPlan:
    symbols = draw(universes)
    plan = WeightPlan(
        symbols,
        on=draw(rebalancing),
        stop_loss=draw(distances),
        take_profit=draw(distances),
        whole_shares=draw(st.booleans()),
    )
    kind = draw(st.sampled_from(list(Weighting)))
    if kind is Weighting.FIXED:
        weights = draw(shares(len(symbols), all_of_it=False))
        thirds = len(symbols) > 2 and len(set(weights)) == 1
        signed = (-weights[0], *weights[1:]) if draw(st.booleans()) else weights
        plan = plan if thirds else replace(plan, weighting=kind, weights=signed)
    elif kind is Weighting.RANKED:
        top = draw(st.integers(0, len(symbols) - 1))
        bottom = draw(st.integers(1, len(symbols) - top)) if not top else draw(st.sampled_from([None, 1]))
        plan = replace(plan, weighting=kind, score=draw(scores), top=top, bottom=bottom)
    elif kind is Weighting.INVERSE_VOLATILITY:
        plan = replace(plan, weighting=kind, volatility_bars=draw(st.integers(2, 252)))
    if kind is not Weighting.FIXED and draw(st.booleans()):
        plan = replace(plan, invested=draw(st.sampled_from([0.5, 0.9])))
    return draw(conditioned(plan))


@st.composite
def conditioned(draw: st.DrawFn, plan: WeightPlan) -> WeightPlan:
    if plan.on != "first_session" and draw(st.booleans()):
        plan = replace(plan, drift=draw(st.sampled_from([0.01, 0.05])))
    if draw(st.booleans()):
        return plan
    plan = replace(plan, holds=draw(conditions))
    instead = draw(st.sampled_from(["cash", "others", "IEF"]))
    plan = replace(plan, otherwise="IEF") if instead == "IEF" else replace(plan, spread=instead == "others")
    if draw(st.booleans()):
        return replace(plan, signal_symbol="DIA")
    count = (plan.top or 0) + (plan.bottom or 0)
    decides = plan.weighting is Weighting.RANKED and count < len(plan.symbols) and plan.holds != f"{plan.score} > 0"
    return replace(plan, ranked_first=True) if decides and draw(st.booleans()) else plan


@st.composite
def payment_plans(draw: st.DrawFn) -> PaymentPlan:
    symbols = draw(universes)
    weights: tuple[float, ...] = draw(st.just(()) | shares(len(symbols), all_of_it=True))
    even = bool(weights) and len(weights) > 2 and len(set(weights)) == 1
    return PaymentPlan(
        symbols if draw(st.booleans()) or weights else symbols[:1],
        draw(st.sampled_from([100.0, 250.5, 10_000.0])),
        draw(payment_dates),
        () if even else weights,
        when=draw(st.none() | conditions),
        rebalance_on=draw(st.none() | schedules),
        whole_shares=draw(st.booleans()),
    )


@st.composite
def rule_portfolios(draw: st.DrawFn) -> RulePortfolio:
    symbols = draw(universes)
    rules = RulePlan(
        "",
        entry=Rule(draw(conditions)),
        exit=Rule("close < lowest(low, 10)"),
        stop_loss=draw(distances),
        hold_bars=draw(st.none() | st.integers(1, 30)),
    )
    slots = draw(st.none() | st.integers(1, len(symbols) - 1))
    score = draw(st.none() | scores.filter(lambda text: "rsi" in text or "/ sma" in text))
    return RulePortfolio(tuple(replace(rules, symbol=symbol) for symbol in symbols), slots, score)


def as_spec(*plans: Plan, capital: float = 10_000.0) -> StrategySpec:
    spec = StrategySpec(
        summary="",
        runs=label_runs([_normal(plan) for plan in plans]),
        period=Period(date(2015, 3, 2), date(2023, 12, 29)),
        timeframe=Timeframe.DAY,
        initial_capital=capital,
        currency="USD",
        costs=Costs(),
    )
    return replace(spec, summary=say(spec))


def _normal(plan: Plan) -> Plan:
    """With expressions written as the reader writes them."""
    if isinstance(plan, WeightPlan) and plan.score:
        return replace(plan, score=parse(plan.score).text)
    return plan


def assert_reads_back(spec: StrategySpec) -> None:
    found = reading(spec.summary)
    assert found.spec == spec, (spec.summary, found.unexplained, found.questions)


@given(weight_plans())
@settings(deadline=None, max_examples=60)
def test_a_plan_of_weights_reads_back(plan: WeightPlan):
    assert_reads_back(as_spec(plan))


@given(payment_plans(), st.sampled_from([0.0, 5000.0]))
@settings(deadline=None, max_examples=40)
def test_a_plan_of_payments_reads_back(plan: PaymentPlan, capital: float):
    assert_reads_back(as_spec(plan, capital=capital))


@given(rule_portfolios())
@settings(deadline=None, max_examples=25)
def test_rules_for_several_symbols_read_back(plan: RulePortfolio):
    assert_reads_back(as_spec(plan))


@given(weight_plans(), weight_plans() | rule_portfolios())
@settings(deadline=None, max_examples=25)
def test_a_comparison_of_portfolios_reads_back(first: WeightPlan, second: Plan):
    hold = RulePlan("SPY", entry=Rule(on="first_session"))
    assert_reads_back(as_spec(first, second, hold))


@pytest.mark.parametrize("symbol", ["SPY", "BTC-USD"])
def test_one_symbol_held_while_something_holds_reads_back(symbol: str):
    plan = WeightPlan((symbol,), on="first_of_month", holds="close > sma(close, 200)", otherwise="TLT")
    assert_reads_back(as_spec(plan))
