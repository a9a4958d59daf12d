"""Metrics against what another library made of the same curve; its numbers are on file, its differences explained."""

import json

import numpy as np
import pytest

from bgagent.engine import curve_metrics as metrics
from tests.conftest import ROOT

GOLDEN = ROOT / "tests" / "golden"
RECORDED = json.loads((GOLDEN / "metrics_empyrical.json").read_text(encoding="utf-8"))
FIGURES = RECORDED["figures"]
YEAR = 252.0
SAME_FORMULA = 1e-9  # relative: both reckon in floats, in another order


def curve(name):
    """Equity, beginning with the capital, of a run that `make crosscheck` recorded."""
    recorded = json.loads((GOLDEN / "peers" / f"{name}.json").read_text(encoding="utf-8"))
    return np.array([recorded["case"]["cash"], *recorded["equity"]])


EQUITY, BENCHMARK = curve(RECORDED["curve"]), curve(RECORDED["benchmark"])
RETURNS, THEIRS = metrics.bar_returns(EQUITY), metrics.bar_returns(BENCHMARK)
TOGETHER = metrics.comovement(RETURNS, THEIRS, bars_per_year=YEAR)


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("total_return", metrics.total_return(EQUITY)),
        ("volatility", metrics.volatility(RETURNS, bars_per_year=YEAR)),
        ("sharpe", metrics.sharpe_ratio(RETURNS, bars_per_year=YEAR)),
        ("sortino", metrics.sortino_ratio(RETURNS, bars_per_year=YEAR)),
        ("max_drawdown", metrics.deepest_drawdown(EQUITY).depth),
        ("var_95", metrics.value_at_risk(RETURNS)),
        ("beta", TOGETHER.beta),
    ],
)
def test_where_the_formula_is_the_same_so_is_the_number(name, ours):
    assert ours == pytest.approx(FIGURES[name], rel=SAME_FORMULA)


def test_the_shortfall_takes_whole_bars_where_ours_takes_those_below_the_quantile():
    """It averages the floor of 5 % of the bars and one more; ours those at or below the interpolated quantile."""
    worst = np.sort(RETURNS)[: int(0.05 * (len(RETURNS) - 1)) + 1]
    assert FIGURES["cvar_95"] == pytest.approx(worst.mean(), rel=SAME_FORMULA)
    assert metrics.expected_shortfall(RETURNS) == pytest.approx(FIGURES["cvar_95"], rel=0.01)


def test_growth_a_year_counts_calendar_time_where_it_counts_bars():
    total = metrics.total_return(EQUITY)
    in_bars = metrics.cagr(total, years=len(RETURNS) / YEAR)
    assert in_bars == pytest.approx(FIGURES["cagr"], rel=SAME_FORMULA)
    depth = metrics.deepest_drawdown(EQUITY).depth
    assert metrics.calmar_ratio(in_bars, depth) == pytest.approx(FIGURES["calmar"], rel=SAME_FORMULA)


def test_alpha_is_not_compounded_where_theirs_is():
    compounded = (1 + TOGETHER.alpha / YEAR) ** YEAR - 1
    assert compounded == pytest.approx(FIGURES["alpha"], rel=SAME_FORMULA)
    assert abs(TOGETHER.alpha - FIGURES["alpha"]) > 0.01
