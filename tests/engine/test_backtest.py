"""Whole runs: what holds of every result, whichever way it was made."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgagent.bars import PRICE_COLUMNS, daily_bars
from bgagent.engine.backtest import buy_and_hold, replay, run_plan
from bgagent.engine.orders import pack_orders
from bgagent.engine.plan import Account, Costs, Distance, DistanceKind, Rule, RulePlan, Sizing
from tests.engine.hand_bars import FREE, account, bars_from, buy, flat, leave
from tests.engine.price_samples import random_bars

PLAN = RulePlan(
    "TEST",
    entry=Rule(when="crosses_above(ema(close, 3), sma(close, 7)) and rsi(5) < 80"),
    exit=Rule(when="crosses_below(ema(close, 3), sma(close, 7))"),
    short_entry=Rule(when="crosses_below(ema(close, 3), sma(close, 7))"),
    short_exit=Rule(when="crosses_above(ema(close, 3), sma(close, 7))"),
    stop_loss=Distance(DistanceKind.ATR, 2.0, atr_length=5),
    take_profit=Distance(DistanceKind.FRACTION, 0.06),
    trailing_stop=Distance(DistanceKind.ATR, 3.0, atr_length=5, follows=True),
)


@given(seed=st.integers(0, 10_000), cut=st.integers(60, 199))
@settings(max_examples=40, deadline=None)
def test_cutting_the_future_off_changes_nothing_before_it(seed, cut):
    whole = run_plan(PLAN, random_bars(seed, 200), first=40, account=account(costs=Costs()))
    part = run_plan(PLAN, random_bars(seed, 200).between(0, cut), first=40, account=account(costs=Costs()))
    assert part.equity.tolist() == whole.equity[: cut - 40 + 1].tolist()
    assert part.fills == tuple(fill for fill in whole.fills if fill.bar < cut)
    earlier = whole.orders[whole.orders["decided_on"] < cut - 1]
    assert part.orders[part.orders["decided_on"] < cut - 1].tobytes() == earlier.tobytes()


@given(seed=st.integers(0, 10_000), factor=st.sampled_from([0.001, 7.0, 3000.0]))
@settings(max_examples=25, deadline=None)
def test_prices_and_capital_in_another_unit_give_the_same_returns(seed, factor):
    bars = random_bars(seed, 200)
    prices = {name: getattr(bars, name) * (1.0 if name == "volume" else factor) for name in PRICE_COLUMNS}
    scaled = daily_bars("TEST", bars.sessions, prices)
    costs = Costs(5, 10)
    result = run_plan(PLAN, bars, first=40, account=Account(1000.0, costs))
    other = run_plan(PLAN, scaled, first=40, account=Account(1000.0 * factor, costs))
    assert other.equity / factor == pytest.approx(result.equity, rel=1e-9)


def test_a_run_repeats_to_the_last_digit():
    bars = random_bars(9, 300)
    one, other = (run_plan(PLAN, bars, first=40, account=account()) for _ in range(2))
    assert one.equity.tobytes() == other.equity.tobytes()
    assert one.trades == other.trades


def test_warm_up_bars_never_trade_and_never_count():
    bars = random_bars(3, 300)
    result = run_plan(PLAN, bars, first=100, account=account())
    assert len(result.equity) == len(result.cash) + 1 == 201
    assert len(result.sessions) == 200
    assert min(fill.bar for fill in result.fills) > 100


def test_more_costs_leave_less():
    bars = random_bars(5, 300)
    plan = RulePlan("TEST", entry=Rule(on="every_session"), hold_bars=2)
    finals = [
        run_plan(plan, bars, first=40, account=account(costs=Costs(5, 5).times(factor))).final_equity
        for factor in (0, 1, 2, 5)
    ]
    assert finals == sorted(finals, reverse=True)
    assert len(set(finals)) == 4


def test_buy_and_hold():
    bars = bars_from([flat(7), (10, 11, 9, 11), (11, 13, 11, 12)])
    result = buy_and_hold(bars, first=1, account=account(costs=Costs(slippage_bps=0, commission_bps=100)))
    shares = 1000 / (10 * 1.01)
    assert result.equity.tolist() == pytest.approx([1000, shares * 11, shares * 12])
    assert result.total_return == pytest.approx(shares * 12 / 1000 - 1)


def test_results_are_frozen():
    result = replay(pack_orders([buy(0), leave(1)]), bars_from([flat(1)] * 4), first=0, account=account())
    for name in ("equity", "cash", "quantity"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(result, name)[0] = 1.0
    assert [trade.is_open for trade in result.trades] == [False]
    assert result.closed_trades == result.trades


def test_trades_stand_by_entry_then_exit():
    half = {"sizing": Sizing(value=0.3)}
    stopped = {**half, "stop_loss": Distance(DistanceKind.FRACTION, 0.1)}
    orders = [buy(0, **half), buy(0, **stopped), buy(1, **half, hold_bars=1)]
    rows = [flat(10), flat(10), (10, 10, 8, 10), flat(10), flat(10)]
    result = replay(pack_orders(orders), bars_from(rows), first=0, account=Account(1000.0, FREE))
    assert [(trade.entry_bar, trade.exit_bar) for trade in result.trades] == [(1, 2), (1, None), (2, 3)]


@pytest.mark.parametrize("first", [-1, 4, 9])
def test_an_empty_window_is_refused(first):
    with pytest.raises(ValueError, match="the window cannot begin"):
        replay(pack_orders([]), bars_from([flat(1)] * 4), first=first, account=account())


def test_prices_at_the_edge_of_what_floats_hold_keep_the_books():
    for price in (1e-8, 1e9):
        bars = bars_from([flat(price), flat(price), (price, price * 1.1, price, price * 1.1)])
        result = replay(pack_orders([buy(0)]), bars, first=0, account=account(costs=Costs(5, 5)))
        assert np.isfinite(result.equity).all()
        assert result.books_error < 1e-12


def test_filling_orders_loads_neither_talib_nor_pandas():
    program = (
        "import sys, bgagent.engine.backtest\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'talib', 'pandas', 'msgspec', 'scipy'}))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
