"""What is set beside an accepted run: a benchmark with other sessions, and a year of the run's own market."""

from dataclasses import replace

import numpy as np
import pytest

from bgagent.bars import Bars, daily_bars
from bgagent.benchmark import aligned
from bgagent.engine.backtest import buy_and_hold, run_plan
from bgagent.engine.metrics import measure
from bgagent.engine.plan import Account, Rule, RulePlan
from bgagent.finishing import finished
from tests.implementation.trials import WARMUP, series_of, spec_of, tried, wavy_bars

ACCOUNT = Account(1_000.0)


def bars_on(symbol: str, days: list[str], closes: list[float]) -> Bars:
    prices = np.array(closes)
    columns = dict.fromkeys(("open", "high", "low", "close"), prices)
    return daily_bars(symbol, np.array(days, dtype="datetime64[D]"), {**columns, "volume": np.ones(len(days))})


def test_a_benchmark_that_rests_at_weekends_stands_still_there():
    every_day = bars_on("COIN", ["2024-01-04", "2024-01-05", "2024-01-06", "2024-01-07", "2024-01-08"], [10.0] * 5)
    weekdays = bars_on("SHARE", ["2024-01-05", "2024-01-08"], [100.0, 110.0])
    run = buy_and_hold(every_day, first=0, account=ACCOUNT)
    beside = aligned(buy_and_hold(weekdays, first=0, account=ACCOUNT), run)
    bought = 1_000.0 / 1.0005
    assert beside.equity.tolist() == pytest.approx([1_000, 1_000, bought, bought, bought, bought * 1.1])
    figures = measure(run, bars_per_year=365, benchmark=beside)
    assert figures["total_return"] == pytest.approx(1 / 1.0005 - 1)


def test_a_benchmark_on_the_same_sessions_is_left_alone():
    bars = wavy_bars()
    one = buy_and_hold(bars, first=WARMUP, account=ACCOUNT)
    other = run_plan(RulePlan("WAVY", entry=Rule("rsi(14) < 40")), bars, first=WARMUP, account=ACCOUNT)
    assert aligned(one, other) is one


def test_a_run_is_annualised_by_its_own_market():
    trial = tried()
    run = finished(trial, {"WAVY": series_of(trial.bars)}, trial.spec)
    assert run.bars_per_year == 260.0  # the hand-made market trades on weekdays
    assert run.benchmark_label == "buy and hold WAVY"
    assert [factor for factor, _ in run.costs_ladder][:2] == [0, 1]


def test_without_trades_there_is_no_ladder():
    never = spec_of(RulePlan("WAVY", entry=Rule("rsi(14) < 1")))
    trial = tried(plan=never.runs[0].plan)
    run = finished(replace(trial, spec=never), {"WAVY": series_of(trial.bars)}, never)
    assert (run.costs_ladder, run.late_fills, run.break_even_cost_bps) == ((), (), None)
