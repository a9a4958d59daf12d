"""Figures of trades and fills, each by hand."""

import math

import pytest

from bgagent.engine import trade_metrics
from bgagent.engine.result import ExitReason, Fill, Trade


def trade(profit, *, entry=0, exit_bar=1, lot=0, fraction=None, held=1):
    return Trade(
        "TEST", "long", 1.0, entry, 100.0, exit_bar, 100.0 + profit, ExitReason.RULE, profit,
        profit / 100.0 if fraction is None else fraction, 0.0, held, lot,
    )  # fmt: skip


MIXED = [trade(10, held=2), trade(-5, held=3), trade(0, held=4), trade(20, held=7)]


def test_figures_of_some_trades():
    assert trade_metrics.win_rate(MIXED) == 0.5  # coming out even is no win
    assert trade_metrics.profit_factor(MIXED) == 6.0
    assert trade_metrics.mean_return(MIXED) == pytest.approx(0.0625)
    assert trade_metrics.best_and_worst(MIXED) == (0.2, -0.05)
    assert trade_metrics.mean_bars_held(MIXED) == 4.0


def test_profit_factor_is_in_money_and_the_mean_in_fractions():
    trades = [trade(10, fraction=0.01), trade(-5, fraction=-0.5)]
    assert trade_metrics.profit_factor(trades) == 2.0
    assert trade_metrics.mean_return(trades) == pytest.approx(-0.245)


def test_without_a_loss_there_is_no_profit_factor_and_without_a_win_it_is_nought():
    assert math.isnan(trade_metrics.profit_factor([trade(10)]))
    assert trade_metrics.profit_factor([trade(-10)]) == 0.0


@pytest.mark.parametrize(
    ("profits", "longest"),
    [([1, 2], 0), ([-1], 1), ([-1, 2, -1, -1, 3], 2), ([-1, 0, -1], 1), ([-1, -1, -1], 3)],
)
def test_longest_losing_run(profits, longest):
    trades = [trade(profit, exit_bar=bar) for bar, profit in enumerate(profits)]
    assert trade_metrics.longest_losing_run(trades) == longest


def test_a_losing_run_counts_trades_as_they_were_closed():
    by_entry = [trade(-1, entry=0, exit_bar=9), trade(5, entry=1, exit_bar=2), trade(-1, entry=3, exit_bar=8)]
    assert trade_metrics.longest_losing_run(by_entry) == 2


def test_without_a_trade_nothing_is_defined():
    for figure in (
        trade_metrics.win_rate, trade_metrics.profit_factor, trade_metrics.mean_return,
        trade_metrics.mean_bars_held, trade_metrics.longest_losing_run,
    ):  # fmt: skip
        assert math.isnan(figure([]))
    assert all(math.isnan(value) for value in trade_metrics.best_and_worst([]))


def test_traded_value_is_that_of_all_fills():
    fills = [
        Fill(0, "TEST", 10.0, 100.1, 100.0, 2.0, "entry", 0),
        Fill(3, "TEST", -10.0, 109.8, 110.0, 2.5, "rule", 0),
    ]
    assert trade_metrics.traded_value(fills) == pytest.approx(1001.0 + 1098.0)
    assert trade_metrics.traded_value([]) == 0.0
