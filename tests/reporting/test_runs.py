import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.engine.plan import Costs
from bgagent.reporting.runs import curve_of, folders_for, run_row
from tests.reporting.engine_runs import finish, minute_bars, run_of, source


def row_of(**options):
    return run_row(finish("hold two days", source(), run_of(**options)), folder="job")


def test_a_closed_trade_has_its_dates_prices_and_reason():
    (trade,) = row_of(costs=Costs(5.0)).trades
    assert (trade.entry_at, trade.exit_at, trade.exit_reason) == ("2024-01-02", "2024-01-04", "time")
    assert (trade.symbol, trade.direction, trade.bars_held) == ("AAPL", "long", 2)
    assert trade.entry_price == pytest.approx(100 * 1.0005)
    assert trade.exit_price == pytest.approx(110 * 0.9995)
    assert trade.quantity == pytest.approx(1000 / 100.05)
    assert trade.return_ == pytest.approx(110 * 0.9995 / 100.05 - 1)
    assert trade.profit == pytest.approx(trade.quantity * (110 * 0.9995 - 100.05))


def test_an_open_trade_has_no_exit_and_is_counted_apart():
    row = row_of(hold_bars=None)
    assert (row.trades[0].exit_at, row.trades[0].exit_price, row.trades[0].exit_reason) == (None, None, "end_open")
    assert (row.open_trades, row.metrics["trades"]) == (1, 0)
    assert row.final_equity == pytest.approx(1180.0)
    assert row.metrics["total_return"] == pytest.approx(0.18)


def test_trades_within_the_day_carry_utc_stamps_of_their_bars():
    (trade,) = row_of(bars=minute_bars()).trades
    assert (trade.entry_at, trade.exit_at) == ("2024-05-02T13:35:00Z", "2024-05-02T13:45:00Z")


def test_whole_numbers_are_whole_and_undefined_is_none():
    metrics = row_of(when="close > 1000").metrics
    assert metrics["trades"] == 0
    assert type(metrics["trades"]) is int
    assert metrics["win_rate"] is None
    assert metrics["sharpe"] is None
    assert all(value is None or isinstance(value, int | float | str) for value in metrics.values())


def test_the_row_holds_the_benchmark_the_costless_result_and_the_code():
    row = row_of(costs=Costs(5.0))
    assert row.benchmark.label == "buy and hold AAPL"
    assert row.benchmark.open_trades == 1
    assert row.benchmark.final_equity == pytest.approx(1000 / 1.0005 * 1.18)
    assert row.benchmark.metrics["beta"] is None
    assert row.metrics_without_costs["costs"] == 0
    assert row.metrics_without_costs["total_return"] == pytest.approx(0.1)
    assert row.source == source().text
    assert row.sha256_strategy == hashlib.sha256(source().text.encode()).hexdigest()
    assert (row.files.strategy, row.files.price_chart) == ("job/strategy.py", "job/price.svg")


def test_the_curve_has_a_value_for_every_bar_of_the_window_and_none_of_the_warm_up():
    curve = curve_of(finish("hold two days", source(), run_of()))
    assert curve.at == ("2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08")
    assert curve.equity == pytest.approx((1000, 1050, 1100, 1100, 1100))
    assert curve.cash == pytest.approx((0, 0, 1100, 1100, 1100))
    assert curve.position_value == pytest.approx((1000, 1050, 0, 0, 0))
    assert curve.benchmark == pytest.approx((1000, 1050, 1100, 1200, 1180))
    assert curve.drawdown == pytest.approx((0, 0, 0, 0, 0))
    assert curve.closes == {"AAPL": (100.0, 105.0, 110.0, 120.0, 118.0)}
    for equity, cash, position in zip(curve.equity, curve.cash, curve.position_value, strict=True):
        assert equity == pytest.approx(cash + position)


@pytest.mark.parametrize(
    ("labels", "folders"),
    [
        (["anything / at all"], ["job"]),
        (["AAPL", "MSFT"], ["job/aapl", "job/msft"]),
        (["50/200 crossover", "20/100 crossover"], ["job/50-200-crossover", "job/20-100-crossover"]),
        (["A B", "a-b"], ["job/a-b", "job/a-b-2"]),
        (["../..", "…"], ["job/run-1", "job/run-2"]),
        (["attempts", "x"], ["job/attempts-1", "job/x"]),  # that folder is taken
    ],
)
def test_each_run_has_a_folder_of_its_own(labels, folders):
    assert list(folders_for(labels, "job")) == folders


@given(st.lists(st.text(max_size=60), min_size=2, max_size=5))
def test_no_label_leads_out_of_the_jobs_folder(labels):
    folders = folders_for(labels, "job")
    assert len(set(folders)) == len(labels)
    assert all(re.fullmatch(r"job/[a-z0-9][a-z0-9-]{0,60}", folder) for folder in folders)
