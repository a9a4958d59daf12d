"""Sums in one pass against the plain formulas on arrays."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.engine import curve_metrics as plain
from bgagent.engine.books import numbers
from bgagent.engine.sums import CurveSums, FillSums, TradeSums, invested_bars


def sums_of(curve, free=0.0):
    curve = np.array(curve, float)
    return CurveSums(numbers(curve), numbers(np.empty(len(curve) - 1)), free, 0.05)


def curve_of(seed, count, spread, flat):
    random = np.random.default_rng(seed)
    returns = random.normal(0.0002, spread, count)
    returns[random.random(count) < flat] = 0.0
    return 1000.0 * np.cumprod(np.concatenate(([1.0], 1.0 + returns)))


@given(
    seed=st.integers(0, 10**6),
    count=st.integers(2, 700),
    spread=st.sampled_from([1e-9, 1e-4, 0.01, 0.05]),
    flat=st.sampled_from([0.0, 0.3, 0.97]),
)
def test_one_pass_agrees_with_the_formulas(seed, count, spread, flat):
    curve = curve_of(seed, count, spread, flat)
    returns, free = plain.bar_returns(curve), 1e-4
    sums = sums_of(curve, free)
    centred = returns - returns.mean()
    assert sums.mean == pytest.approx(returns.mean(), rel=1e-9, abs=1e-17)
    # what a return below 1e-15 is made of is rounding
    assert sums.squares == pytest.approx(np.sum(centred**2), rel=1e-9, abs=1e-28)
    assert sums.cubes == pytest.approx(np.sum(centred**3), rel=1e-6, abs=1e-9 * np.sum(np.abs(centred) ** 3) + 1e-42)
    assert sums.fourths == pytest.approx(np.sum(centred**4), rel=1e-9, abs=1e-50)
    assert sums.downside == pytest.approx(np.sum(np.minimum(returns - free, 0.0) ** 2), rel=1e-9, abs=1e-28)
    assert (sums.low, sums.high) == (returns.min(), returns.max())
    assert sums.quantile == pytest.approx(np.quantile(returns, 0.05), rel=1e-12, abs=1e-17)
    assert sums.shortfall == pytest.approx(returns[returns <= np.quantile(returns, 0.05)].mean(), rel=1e-9, abs=1e-17)
    fall = plain.deepest_drawdown(curve)
    assert (sums.depth, sums.peak, sums.trough) == (
        fall.depth,
        *(-1 if at is None else at for at in (fall.peak, fall.trough)),
    )


def test_a_long_curve_is_looked_through_for_its_tail():
    curve = curve_of(1, 50_000, 0.01, 0.5)
    returns = plain.bar_returns(curve)
    assert sums_of(curve).quantile == np.quantile(returns, 0.05)
    worst = np.sort(returns)  # all gains first: what is sampled says nothing of the end
    late = 1000.0 * np.cumprod(np.concatenate(([1.0], 1.0 + worst[::-1])))
    assert sums_of(late).quantile == pytest.approx(np.quantile(plain.bar_returns(late), 0.05), rel=1e-12)


@pytest.mark.parametrize(
    ("curve", "depth", "peak", "trough"),
    [
        ([100, 110, 110, 99, 120, 108], -0.1, 2, 3),  # the last of equal highs, the first of equal depths
        ([100, 100, 100], 0.0, -1, -1),
        ([100, 90, 95, 80], -0.2, 0, 3),
    ],
)
def test_the_deepest_fall(curve, depth, peak, trough):
    sums = sums_of(curve)
    assert (sums.depth, sums.peak, sums.trough) == (pytest.approx(depth), peak, trough)


@pytest.mark.parametrize("curve", [[100, 50, 0, 0], [100, -5, 10], [0, 100, 110], [100]])
def test_nothing_is_said_of_bars_that_began_with_nothing(curve):
    sums = sums_of(curve)
    assert all(math.isnan(figure) for figure in (sums.mean, sums.squares, sums.quantile, sums.downside))


def test_trades_and_fills():
    rows = np.zeros((3, 15))
    rows[:, 3], rows[:, 5] = 2.0, 50.0  # each cost 100
    rows[:, 6], rows[:, 9], rows[:, 14] = (4, 9, -1), (10.0, -5.0, 99.0), (4, 3, 1)
    trades = TradeSums(numbers(rows.reshape(-1)), numbers(np.zeros(0, dtype=np.int64)), 3)
    assert (trades.closed, trades.wins, trades.losses, trades.longest) == (2, 1, 1, 1)
    assert (trades.gained, trades.lost, trades.held) == (10.0, 5.0, 7.0)
    assert (trades.best, trades.worst, trades.returned) == (0.1, -0.05, pytest.approx(0.05))
    fills = np.zeros((2, 8))
    fills[:, 2], fills[:, 3], fills[:, 4], fills[:, 5] = (2, -2), (50.5, 49.5), 50.0, 1.0
    paid = FillSums(numbers(fills.reshape(-1)), 2)
    assert (paid.costs, paid.traded) == (4.0, 200.0)


def test_closes_at_which_something_was_held():
    changes = np.array([[2, 0, 0, 5.0], [3, 0, 1, -1.0], [5, 0, 0, 0.0], [6, 0, -1, 0.0], [8, 0, 1, 0.0]], float)
    assert invested_bars(numbers(changes.reshape(-1)), 20, numbers(np.zeros(2))) == 6
    assert invested_bars(numbers(changes[:1].reshape(-1)), 20, numbers(np.zeros(2))) == 18
