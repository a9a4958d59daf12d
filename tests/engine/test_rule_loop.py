"""The short way through rules against the general one, on the same signals: every row the same to the last digit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.bars import daily_bars
from bgagent.engine.books import close_books, numbers, open_book
from bgagent.engine.orders import pack_records
from bgagent.engine.plan import Account, Costs, Distance, DistanceKind, Rule, RulePlan, SizeKind, Sizing
from bgagent.engine.rule_loop import is_one_lot, run_one_lot, run_rules
from bgagent.engine.signals import placed_orders, rule_orders

DISTANCES = st.one_of(
    st.none(),
    st.builds(Distance, st.just(DistanceKind.FRACTION), st.sampled_from([0.01, 0.04, 0.5])),
    st.builds(Distance, st.just(DistanceKind.MONEY), st.sampled_from([0.5, 3.0])),
    st.builds(Distance, st.just(DistanceKind.ATR), st.sampled_from([0.5, 2.0]), st.just(3)),
)
SIZINGS = st.builds(
    Sizing,
    st.sampled_from([SizeKind.EQUITY, SizeKind.EQUITY, SizeKind.CASH, SizeKind.QUANTITY]),
    st.sampled_from([0.3, 1.0, 40.0, 3000.0]),
    st.booleans(),
)
PLANS = st.builds(
    RulePlan,
    st.just("A"),
    entry=st.just(Rule(when="close > 0")),
    short_entry=st.just(Rule(when="close > 0")),
    stop_loss=DISTANCES,
    take_profit=DISTANCES,
    trailing_stop=DISTANCES,
    hold_bars=st.sampled_from([None, None, 1, 4]),
    wait_bars=st.sampled_from([None, None, 1, 3]),
    sizing=SIZINGS,
)
ACCOUNTS = st.builds(
    Account,
    st.just(5000.0),
    st.builds(Costs, st.sampled_from([0.0, 30.0]), st.sampled_from([0.0, 10.0]), st.sampled_from([0.0, 0.01])),
    leverage=st.sampled_from([1.0, 1.0, 6.0]),
)


def bars_of(seed, count=120):
    random = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.04, count)))
    open_prices = np.concatenate(([100.0], close[:-1])) * np.exp(random.normal(0, 0.02, count))
    high = np.maximum(open_prices, close) * (1 + np.abs(random.normal(0, 0.02, count)))
    low = np.minimum(open_prices, close) * (1 - np.abs(random.normal(0, 0.02, count)))
    days = np.datetime64("2020-01-01", "D") + np.arange(count)
    prices = {"open": open_prices, "high": high, "low": low, "close": close, "volume": np.ones(count)}
    return daily_bars("A", days, prices)


def both_ways(plan, bars, account, signals, first=5):
    """The results of both ways, the short one first."""
    orders, lacking = rule_orders(plan, bars)
    if lacking is not None:
        signals = signals & ~lacking
    prices = [numbers(column) for column in (bars.open, bars.high, bars.low, bars.close)]
    book, other = (
        open_book(account, first=first, bars=len(bars) - first, sessions=bars.sessions[first:]) for _ in "12"
    )
    assert is_one_lot(book, orders)
    way = run_one_lot(book, orders, numbers(signals), *prices)
    run_rules(other, orders, numbers(signals), *prices)
    return (
        close_books(book, placed_orders(way, orders), bars, first=first, account=account, dropped_orders=way.dropped),
        close_books(other, pack_records(orders.log), bars, first=first, account=account),
    )


@given(plan=PLANS, account=ACCOUNTS, seed=st.integers(0, 10**6), density=st.sampled_from([0.05, 0.3]))
def test_the_short_way_leads_to_the_same_rows(plan, account, seed, density):
    random = np.random.default_rng(seed)
    bars = bars_of(seed)
    signals = np.where(random.random(len(bars) + 1) < density, random.integers(0, 16, len(bars) + 1), 0)
    signals[random.random(len(bars) + 1) < 0.03] = 16  # ends of sessions
    signals[:5] = 0
    short, general = both_ways(plan, bars, account, signals.astype(np.uint8))
    np.testing.assert_array_equal(short.equity, general.equity)
    np.testing.assert_array_equal(short.rows.fills, general.rows.fills)
    np.testing.assert_array_equal(short.rows.trades, general.rows.trades)
    np.testing.assert_array_equal(short.cash, general.cash)
    np.testing.assert_array_equal(short.quantity, general.quantity)
    assert short.orders.tobytes() == general.orders.tobytes()
    for name in ("dropped_orders", "cut_orders", "ambiguous_bars", "ruined"):
        assert getattr(short, name) == getattr(general, name)
    assert short.books_error < 1e-9


def test_a_short_sale_that_ruins_goes_on_the_general_way():
    close = np.array([100.0, 100.0, 100.0, 100.0, 100.0, 100.0, 150.0, 260.0, 300.0, 200.0])
    days = np.datetime64("2020-01-01", "D") + np.arange(len(close))
    prices = {"open": close, "high": close * 1.01, "low": close * 0.99, "close": close, "volume": close}
    bars = daily_bars("A", days, prices)
    signals = np.zeros(len(close) + 1, dtype=np.uint8)
    signals[6] = 4
    plan = RulePlan("A", short_entry=Rule(when="close > 0"))
    short, general = both_ways(plan, bars, Account(1000.0, Costs(0.0)), signals)
    assert short.ruined
    assert [trade.exit_reason for trade in short.trades] == ["ruin"]
    assert short.trades[0].exit_bar == 9
    assert short.trades == general.trades
    np.testing.assert_array_equal(short.equity, general.equity)


@pytest.mark.parametrize("more", [{"max_positions": 2}, {"stop_steps": True}])
def test_plans_that_hold_more_or_move_levels_take_the_general_way(more):
    from bgagent.engine.plan import StopStep

    more = {"stop_steps": (StopStep(0.1),)} if "stop_steps" in more else more
    bars = bars_of(1)
    orders, _ = rule_orders(RulePlan("A", entry=Rule(when="close > 0"), **more), bars)
    assert not is_one_lot(open_book(Account(1.0), first=0, bars=5, sessions=bars.sessions[:5]), orders)
