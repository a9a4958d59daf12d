"""The Python rendered from plans over several symbols proposes the very orders of the plan, on random markets."""

import ast
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.bars import Bars, daily_bars
from bgagent.engine.orders import ORDER_DTYPE
from bgagent.engine.plan import (
    Account,
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
    StopStep,
    Weighting,
    WeightPlan,
)
from bgagent.engine.portfolio import run_portfolio
from bgagent.engine.portfolio_strategy import run_portfolio_strategy
from bgagent.engine.result import BacktestResult
from bgagent.implementation.template import render
from bgagent.periods import Period, Timeframe
from bgagent.sandbox.static_check import Checked, check_source
from tests.implementation.test_template import class_in, five_minutes

SYMBOLS = ("AAA", "BBB", "CCC", "DDD")
DAY_0 = np.datetime64("2023-11-01")
FIRST_ON = date(2024, 1, 2)


def market(symbol: str, rng: np.random.Generator, days: int = 140) -> Bars:
    """A random walk on weekdays, or on all days; some days are missing, and it may begin late."""
    calendar = DAY_0 + np.arange(days)
    kept = np.ones(days, dtype=bool) if rng.random() < 0.3 else np.is_busday(calendar)
    kept &= rng.random(days) > rng.choice([0.0, 0.0, 0.15])
    kept[: rng.choice([0, 0, 0, 70, 100])] = False
    count = int(kept.sum())
    close = 50 * np.exp(np.cumsum(rng.normal(0, 0.03, count)))
    opened = close * np.exp(rng.normal(0, 0.01, count))
    high = np.maximum(opened, close) * (1 + np.abs(rng.normal(0, 0.01, count)))
    low = np.minimum(opened, close) * (1 - np.abs(rng.normal(0, 0.01, count)))
    prices = {"open": opened, "high": high, "low": low, "close": close, "volume": rng.uniform(1e3, 1e5, count)}
    return daily_bars(symbol, calendar[kept], prices)


def universe(seed: int, *, with_warmup: bool) -> dict[str, Bars]:
    rng = np.random.default_rng(seed)
    found = {symbol: market(symbol, rng) for symbol in (*SYMBOLS, "SIG")}
    if with_warmup:
        return found
    return {symbol: bars.between(bars.index_of(FIRST_ON), len(bars)) for symbol, bars in found.items()}


def both_ways(
    plan: Plan, bars: dict[str, Bars], account: Account, *, first_on: date = FIRST_ON
) -> tuple[BacktestResult, BacktestResult, str]:
    """The plan, and the strategy rendered from it."""
    spec = StrategySpec(
        "A summary.", (RunSpec("x", plan),), Period(FIRST_ON, date(2024, 3, 19)), Timeframe.DAY, 1.0, "USD", Costs()
    )
    text = render(spec, spec.runs[0])
    assert isinstance(check_source(text, plan.needed_symbols), Checked)
    by_plan = run_portfolio(plan, [bars[symbol] for symbol in plan.needed_symbols], first_on=first_on, account=account)
    by_code = run_portfolio_strategy(
        class_in(text),
        [bars[symbol] for symbol in plan.held_symbols],
        first_on=first_on,
        account=account,
        watched=[bars[symbol] for symbol in plan.watched_symbols],
    )
    return by_plan, by_code, text


def assert_same(by_plan: BacktestResult, by_code: BacktestResult) -> None:
    """Orders field by field, payments and fills, to 1e-9."""
    assert len(by_plan.orders) == len(by_code.orders)
    for name in ORDER_DTYPE.names or ():
        np.testing.assert_allclose(
            by_code.orders[name].astype(float), by_plan.orders[name].astype(float), rtol=1e-9, atol=0, err_msg=name
        )
    assert [(p.bar, pytest.approx(p.amount, rel=1e-9)) for p in by_plan.payments] == [
        (p.bar, p.amount) for p in by_code.payments
    ]
    assert len(by_plan.fills) == len(by_code.fills)
    for one, other in zip(by_plan.fills, by_code.fills, strict=True):
        assert (one.bar, one.symbol, one.kind, one.lot) == (other.bar, other.symbol, other.kind, other.lot)
        assert (other.quantity, other.price) == (
            pytest.approx(one.quantity, rel=1e-9),
            pytest.approx(one.price, rel=1e-9),
        )
    np.testing.assert_allclose(by_code.equity, by_plan.equity, rtol=1e-9, atol=1e-9)


CONDITIONS = (
    "close > sma(close, 10)",
    "crosses_above(close, sma(close, 5))",
    "crosses_below(ema(close, 4), ema(close, 9)) or rsi(5) > 60",
    "rsi(5) < 45",
    "not rsi(5) < 45",
    "change(close, 3) > 0 and low < previous(low)",
    "sig.close > sma(sig.close, 5)",
    "crosses_above(close / bbb.close, sma(close / bbb.close, 4))",
)
CALENDARS = ("first_of_month", "every_session", "weekday == 1", "first_of_week", "on_weekday(4)", "last_of_month")
SCORES = ("close / previous(sig.close, 3)", "change(close, 5)", "rsi(7)", "-volatility(10)", "sma(close, 8) / close")
conditions = st.sampled_from(CONDITIONS)
calendars = st.sampled_from(CALENDARS)
fractions = st.sampled_from((0.02, 0.05, 0.1))
distances = st.one_of(
    st.builds(Distance, kind=st.just(DistanceKind.FRACTION), value=fractions),
    st.builds(Distance, kind=st.just(DistanceKind.MONEY), value=st.sampled_from((0.8, 2.0))),
    st.builds(Distance, kind=st.just(DistanceKind.ATR), value=st.sampled_from((1.0, 2.5))),
)
accounts = st.sampled_from(
    (
        Account(10_000.0, Costs(slippage_bps=0)),
        Account(10_000.0, Costs(slippage_bps=10, commission_per_order=1.0)),
        Account(25_000.0, Costs(commission_bps=20, borrow_rate=0.03), cash_interest=0.02),
    )
)
seeds = st.integers(0, 10_000)


@st.composite
def weight_plans(draw: st.DrawFn) -> WeightPlan:
    symbols = SYMBOLS[: draw(st.integers(1, 4))]
    weighting = draw(st.sampled_from(Weighting))
    fields = {}
    if weighting is Weighting.FIXED:
        shares = draw(st.lists(st.sampled_from((-0.2, 0.0, 0.1, 0.25)), min_size=len(symbols), max_size=len(symbols)))
        fields["weights"] = tuple(shares)
    if weighting is Weighting.RANKED:
        fields["score"] = draw(st.sampled_from(SCORES))
        fields["top"] = draw(st.integers(0, len(symbols)))
        fields["bottom"] = draw(st.sampled_from((None, len(symbols) - fields["top"])))
        fields["ranked_first"] = draw(st.booleans())
        if not fields["top"] and not fields["bottom"]:
            fields["top"] = 1
            fields["bottom"] = None
    if weighting is Weighting.FORMULA:
        fields["score"] = draw(st.sampled_from(("min(0.4, 0.002 / volatility(5))", "0.3 * change(close, 5)", "0.5")))
    if weighting is Weighting.INVERSE_VOLATILITY:
        fields["volatility_bars"] = draw(st.sampled_from((3, 10)))
    rest = draw(st.sampled_from(("none", "spread", "otherwise", "otherwise")))
    outside = draw(st.sampled_from((SYMBOLS[-1], SYMBOLS[0])))
    return WeightPlan(
        symbols,
        weighting,
        draw(calendars),
        when=draw(st.none() | conditions),
        holds=draw(st.none() | conditions),
        signal_symbol=draw(st.sampled_from((None, "SIG", SYMBOLS[0]))),
        otherwise=outside if rest == "otherwise" else None,
        spread=rest == "spread",
        invested=draw(st.sampled_from((1.0, 0.5))),
        drift=draw(st.sampled_from((None, 0.03))),
        stop_loss=draw(st.none() | distances),
        take_profit=draw(st.none() | distances),
        trailing_stop=draw(st.none() | distances),
        whole_shares=draw(st.booleans()),
        watches=("SIG", "BBB"),
        **fields,
    )


@settings(max_examples=150)
@given(plan=weight_plans(), seed=seeds, account=accounts, with_warmup=st.booleans())
def test_weights_are_rendered_as_they_are_meant(plan, seed, account, with_warmup):
    account = replace(account, leverage=3.0)
    by_plan, by_code, _ = both_ways(plan, universe(seed, with_warmup=with_warmup), account)
    assert_same(by_plan, by_code)


@st.composite
def payment_plans(draw: st.DrawFn) -> PaymentPlan:
    symbols = SYMBOLS[: draw(st.integers(1, 3))]
    return PaymentPlan(
        symbols,
        draw(st.sampled_from((100.0, 333.33))),
        draw(calendars | st.just("first_session or first_of_month")),
        weights=draw(st.sampled_from(((), tuple(0.9 / len(symbols) for _ in symbols)))),
        when=draw(st.none() | conditions),
        rebalance_on=draw(st.sampled_from((None, "first_of_month", "weekday == 3"))),
        whole_shares=draw(st.booleans()),
        watches=("BBB", "SIG"),
    )


@settings(max_examples=80)
@given(plan=payment_plans(), seed=seeds, account=accounts, capital=st.sampled_from((0.0, 5_000.0)), warm=st.booleans())
def test_payments_are_rendered_as_they_are_meant(plan, seed, account, capital, warm):
    account = replace(account, initial_capital=capital)
    by_plan, by_code, _ = both_ways(plan, universe(seed, with_warmup=warm), account)
    assert_same(by_plan, by_code)


rules = st.one_of(
    st.builds(Rule, when=conditions),
    st.builds(Rule, on=st.sampled_from((*CALENDARS, "first_session"))),
    st.builds(Rule, when=conditions, on=calendars),
)
following = st.builds(
    Distance, kind=st.just(DistanceKind.ATR), value=st.sampled_from((1.0, 2.5)), follows=st.booleans()
)


prices = st.sampled_from(
    (
        Distance(DistanceKind.PRICE, 1.0, at="lowest(low, 5)", short_at="highest(high, 5)"),
        Distance(DistanceKind.PRICE, 0.97, at="low"),
        Distance(DistanceKind.PRICE, 0.5, at="bbb.close"),
    )
)
risks = st.builds(Distance, kind=st.just(DistanceKind.RISK), value=st.sampled_from((1.0, 2.5)))


@st.composite
def rule_plans(draw: st.DrawFn) -> RulePlan:
    sides = draw(st.sampled_from(("long", "long", "short", "both")))
    steps = draw(st.sampled_from(((), (StopStep(0.03), StopStep(0.06, 0.03)))))
    stop_loss = draw(st.none() | distances | prices) if steps else draw(st.none() | distances | following)
    return RulePlan(
        "AAA",
        entry=draw(rules) if sides != "short" else None,
        exit=draw(st.none() | rules) if sides != "short" else None,
        short_entry=draw(rules) if sides != "long" else None,
        short_exit=draw(st.none() | rules) if sides != "long" else None,
        stop_loss=stop_loss,
        take_profit=draw(st.none() | distances | prices | (risks if stop_loss else st.none())),
        trailing_stop=draw(st.none() | distances | following),
        hold_bars=draw(st.none() | st.integers(1, 6)),
        wait_bars=draw(st.none() | st.integers(1, 5)),
        sizing=draw(
            st.sampled_from(
                (
                    Sizing(),
                    Sizing(value=0.3),
                    Sizing(SizeKind.CASH, 2_000.0, whole_shares=True),
                    Sizing(SizeKind.VOLATILITY, 0.15),
                )
            )
        ),
        max_positions=draw(st.sampled_from((1, 1, 2))),
        stop_steps=steps,
        watches=("BBB", "SIG"),
    )


@st.composite
def rule_portfolios(draw: st.DrawFn) -> RulePortfolio:
    symbols = SYMBOLS[: draw(st.integers(1, 4))]
    kinds = draw(st.lists(rule_plans(), min_size=1, max_size=2))
    plans = tuple(replace(draw(st.sampled_from(kinds)), symbol=symbol) for symbol in symbols)
    return RulePortfolio(
        plans,
        slots=draw(st.none() | st.integers(1, len(symbols))),
        score=draw(st.none() | st.sampled_from(SCORES)),
    )


@settings(max_examples=200)
@given(plan=rule_portfolios(), seed=seeds, account=accounts, with_warmup=st.booleans())
def test_rules_that_share_an_account_are_rendered_as_they_are_meant(plan, seed, account, with_warmup):
    by_plan, by_code, _ = both_ways(plan, universe(seed, with_warmup=with_warmup), account)
    assert_same(by_plan, by_code)


def test_equal_rules_read_as_one_set_of_methods():
    entry = Rule("crosses_above(close, sma(close, 5))")
    plans = tuple(RulePlan(symbol, entry=entry, exit=Rule("rsi(5) > 70")) for symbol in SYMBOLS[:3])
    _, _, text = both_ways(RulePortfolio(plans, slots=2), universe(3, with_warmup=True), Account(10_000.0))
    assert text.count("def trade(") == text.count("def should_buy(") == 1
    assert "if market.position.is_open or taken < 2:" in text
    other = (*plans[:2], replace(plans[2], exit=Rule("rsi(5) > 80")))
    _, _, text = both_ways(RulePortfolio(other), universe(3, with_warmup=True), Account(10_000.0))
    assert 'self.rules |= dict.fromkeys(("AAA", "BBB",), self.trade_1_aaa)' in text
    assert 'self.rules |= dict.fromkeys(("CCC",), self.trade_2_ccc)' in text


def test_a_rotation_reads_like_something_a_person_would_write():
    plan = WeightPlan(SYMBOLS, Weighting.RANKED, score="change(close, 5)", top=2, holds="close > sma(close, 10)")
    _, _, text = both_ways(plan, universe(3, with_warmup=True), Account(10_000.0))
    assert 'self.score = {symbol: self[symbol].indicator("change(close, 5)") for symbol in self.RANKED}' in text
    assert "return bool(self.index >= 0 and market.close[-1] > self.sma_close_10[market][-1])" in text
    assert "wanted = dict.fromkeys(ranked[:2], 1.0 / 2)" in text
    assert "if self.due:\n            self.rebalance(self.weights())" in text


def test_hostile_names_stay_text():
    symbol = 'A"]; import os; ["'
    plan = WeightPlan((symbol,), Weighting.FIXED, weights=(1.0,))
    bars = {symbol: replace(universe(3, with_warmup=True)["AAA"], symbol=symbol)}
    by_plan, by_code, text = both_ways(plan, bars, Account(10_000.0))
    assert_same(by_plan, by_code)
    assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import)]


@settings(max_examples=60)
@given(plan=rule_portfolios(), seed=st.integers(0, 200))
def test_portfolios_that_are_flat_overnight_are_rendered_as_they_are_meant(plan, seed):
    plan = replace(plan, plans=tuple(replace(each, flat_overnight=True) for each in plan.plans))
    bars = {symbol: replace(five_minutes(seed + number), symbol=symbol) for number, symbol in enumerate(SYMBOLS)}
    bars["SIG"] = replace(five_minutes(seed), symbol="SIG")
    by_plan, by_code, text = both_ways(plan, bars, Account(10_000.0), first_on=date(2024, 3, 5))
    assert_same(by_plan, by_code)
    assert "last_of_session" in text
