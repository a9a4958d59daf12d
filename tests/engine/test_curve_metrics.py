"""Return and risk of a curve: by hand, and against another library's figures for the same series."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.engine import curve_metrics as metrics

NAN = math.nan


def near(value):
    return pytest.approx(value, rel=1e-12, abs=1e-15, nan_ok=True)


def curve(*points):
    return np.array(points, dtype=np.float64)


@pytest.mark.parametrize(
    ("equity", "returns"),
    [
        ([100], []),
        ([100, 110, 99], [0.1, -0.1]),  # the move of the first bar counts: the curve begins before it
        ([100, 0, 0, 5], [-1, NAN, NAN]),  # from nothing there is no return
        ([100, -20, 10, 20], [-1.2, NAN, NAN]),
    ],
)
def test_bar_returns(equity, returns):
    assert metrics.bar_returns(curve(*equity)).tolist() == near(returns)


@pytest.mark.parametrize(
    ("equity", "expected"), [([100, 120, 90], -0.1), ([100], NAN), ([100, -50], -1.5), ([100, 100], 0.0)]
)
def test_total_return(equity, expected):
    assert metrics.total_return(curve(*equity)) == near(expected)


@pytest.mark.parametrize(
    ("total", "years", "expected"),
    [
        (0.21, 2.0, 0.1),
        (-0.19, 2.0, -0.1),
        (0.0, 3.0, 0.0),
        (-1.0, 2.0, -1.0),  # all lost
        (-1.5, 2.0, NAN),  # more than all: no rate compounds to that
        (0.1, 0.0, NAN),
        (NAN, 1.0, NAN),
        (1e6, 1 / 365.25, NAN),  # beyond any number
    ],
)
def test_cagr_compounds_to_the_total_return(total, years, expected):
    assert metrics.cagr(total, years=years) == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_volatility_is_the_sample_deviation_annualised():
    # deviations from the mean 0.01 are 0.02, -0.02, 0: variance 0.0008 / 2
    assert metrics.volatility(curve(0.03, -0.01, 0.01), bars_per_year=252) == near(0.02 * math.sqrt(252))
    assert metrics.volatility(curve(0.1, 0.1, 0.1), bars_per_year=252) == 0.0
    assert math.isnan(metrics.volatility(curve(0.1), bars_per_year=252))


def test_sharpe_is_mean_over_deviation():
    assert metrics.sharpe_ratio(curve(0.03, -0.01, 0.01), bars_per_year=4) == near(0.01 / 0.02 * 2)
    for undefined in (curve(), curve(0.1), curve(0.1, 0.1, 0.1), curve(0.1, NAN)):
        assert math.isnan(metrics.sharpe_ratio(undefined, bars_per_year=252))


def test_sortino_divides_by_the_losses_over_all_bars():
    # mean 0.01; the losses are 0, -0.03, -0.01, 0: mean square 0.001 / 4
    returns = curve(0.05, -0.03, -0.01, 0.03)
    assert metrics.sortino_ratio(returns, bars_per_year=9) == near(0.01 / math.sqrt(0.00025) * 3)
    for undefined in (curve(), curve(-0.1), curve(0.1, 0.2), curve(0.1, NAN)):
        assert math.isnan(metrics.sortino_ratio(undefined, bars_per_year=252))


@pytest.mark.parametrize(
    ("equity", "depth", "peak", "trough"),
    [
        ([100, 100, 100], 0.0, None, None),  # flat
        ([100, 110, 120], 0.0, None, None),
        ([100, 120, 90], -0.25, 1, 2),  # from the running peak, not from the start
        ([100, 80, 120, 110], -0.2, 0, 1),  # a recovery does not erase it; the capital is a peak too
        ([100, 120, 110, 120, 90, 130], -0.25, 3, 4),  # the last of equal highs
        ([100, 50, 50, 100, 50], -0.5, 0, 1),  # the first of equal depths
        ([100, -100], -2.0, 0, 1),
        ([100], NAN, None, None),
    ],
)
def test_deepest_drawdown_and_where_it_lies(equity, depth, peak, trough):
    fall = metrics.deepest_drawdown(curve(*equity))
    assert (fall.depth, fall.peak, fall.trough) == (near(depth), peak, trough)


@given(st.lists(st.floats(1, 1000), min_size=2, max_size=40))
def test_deepest_drawdown_agrees_with_every_pair_of_points(points):
    deepest = min(later / earlier - 1.0 for i, earlier in enumerate(points) for later in points[i:])
    fall = metrics.deepest_drawdown(curve(*points))
    assert fall.depth == pytest.approx(deepest, abs=1e-12)
    if fall.peak is not None:
        assert points[fall.trough] / points[fall.peak] - 1.0 == pytest.approx(fall.depth, abs=1e-12)


def test_calmar_needs_a_drawdown():
    assert metrics.calmar_ratio(0.1, -0.2) == near(0.5)
    assert metrics.calmar_ratio(-0.1, -0.2) == near(-0.5)
    assert math.isnan(metrics.calmar_ratio(0.1, 0.0))
    assert math.isnan(metrics.calmar_ratio(0.1, NAN))
    assert math.isnan(metrics.calmar_ratio(NAN, -0.1))


def test_value_at_risk_and_shortfall_are_the_tail():
    # 41 returns from -0.20 to 0.20: the 5 % quantile is the third lowest
    returns = np.arange(-20, 21) / 100.0
    assert metrics.value_at_risk(returns) == near(-0.18)
    assert metrics.expected_shortfall(returns) == near(-0.19)
    assert metrics.value_at_risk(np.array([0.1, 0.2, 0.3])) == 0.0
    assert metrics.expected_shortfall(np.array([0.1, 0.2, 0.3])) == 0.0
    for undefined in (curve(), curve(-0.1), curve(0.1, NAN)):
        assert math.isnan(metrics.value_at_risk(undefined))
        assert math.isnan(metrics.expected_shortfall(undefined))


def test_comovement_is_the_regression_on_the_benchmark():
    benchmark = curve(0.01, -0.01, 0.03)
    line = metrics.comovement(0.002 + 0.5 * benchmark, benchmark, bars_per_year=10)
    assert (line.alpha, line.beta, line.correlation) == (near(0.02), near(0.5), near(1.0))
    against = metrics.comovement(-2.0 * benchmark, benchmark, bars_per_year=10)
    assert (against.beta, against.correlation) == (near(-2.0), near(-1.0))
    # returns and benchmark each have deviation 0.02, their covariance is -0.0002 + 0 - 0.0004 over 2, by hand
    loose = metrics.comovement(curve(0.02, 0.02, 0.0), curve(0.02, 0.0, 0.04), bars_per_year=1)
    covariance = (0.02 * 1 / 3 * 0.0 + 0.02 / 3 * -0.02 + -0.04 / 3 * 0.02) / 2
    assert loose.beta == near(covariance / 0.0004)
    assert loose.correlation == near(covariance / (0.02 * math.sqrt((2 * (0.02 / 3) ** 2 + (0.04 / 3) ** 2) / 2)))


def test_comovement_is_undefined_where_nothing_moves():
    flat, moving = curve(0.01, 0.01, 0.01), curve(0.01, 0.03, 0.02)
    held = metrics.comovement(flat, moving, bars_per_year=10)
    assert (held.beta, held.alpha) == (near(0.0), near(0.1))
    assert math.isnan(held.correlation)
    for undefined in (
        metrics.comovement(moving, flat, bars_per_year=10),
        metrics.comovement(curve(0.1), curve(0.2), bars_per_year=10),
        metrics.comovement(curve(0.1, NAN), curve(0.2, 0.1), bars_per_year=10),
    ):
        assert math.isnan(undefined.alpha)
        assert math.isnan(undefined.beta)
        assert math.isnan(undefined.correlation)
    with pytest.raises(ValueError, match="the benchmark has 2 bars, the run 3"):
        metrics.comovement(moving, curve(0.1, 0.2), bars_per_year=10)


# What empyrical-reloaded 0.7.1 gives for these two series, 252 bars a year, risk-free 0.
# Two of its definitions differ: its CAGR counts bars / 252 as years (so does its Calmar), and it compounds alpha.
STEP = np.arange(756)
RETURNS = 0.0004 + 0.011 * np.sin(1.7 * STEP) * np.cos(0.31 * STEP * STEP) + 0.004 * np.sin(STEP / 40)
BENCHMARK = 0.0003 + 0.009 * np.sin(1.7 * STEP + 0.3) * np.cos(0.31 * STEP * STEP) + 0.003 * np.cos(STEP / 60)
EMPYRICAL = {
    "total": 0.4278909621290592,
    "cagr": 0.1260690314697963,
    "volatility": 0.0961541923645941,
    "sharpe": 1.2830973898429179,
    "sharpe at 3 % risk-free": 0.9756689235500037,
    "sortino": 1.9472684560242113,
    "drawdown": -0.2944457649693474,
    "calmar": 0.4281570546036566,
    "value at risk": -0.009307096639537979,
    "shortfall": -0.0112629982792247,
    "alpha compounded": 0.036768084583312266,
    "beta": 0.9516246227377587,
}


def test_figures_agree_with_empyrical():
    equity = np.concatenate(([1e4], 1e4 * np.cumprod(1 + RETURNS)))
    returns = metrics.bar_returns(equity)
    total, fall = metrics.total_return(equity), metrics.deepest_drawdown(equity)
    growth = metrics.cagr(total, years=756 / 252)
    line = metrics.comovement(returns, BENCHMARK, bars_per_year=252)
    ours = {
        "total": total,
        "cagr": growth,
        "volatility": metrics.volatility(returns, bars_per_year=252),
        "sharpe": metrics.sharpe_ratio(returns, bars_per_year=252),
        "sharpe at 3 % risk-free": metrics.sharpe_ratio(returns - (1.03 ** (1 / 252) - 1), bars_per_year=252),
        "sortino": metrics.sortino_ratio(returns, bars_per_year=252),
        "drawdown": fall.depth,
        "calmar": metrics.calmar_ratio(growth, fall.depth),
        "value at risk": metrics.value_at_risk(returns),
        "shortfall": metrics.expected_shortfall(returns),
        "alpha compounded": (1 + line.alpha / 252) ** 252 - 1,
        "beta": line.beta,
    }
    assert ours == pytest.approx(EMPYRICAL, rel=1e-9)
