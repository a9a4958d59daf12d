"""Runs of several symbols: by hand, and against a plain loop that shares no code with the engine."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bgagent.bars import Bars, daily_bars
from bgagent.engine.backtest import run_plan
from bgagent.engine.orders import Action, Order, OrderError, pack_orders
from bgagent.engine.plan import (
    Account,
    Costs,
    Distance,
    DistanceKind,
    PaymentPlan,
    Rule,
    RulePlan,
    RulePortfolio,
    Weighting,
    WeightPlan,
)
from bgagent.engine.portfolio import hold_equally, replay_portfolio, run_portfolio
from bgagent.engine.result import BacktestResult
from tests.engine.hand_bars import FREE
from tests.engine.portfolio_oracle import PortfolioOracle
from tests.engine.price_samples import random_bars
from tests.engine.test_three_ways import COSTS, EXAMPLES

MONDAY = date(2024, 1, 1)
DAY_0 = np.datetime64(MONDAY)


def bars(symbol: str, prices: dict[int, float] | list[float]) -> Bars:
    """Bars at one price each; a dictionary says on which days after the first of January 2024."""
    given = dict(enumerate(prices)) if isinstance(prices, list) else prices
    price = np.array(list(given.values()), dtype=float)
    columns = dict.fromkeys(("open", "high", "low", "close"), price) | {"volume": np.ones(len(price))}
    return daily_bars(symbol, DAY_0 + np.array(list(given), dtype=int), columns)


def run(plan: Any, *universe: Bars, capital: float = 1000.0, costs: Costs = FREE, first: int = 0, **terms: Any):
    first_on = (DAY_0 + first).item()
    result = run_portfolio(plan, universe, first_on=first_on, account=Account(capital, costs), **terms)
    assert result.books_error < 1e-12
    return result


def fixed(
    *weights: float, symbols: tuple[str, ...] = ("A", "B"), on: str = "weekday == 2", **fields: Any
) -> WeightPlan:
    return WeightPlan(symbols, Weighting.FIXED, on, weights=weights, **fields)


def test_weights_drift_and_are_brought_back():
    result = run(fixed(0.5, 0.5), bars("A", [10, 20, 20, 20]), bars("B", [10, 10, 10, 10]))
    # 50 each; on Wednesday 1500 is 1000 of A and 500 of B: 12.5 A are sold, 25 B bought
    assert result.quantities.tolist() == [[50, 50], [50, 50], [37.5, 75], [37.5, 75]]
    assert [(trade.symbol, trade.quantity, trade.profit) for trade in result.closed_trades] == [("A", 12.5, 125.0)]
    assert result.equity.tolist() == [1000, 1000, 1500, 1500, 1500]
    assert result.symbols == ("A", "B")


def test_what_is_sold_pays_for_what_is_bought_and_purchases_are_scaled_alike():
    costs = Costs(slippage_bps=0, commission_bps=1000)
    result = run(fixed(0.5, 0.5), bars("A", [10, 10]), bars("B", [20, 20]), costs=costs)
    assert result.quantities[0].tolist() == pytest.approx([50 / 1.1, 25 / 1.1])
    assert result.cash[0] == pytest.approx(0, abs=1e-9)
    assert result.cut_orders == 0


def test_a_sale_that_brings_less_than_its_commission_is_left_out_where_there_is_no_cash():
    costs = Costs(slippage_bps=0, commission_per_order=5)
    markets = bars("A", [10, 10.02, 13]), bars("B", [10, 10, 10])
    result = run(fixed(0.5, 0.5, on="every_session"), *markets, costs=costs)
    # 49.5 of each cost 990 and two commissions; on the second day A would be sold for 0.50 and cost 5
    assert result.quantities[:2].tolist() == [pytest.approx([49.5, 49.5]), pytest.approx([49.5, 49.5])]
    assert result.cash.tolist() == pytest.approx([0.0] * 3, abs=1e-9)
    assert [(fill.bar, fill.symbol) for fill in result.fills] == [(0, "A"), (0, "B"), (2, "A"), (2, "B")]
    assert result.cut_orders == 2


def test_a_symbol_without_a_bar_keeps_its_price_and_its_order_waits():
    result = run(fixed(0.5, 0.5, on="first_session"), bars("A", [10, 10, 10, 10]), bars("B", {2: 5.0, 3: 10.0}))
    assert [(fill.symbol, fill.bar, fill.quantity) for fill in result.fills] == [("A", 0, 50), ("B", 2, 100)]
    assert result.equity.tolist() == [1000, 1000, 1000, 1000, 1500]
    assert result.traded.tolist() == [[True, False], [True, False], [True, True], [True, True]]
    late = run(fixed(0.5, 0.5, on="first_session"), bars("A", [10, 20, 20]), bars("B", {0: 5.0, 2: 5.0}))
    assert late.equity.tolist() == [1000, 1000, 1500, 1500]


def test_weights_below_zero_are_short():
    result = run(fixed(0.5, -0.5, on="first_session"), bars("A", [10, 12]), bars("B", [10, 9]))
    assert result.quantities.tolist() == [[50, -50], [50, -50]]
    assert result.final_equity == 1150


def test_weights_beyond_the_leverage_are_refused():
    with pytest.raises(ValueError, match=r"weights of 1\.5 in all need leverage"):
        run(fixed(1.0, 0.5), bars("A", [10, 10]), bars("B", [10, 10]))
    universe = [bars("A", [10, 11]), bars("B", [10, 10])]
    result = run_portfolio(fixed(1.0, 0.5), universe, first_on=MONDAY, account=Account(1000.0, FREE, leverage=1.5))
    assert result.cash[0] == -500
    assert result.final_equity == 1100


def test_ranked_holds_the_best_and_ties_go_to_the_first_listed():
    plan = WeightPlan(("A", "B", "C"), Weighting.RANKED, "every_session", score="change(close, 1)", top=1)
    universe = bars("A", [10, 10, 10, 11]), bars("B", [10, 11, 11, 11]), bars("C", [10, 11, 11, 11])
    result = run(plan, *universe, first=2)
    assert [(fill.symbol, fill.bar) for fill in result.fills] == [("B", 2), ("B", 3), ("A", 3)]
    worst = run(replace(plan, top=0, bottom=1), *universe, first=2)
    assert worst.quantities[0].tolist() == [-100, 0, 0]


def formula(score: str, **fields: Any) -> WeightPlan:
    return WeightPlan(("A", "B"), Weighting.FORMULA, "every_session", score=score, **fields)


@pytest.mark.parametrize(
    ("plan", "held"),
    [
        (formula("close / 50"), [20, 40]),  # 0.2 and 0.4 of 1000, at 10 and 10
        (formula("close / 10"), [100 / 3, 200 / 3]),  # 1 and 2, cut to 1 together
        (formula("close / 10", invested=0.3), [10, 20]),
        (formula("close - 15"), [0, 100]),  # below 0 is 0
        (formula("previous(close, 9)"), [0, 0]),
        (formula("close / 50", otherwise="A"), [60, 40]),
        (formula("close / 50", holds="close > 15", otherwise="A"), [60, 40]),
    ],
)
def test_weights_by_a_formula_are_what_it_gives(plan, held):
    result = run(plan, bars("A", [10, 10]), bars("B", [20, 10]), first=1)
    assert result.quantities[0].tolist() == pytest.approx(held)


def test_a_formula_needs_its_score_and_no_rank():
    with pytest.raises(ValueError, match="score is given"):
        WeightPlan(("A",), Weighting.FORMULA)
    with pytest.raises(ValueError, match="top is given"):
        WeightPlan(("A",), Weighting.FORMULA, score="close", top=1)


@pytest.mark.parametrize(
    ("fields", "held"),
    [
        ({}, [50, 0, 0]),
        ({"otherwise": "C"}, [50, 0, 50]),
        ({"spread": True}, [100, 0, 0]),
        ({"signal_symbol": "B"}, [0, 0, 0]),
        ({"signal_symbol": "C", "otherwise": "C"}, [0, 0, 100]),
    ],
)
def test_what_may_not_be_held_leaves_its_share(fields, held):
    plan = WeightPlan(("A", "B"), holds="close > previous(close)", **fields)
    universe = bars("A", [9, 10, 10]), bars("B", [11, 10, 10]), bars("C", [10, 10, 10])
    result = run(plan, *universe, first=2)
    named = dict(zip(result.symbols, result.quantities[0].tolist(), strict=True))
    assert [named.get(symbol, 0) for symbol in "ABC"] == held


@pytest.mark.parametrize(
    ("fields", "held"), [({}, [0, 100, 0]), ({"ranked_first": True, "otherwise": "C"}, [0, 0, 100])]
)
def test_a_ranked_symbol_that_may_not_be_held_keeps_its_place_where_ranks_come_first(fields, held):
    plan = WeightPlan(("A", "B"), Weighting.RANKED, score="close", top=1, holds="close > previous(close)", **fields)
    universe = bars("A", [21, 20, 10]), bars("B", [9, 10, 10]), bars("C", [10, 10, 10])
    result = run(plan, *universe, first=2)
    named = dict(zip(result.symbols, result.quantities[0].tolist(), strict=True))
    assert [named.get(symbol, 0) for symbol in "ABC"] == held


def test_inverse_volatility_gives_the_calmer_symbol_more():
    plan = WeightPlan(("A", "B"), Weighting.INVERSE_VOLATILITY, volatility_bars=2)
    result = run(plan, bars("A", [100, 110, 99, 100]), bars("B", [100, 105, 99.75, 100]), first=3)
    assert result.quantities[0].tolist() == pytest.approx([10 / 3, 20 / 3])


def test_drift_leaves_small_differences_alone():
    universe = bars("A", [10, 11, 12, 14]), bars("B", [10, 10, 10, 10])
    assert len(run(fixed(0.5, 0.5, on="every_session", drift=0.04), *universe).fills) == 4  # traded at the last open
    assert len(run(fixed(0.5, 0.5, on="every_session", drift=0.05), *universe).fills) == 2


def test_rebalancing_on_a_signal():
    plan = fixed(0.5, 0.5, on="every_session", when="close > 10", signal_symbol="B")
    result = run(plan, bars("A", [10, 10, 10, 10]), bars("B", [10, 11, 10, 10]))
    assert {fill.bar for fill in result.fills} == {2}


def test_a_purchase_by_weight_has_its_stop():
    prices = {
        "open": [10, 10, 10],
        "high": [10, 10, 10],
        "low": [10, 8, 10],
        "close": [10, 10, 10],
        "volume": [1, 1, 1],
    }
    days = DAY_0 + np.arange(3)
    falls = daily_bars("A", days, {name: np.array(column, float) for name, column in prices.items()})
    stop = Distance(DistanceKind.FRACTION, 0.1)
    result = run(WeightPlan(("A",), on="weekday == 2", stop_loss=stop), falls)
    assert [(trade.exit_bar, trade.exit_price, str(trade.exit_reason)) for trade in result.trades] == [
        (1, 9.0, "stop_loss"),
        (None, None, "end_open"),
    ]


def test_payments_buy_and_count_as_new_money():
    result = run(
        PaymentPlan(("A", "B"), 100.0, "first_session or weekday == 1", weights=(0.7, 0.3)),
        bars("A", [10, 20, 20]),
        bars("B", [10, 10, 10]),
        capital=0.0,
    )
    assert [(fill.symbol, fill.bar, fill.quantity) for fill in result.fills] == [
        ("A", 0, 7),
        ("B", 0, 3),
        ("A", 1, 3.5),
        ("B", 1, 3),
    ]
    assert [(payment.bar, payment.amount, payment.equity_before) for payment in result.payments] == [
        (0, 100, 0),
        (1, 100, 170),
    ]
    assert result.equity.tolist() == [0, 100, 270, 270]
    assert result.contributed == 200
    assert result.total_return == pytest.approx(0.35)


def test_a_starting_sum_is_spent_at_the_first_open_and_conditions_keep_payments_away():
    plan = PaymentPlan(("A",), 100.0, "every_session", when="close < 15")
    result = run(plan, bars("A", [10, 10, 20, 10]), first=1)
    assert [(fill.bar, fill.quantity) for fill in result.fills] == [(1, 110), (2, 5)]
    assert result.contributed == 1200


def test_payments_on_a_weekday_leave_out_a_first_open_that_is_another_day():
    result = run(PaymentPlan(("A",), 100.0, "weekday == 1"), bars("A", [10, 20, 20]), capital=0.0)
    assert [(fill.bar, fill.quantity) for fill in result.fills] == [(1, 5)]


def test_payments_with_rebalancing_bring_all_back_to_the_weights():
    plan = PaymentPlan(("A", "B"), 100.0, "every_session", rebalance_on="weekday == 1")
    result = run(plan, bars("A", [10, 30]), bars("B", [10, 10]), capital=0.0)
    assert (result.quantities[1] * [30, 10]).tolist() == pytest.approx([150, 150])


def test_slots_go_to_the_highest_scores_and_share_cash():
    entry = Rule(when="close > 10")
    plans = tuple(RulePlan(symbol, entry, Rule(when="close < 10")) for symbol in "ABC")
    universe = bars("A", [11, 12, 9, 9]), bars("B", [12, 12, 12, 12]), bars("C", [13, 12, 12, 12])
    result = run(RulePortfolio(plans, slots=1, score="close"), *universe)
    assert [(trade.symbol, trade.entry_bar) for trade in result.trades] == [("C", 1)]
    result = run(RulePortfolio(plans, slots=2), *universe)
    assert [(trade.symbol, trade.entry_bar, trade.exit_bar) for trade in result.trades] == [
        ("A", 1, 3),
        ("B", 1, None),
        ("C", 3, None),  # takes the slot that is given back at the same open
    ]
    assert result.trades[0].quantity * 12 == pytest.approx(500)


def test_rules_on_one_symbol_are_those_of_a_single_run():
    single = random_bars(7, 300)
    plan = RulePlan(
        "TEST",
        Rule(when="crosses_above(close, sma(close, 10))"),
        Rule(when="crosses_below(close, sma(close, 5))"),
        stop_loss=Distance(DistanceKind.ATR, 2.0, 5),
        trailing_stop=Distance(DistanceKind.ATR, 3.0, 5, follows=True),
        hold_bars=9,
        wait_bars=2,
    )
    terms = Account(1000.0, Costs(5, 3, 0.01, 1, 2))
    alone = run_plan(plan, single, first=50, account=terms)
    together = run_portfolio(RulePortfolio((plan,)), [single], first_on=single.sessions[50].item(), account=terms)
    assert together.equity.tolist() == alone.equity.tolist()
    assert together.trades == alone.trades
    assert together.orders.tobytes() == alone.orders.tobytes()


def test_held_bars_and_rests_count_a_symbols_own_bars():
    plans = (RulePlan("A", Rule(on="first_session"), hold_bars=2), RulePlan("B", Rule(on="first_session")))
    result = run(RulePortfolio(plans), bars("A", {0: 10.0, 3: 10.0, 4: 10.0, 5: 10.0}), bars("B", [10] * 7))
    assert result.trades[0].exit_bar == 4
    assert result.trades[0].bars_held == 2


def test_an_exchange_rate_turns_prices_into_the_accounts_money():
    rate = bars("EURUSD", [1.0, 1.25, 1.5])
    result = run(fixed(1.0, symbols=("A",), on="first_session"), bars("A", [10, 10, 10]), rates={"A": rate})
    assert result.equity.tolist() == [1000, 1000, 1250, 1500]
    with pytest.raises(ValueError, match="too late to convert A"):
        run(fixed(1.0, symbols=("A",)), bars("A", [10, 10, 10]), rates={"A": bars("EURUSD", {2: 1.0})})


def test_an_equal_basket_holds_what_it_bought():
    result = hold_equally([bars("A", [10, 20]), bars("B", [20, 20])], first_on=MONDAY, account=Account(1000.0, FREE))
    assert result.quantities.tolist() == [[50, 25], [50, 25]]
    assert result.final_equity == 1500


def test_a_ruined_portfolio_closes_all_and_trades_no_more():
    result = run(fixed(-0.5, 0.5, on="every_session"), bars("A", [10, 40, 10, 10]), bars("B", [10, 10, 10, 10]))
    assert result.ruined
    assert {str(trade.exit_reason) for trade in result.trades} == {"ruin"}
    assert result.quantities.tolist()[2:] == [[0, 0], [0, 0]]


@pytest.mark.parametrize(
    ("plan", "universe", "complaint"),
    [
        (fixed(0.5, 0.5), [bars("A", [1])], "needs bars of B"),
        (fixed(1.0, symbols=("A",)), [bars("A", {})], "needs bars of each"),
        (RulePortfolio((RulePlan("A", Rule(when="close > 1")),)), [], "needs bars of A"),
    ],
)
def test_what_cannot_be_run_is_refused(plan, universe, complaint):
    with pytest.raises(ValueError, match=complaint):
        run(plan, *universe)


def test_logs_with_unknown_symbols_are_refused():
    order = pack_orders([Order(-1, Action.TARGET, weight=1.0, symbol=1)])
    with pytest.raises(OrderError, match="symbol 1 of a run with 1"):
        replay_portfolio(order, [bars("A", [1, 1])], first_on=MONDAY, account=Account(1.0))


# --- against the plain loop

Markets = dict[str, dict[int, tuple[float, float, float, float]]]


@st.composite
def random_markets(draw: st.DrawFn) -> Markets:
    """Two to four symbols over 60 days with gaps, each without a bar on some days; whole, tenth or no steps."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    wildness = draw(st.sampled_from([0.03, 0.01, 0.3]))
    decimals = draw(st.sampled_from([9, 1, 0]))
    missing = draw(st.sampled_from([0.0, 0.1, 0.5]))
    markets: Markets = {}
    for symbol in "ABCD"[: draw(st.integers(2, 4))]:
        close = 100 * np.exp(np.cumsum(wildness * generator.standard_normal(60)))
        opening = np.concatenate([close[:1], close[:-1]]) * np.exp(
            wildness * generator.standard_normal(60) * (generator.random(60) < 0.5)
        )
        high = np.maximum(opening, close) * (1 + wildness * generator.random(60))
        low = np.minimum(opening, close) * (1 - wildness * generator.random(60) / 2)
        rows = np.maximum(np.round(np.column_stack([opening, high, low, close]), decimals), 1.0)
        there = generator.random(60) >= missing
        there[-1] = True
        markets[symbol] = {int(day): tuple(rows[day].tolist()) for day in np.flatnonzero(there)}
    return markets


def bars_of_markets(markets: Markets) -> list[Bars]:
    result = []
    for symbol, market in markets.items():
        columns = np.array(list(market.values())).T
        names = ("open", "high", "low", "close")
        prices = dict(zip(names, columns, strict=True)) | {"volume": np.ones(len(market))}
        result.append(daily_bars(symbol, DAY_0 + np.array(list(market)), prices))
    return result


def plain_book(capital: float, markets: Markets, terms: Account) -> PortfolioOracle:
    costs = terms.costs
    return PortfolioOracle(
        capital,
        markets,
        slip=costs.slippage_bps / 1e4,
        tick=costs.slippage_per_share,
        rate=costs.commission_bps / 1e4,
        per_share=costs.commission_per_share,
        per_order=costs.commission_per_order,
        least=costs.commission_minimum,
        borrow=costs.borrow_rate,
        lend=terms.cash_interest,
        leverage=terms.leverage,
    )


def agree(result: BacktestResult, plain: PortfolioOracle, days: list[int]) -> None:
    """Curves and trades are the same, to 1e-9 of the largest amount."""
    scale = max(1.0, np.abs(plain.curve).max(), np.abs(plain.cash_curve).max())
    assert np.abs(result.equity - plain.curve).max() / scale < 1e-9
    assert np.abs(result.cash - plain.cash_curve).max() / scale < 1e-9
    assert result.books_error < 1e-9
    assert result.ruined == plain.ruined
    day_of = dict(enumerate(days, start=result.first))
    told = sorted(
        (
            trade.symbol,
            trade.direction == "long",
            day_of[trade.entry_bar],
            -1 if trade.exit_bar is None else day_of[trade.exit_bar],
            str(trade.exit_reason),
            trade.quantity,
        )
        for trade in result.trades
    )
    wanted = sorted(
        (
            lot["symbol"],
            lot["long"],
            lot["bar"],
            lot.get("out_bar", -1),
            lot.get("why", "end_open"),
            lot["quantity"],
        )
        for lot in plain.trades + plain.held
    )
    assert [row[:5] for row in told] == [row[:5] for row in wanted]
    assert [row[5] for row in told] == pytest.approx([row[5] for row in wanted], rel=1e-7)


TERMS = st.builds(
    Account,
    st.just(10_000.0),
    st.builds(lambda costs, rate: replace(costs, borrow_rate=rate), COSTS, st.sampled_from([0.0, 0.0, 0.2])),
    leverage=st.sampled_from([1.0, 1.0, 2.0]),
    cash_interest=st.sampled_from([0.0, 0.0, 0.05]),
)
SCHEDULES = {
    "every_session": lambda day: True,
    "weekday == 2": lambda day: day % 7 == 2,
    "weekday == 0 or weekday == 3": lambda day: day % 7 in (0, 3),
}


@given(
    markets=random_markets(),
    terms=TERMS,
    kind=st.sampled_from(list(Weighting)),
    given_weights=st.lists(st.sampled_from([0.0, 0.25, 0.1, 0.2, -0.2]), min_size=4, max_size=4),
    on=st.sampled_from(list(SCHEDULES)),
    top=st.integers(1, 2),
    holds=st.sampled_from([None, None, 4]),
    stop_loss=st.sampled_from([None, None, 0.02, 0.1]),
    first=st.sampled_from([0, 10]),
)
@settings(max_examples=EXAMPLES // 2, deadline=None, derandomize=True)
def test_weights_against_the_plain_loop(markets, terms, kind, given_weights, on, top, holds, stop_loss, first):
    symbols = tuple(markets)
    weights = tuple(given_weights[: len(symbols)]) if kind is Weighting.FIXED else ()
    assume(kind is not Weighting.FIXED or any(weights))
    plan = WeightPlan(
        symbols,
        kind,
        on,
        weights=weights,
        score={Weighting.RANKED: "change(close, 3)", Weighting.FORMULA: "3 * change(close, 3)"}.get(kind),
        top=top if kind is Weighting.RANKED else None,
        volatility_bars=3,
        holds=None if holds is None else f"close > previous(close, {holds})",
        stop_loss=None if stop_loss is None else Distance(DistanceKind.FRACTION, stop_loss),
    )
    result = run_portfolio(plan, bars_of_markets(markets), first_on=(DAY_0 + first).item(), account=terms)
    plain = plain_book(10_000.0, markets, terms)
    days = sorted({day for market in markets.values() for day in market if day >= first})
    for symbol, market in markets.items():
        earlier = [market[day][3] for day in sorted(market) if day < first]
        plain.now[symbol] = earlier[-1] if earlier else 0.0
    for day in days:
        if not plain.ruined and (day == days[0] or SCHEDULES[on](day)):
            wanted = plain.weights(str(kind), day, symbols, given=weights, top=top, holds=holds)
            stop = None if stop_loss is None else ("fraction", stop_loss)
            plain.targets |= {symbol: {"weight": weight, "stop_loss": stop} for symbol, weight in wanted.items()}
        plain.step(day)
    agree(result, plain, days)
    again = replay_portfolio(
        result.orders, result_bars(result, markets), first_on=(DAY_0 + first).item(), account=terms
    )
    assert again.equity.tolist() == result.equity.tolist()


def result_bars(result: BacktestResult, markets: Markets) -> list[Bars]:
    known = {one.symbol: one for one in bars_of_markets(markets)}
    return [known[symbol] for symbol in result.symbols]


@given(
    markets=random_markets(),
    terms=TERMS,
    capital=st.sampled_from([0.0, 5000.0]),
    amount=st.sampled_from([100.0, 3000.0]),
    on=st.sampled_from(list(SCHEDULES)),
)
@settings(max_examples=EXAMPLES // 4, deadline=None, derandomize=True)
def test_payments_against_the_plain_loop(markets, terms, capital, amount, on):
    symbols = tuple(markets)
    terms = Account(capital, terms.costs, terms.leverage, terms.cash_interest)
    result = run_portfolio(PaymentPlan(symbols, amount, on), bars_of_markets(markets), first_on=MONDAY, account=terms)
    plain = plain_book(capital, markets, terms)
    plain.now = dict.fromkeys(symbols, 0.0)
    days = sorted({day for market in markets.values() for day in market})
    for day in days:
        payment = 0.0
        if not plain.ruined:
            payment = amount if SCHEDULES[on](day) else 0.0
            money = (payment + (capital if day == days[0] else 0.0)) / len(symbols)
            if money:
                plain.wishes += [purchase(symbol, "cash", money, why="schedule") for symbol in symbols]
        plain.step(day, payment)
    agree(result, plain, days)
    assert result.contributed == pytest.approx(capital + plain.paid)


def purchase(symbol: str, size: str, money: float, *, why: str = "rule", **fields: Any) -> dict[str, Any]:
    return {
        "do": "buy",
        "symbol": symbol,
        "size": size,
        "amount": money,
        "whole": False,
        "stop_loss": None,
        "target": None,
        "trailing": None,
        "hold": None,
        "why": why,
        **fields,
    }


@given(
    markets=random_markets(),
    terms=TERMS,
    slots=st.integers(1, 3),
    hold=st.sampled_from([None, 1, 4]),
    wait=st.sampled_from([None, 3]),
    stop_loss=st.sampled_from([None, 0.03]),
    trailing=st.sampled_from([None, 0.05]),
    by_score=st.booleans(),
)
@settings(max_examples=EXAMPLES // 2, deadline=None, derandomize=True)
def test_rules_with_slots_against_the_plain_loop(markets, terms, slots, hold, wait, stop_loss, trailing, by_score):
    symbols = tuple(markets)
    slots = min(slots, len(symbols))
    plans = tuple(
        RulePlan(
            symbol,
            Rule(when="close > previous(close, 1)"),
            Rule(when="close < 0.99 * previous(close, 1)"),
            hold_bars=hold,
            wait_bars=wait,
            stop_loss=None if stop_loss is None else Distance(DistanceKind.FRACTION, stop_loss),
            trailing_stop=None if trailing is None else Distance(DistanceKind.FRACTION, trailing),
        )
        for symbol in symbols
    )
    portfolio = RulePortfolio(plans, slots=slots, score="close" if by_score else None)
    result = run_portfolio(portfolio, bars_of_markets(markets), first_on=MONDAY, account=terms)
    plain = plain_book(10_000.0, markets, terms)
    plain.now = dict.fromkeys(symbols, 0.0)
    days = sorted({day for market in markets.values() for day in market})
    for day in days:
        if not plain.ruined:
            decide_with_slots(
                plain, day, slots=slots, wait=wait, by_score=by_score, hold=hold, stop_loss=stop_loss, trailing=trailing
            )
        plain.step(day)
    agree(result, plain, days)


def decide_with_slots(
    plain: PortfolioOracle, day: int, *, slots: int, wait: int | None, by_score: bool, hold: int | None, **stops: Any
) -> None:
    """Leaves what fell, gives the free slots to what rose."""
    held = {lot["symbol"] for lot in plain.held}
    free, risen = slots - len(held), []
    for symbol, market in plain.markets.items():
        closes = plain.closes_before(symbol, day)
        if day not in market or len(closes) < 2:
            lot_is_due = False
        else:
            lot_is_due = any(
                lot["symbol"] == symbol
                and hold is not None
                and len([one for one in plain.own_days(symbol, day) if one >= lot["bar"]]) == hold + 1
                for lot in plain.held
            )
        if day not in market:
            continue
        fell = len(closes) >= 2 and closes[-1] < 0.99 * closes[-2]
        rose = len(closes) >= 2 and closes[-1] > closes[-2]
        if symbol in held:
            if fell:
                plain.wishes.append({"do": "leave", "symbol": symbol, "why": "rule"})
            free += fell or lot_is_due
        elif rose:
            last = plain.sold_on.get(symbol)
            rested = (
                wait is None or last is None or len([one for one in plain.own_days(symbol, day) if one > last]) >= wait
            )
            if rested:
                risen.append((-closes[-1] if by_score else 0, len(risen), symbol))
    for _, _, symbol in sorted(risen)[: max(free, 0)]:
        fields = {name: None if value is None else ("fraction", value) for name, value in stops.items()}
        plain.wishes.append(purchase(symbol, "equity", 1 / slots, hold=hold, **fields))
