"""Sums, ranks, correlations and streaks against plain loops."""

import math
import statistics
from itertools import pairwise

import numpy as np
import pytest

from bgagent.engine import windows
from tests.engine.plain import NAN, earlier, mean, windowed
from tests.engine.price_samples import random_bars

BARS = random_bars(7, 80)
CLOSE = BARS.close.tolist()


def plain_correlation():
    def of(pairs):
        one, other = ([pair[i] for pair in pairs] for i in (0, 1))
        a, b = mean(one), mean(other)
        joint = math.fsum((x - a) * (y - b) for x, y in pairs)
        return joint / math.sqrt(math.fsum((x - a) ** 2 for x in one) * math.fsum((y - b) ** 2 for y in other))

    pairs = list(zip(CLOSE, BARS.volume.tolist(), strict=True))
    return [NAN] * 4 + [of(pairs[t - 4 : t + 1]) for t in range(4, len(pairs))]


def plain_streak(sign):
    result, length = [NAN], 0
    for before, now in pairwise(CLOSE):
        length = length + 1 if sign * (now - before) > 0 else 0
        result.append(length)
    return result


def plain_volatility():
    returns = [now / before - 1 for before, now in pairwise(CLOSE)]
    return [NAN] * 5 + [statistics.stdev(returns[t - 5 : t]) for t in range(5, len(CLOSE))]


CASES = {
    "sum": (lambda: windows.total(BARS.close, 5), lambda: windowed(CLOSE, 5, math.fsum)),
    "percentile": (
        lambda: windows.percentile(BARS.close, 7, 20.0),  # the second of seven: 0.2 x 7 = 1.4, rounded up
        lambda: windowed(CLOSE, 7, lambda w: sorted(w)[1]),
    ),
    "percentile_rank": (
        lambda: windows.percentile_rank(BARS.close, 5),
        lambda: windowed(CLOSE, 6, lambda w: 100.0 * sum(value < w[-1] for value in w[:-1]) / 5),
    ),
    "correlation": (lambda: windows.correlation(BARS.close, BARS.volume, 5), plain_correlation),
    "volatility": (lambda: windows.volatility(BARS.close, 5), plain_volatility),
    "up_streak": (lambda: windows.up_streak(BARS.close), lambda: plain_streak(1)),
    "down_streak": (lambda: windows.down_streak(BARS.close), lambda: plain_streak(-1)),
}


@pytest.mark.parametrize("name", windows.FUNCTIONS)
def test_values_are_those_of_the_definition(name):
    compute, expected = CASES[name]
    np.testing.assert_allclose(compute(), expected(), rtol=1e-8, atol=1e-8)


def test_a_streak_breaks_where_values_are_equal_or_undefined():
    values = np.array([1.0, 2, 3, 3, 4, NAN, 5, 6])
    assert windows.up_streak(values).tolist() == pytest.approx([NAN, 1, 2, 0, 1, NAN, NAN, 1], nan_ok=True)


def test_what_does_not_vary_correlates_with_nothing():
    values = np.array([3.0, 1, 2, 2, 2, 2, 5])
    other = earlier(CLOSE[:7], 0)
    assert np.isnan(windows.correlation(values, np.array(other), 3)).tolist() == [True] * 2 + [
        False, False, True, True, False,
    ]  # fmt: skip


def test_what_stands_still_has_no_volatility():
    values = np.array([1.0, 2.0, 2.0, 2.0, 2.0, 3.0])
    known = windows.volatility(values, 2)
    assert np.isnan(known).tolist() == [True, True, False, True, True, False]
    assert known[2] == pytest.approx(math.sqrt(0.5))  # of the returns 1 and 0


@pytest.mark.parametrize("percent", [0.0, 100.5])
def test_an_impossible_percentile_is_refused(percent):
    with pytest.raises(ValueError, match="percentile"):
        windows.percentile(BARS.close, 5, percent)
