from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.bars import daily_bars
from bgagent.engine.backtest import buy_and_hold, replay, run_plan
from bgagent.engine.orders import pack_orders
from bgagent.engine.plan import Account, Costs, Rule, RulePlan
from bgagent.reporting.breakdown import compare, month_rows, replay_row, return_bins, year_rows
from tests.reporting.samples import make_run

FREE = Account(1000.0, Costs(0.0))
PRICES = {
    "2022-12-29": 90.0,  # warm-up
    "2022-12-30": 100.0,
    "2023-01-03": 110.0,
    "2023-01-31": 99.0,
    "2023-02-01": 121.0,
    "2024-05-31": 60.5,
    "2024-06-03": 66.55,
}


def bars_over(prices=PRICES):
    price = np.array(list(prices.values()))
    columns = dict.fromkeys(("open", "high", "low", "close"), price) | {"volume": np.ones(len(price))}
    return daily_bars("AAPL", np.array(list(prices), dtype="datetime64[D]"), columns)


def held(hold_bars=None):
    plan = RulePlan("AAPL", entry=Rule(on="first_session"), hold_bars=hold_bars)
    return run_plan(plan, bars_over(), first=1, account=FREE)


def test_months_chain_from_the_last_close_of_the_month_before():
    rows = month_rows(held())
    assert [row.month for row in rows] == ["2022-12", "2023-01", "2023-02", "2024-05", "2024-06"]
    assert [row.return_ for row in rows] == pytest.approx([0.0, 99 / 100 - 1, 121 / 99 - 1, 60.5 / 121 - 1, 0.1])


def test_years_have_their_return_drawdown_exposure_and_closed_trades():
    result = held(hold_bars=3)  # in at 100, out at the fourth open after it: 121 on 2023-02-01
    rows = year_rows(result, buy_and_hold(bars_over(), first=1, account=FREE))
    assert [row.year for row in rows] == [2022, 2023, 2024]
    assert [row.return_ for row in rows] == pytest.approx([0.0, 0.21, 0.0])
    assert [row.benchmark_return for row in rows] == pytest.approx([0.0, 0.21, 66.55 / 121 - 1])
    assert [row.max_drawdown for row in rows] == pytest.approx([0.0, 99 / 110 - 1, 0.0])
    assert [row.exposure for row in rows] == pytest.approx([1.0, 2 / 3, 0.0])
    assert [row.trades for row in rows] == [0, 1, 0]


def test_a_benchmark_over_other_bars_leaves_its_yearly_return_undefined():
    other = buy_and_hold(bars_over(), first=2, account=FREE)
    assert [row.benchmark_return for row in year_rows(held(), other)] == [None, None, None]


def test_after_ruin_no_month_has_a_return():
    result = replace(held(), equity=np.array([1000.0, 1000, 1000, -5, 0, 0, 0]))
    assert [row.return_ for row in month_rows(result)] == [0.0, pytest.approx(-1.005), None, None, None]


def test_a_replay_says_its_conditions_and_figures():
    row = replay_row(held(hold_bars=3), factor=2.0, bars_late=1, bars_per_year=252.0)
    assert (row.costs_factor, row.bars_late, row.trades, row.costs) == (2.0, 1, 1, 0.0)
    assert row.total_return == pytest.approx(0.21)
    assert row.final_equity == pytest.approx(1210.0)
    assert row.max_drawdown == pytest.approx(-0.1)


def test_trades_are_counted_in_round_steps():
    bins = return_bins([-0.021, -0.0199, 0.0, 0.019, 0.095])
    assert [(each.from_, each.to) for each in bins][:3] == [(-0.03, -0.02), (-0.02, -0.01), (-0.01, 0.0)]
    assert {each.from_: each.trades for each in bins if each.trades} == {-0.03: 1, -0.02: 1, 0.0: 1, 0.01: 1, 0.09: 1}
    assert return_bins([]) == ()


@given(st.lists(st.floats(-1.0, 30.0), min_size=1, max_size=60))
def test_every_trade_is_in_one_bin_and_bins_touch(returns):
    bins = return_bins(returns)
    assert sum(each.trades for each in bins) == len(returns)
    assert all(one.to == other.from_ for one, other in pairwise(bins))
    assert any(0.0 in (each.from_, each.to) for each in bins)
    assert bins[0].from_ <= min(returns) + 1e-9
    assert bins[-1].to >= max(returns) - 1e-9


def test_runs_beside_each_other_have_winners_and_correlations():
    rows = [make_run(label=label, seed=seed)[0] for label, seed in (("one", 1), ("two", 2))]
    rows[0] = replace(rows[0], metrics={**rows[0].metrics, "total_return": 0.5, "volatility": 0.3, "sharpe": 1.0})
    rows[1] = replace(rows[1], metrics={**rows[1].metrics, "total_return": 0.4, "volatility": 0.2, "sharpe": 1.0})
    whole, part = held(), held(hold_bars=4)
    found = compare(rows, [whole, part])
    assert (found.labels, found.winners["total_return"], found.winners["volatility"]) == (("one", "two"), "one", "two")
    assert "sharpe" not in found.winners  # a tie
    first, second = (np.diff(each.equity[1:]) / each.equity[1:-1] for each in (whole, part))
    assert found.correlations[0][1] == found.correlations[1][0] == pytest.approx(np.corrcoef(first, second)[0, 1])
    assert found.correlations[0][0] == 1.0


def test_a_single_run_and_one_that_never_traded_win_nothing():
    row, idle = make_run(label="one")[0], make_run(label="idle", trading=False)[0]
    flat = replay(pack_orders([]), bars_over(), first=1, account=FREE)
    assert compare([row], [flat]) is None
    found = compare([row, idle], [held(), flat])
    assert found.winners == {}
    assert found.correlations == ((1.0, None), (None, None))
