"""Single passes give what the functions of the rule language give, to the last digit."""

import numpy as np
import pytest

from bgagent.engine.books import numbers
from bgagent.engine.functions import FUNCTIONS
from bgagent.engine.indicators import sma
from bgagent.engine.passes import averages_cross, crosses

CROSSES_ABOVE, CROSSES_BELOW = FUNCTIONS["crosses_above"].compute, FUNCTIONS["crosses_below"].compute


def prices(seed, count):
    random = np.random.default_rng(seed)
    return np.round(100 * np.exp(np.cumsum(random.normal(0, 0.02, count))), 1)  # rounded, so that lines meet


def room(count):
    return np.full((2, count), 7, dtype=np.uint8)


@pytest.mark.parametrize(("fast", "slow"), [(1, 3), (3, 8), (8, 3), (5, 5), (50, 200), (400, 500)])
@pytest.mark.parametrize("count", [0, 1, 2, 9, 450])
def test_averages_cross_where_talibs_do(fast, slow, count):
    for seed in range(5):
        values, found = prices(seed, count), room(count)
        assert averages_cross(numbers(values), fast, slow, numbers(found[0]), numbers(found[1]))
        one, other = sma(values, fast), sma(values, slow)
        assert found[0].tolist() == CROSSES_ABOVE(one, other).tolist()
        assert found[1].tolist() == CROSSES_BELOW(one, other).tolist()


def test_averages_of_a_price_that_stands_still_do_not_cross():
    for seed in range(40):
        moving = prices(seed, 60)
        values = np.concatenate([moving, np.full(60, moving[-1])])
        found = room(len(values))
        assert averages_cross(numbers(values), 10, 30, numbers(found[0]), numbers(found[1]))
        one, other = sma(values, 10), sma(values, 30)
        assert one[90:].tolist() == other[90:].tolist() == [moving[-1]] * 30
        assert found[0].tolist() == CROSSES_ABOVE(one, other).tolist()
        assert found[1].tolist() == CROSSES_BELOW(one, other).tolist()
        assert not found[:, 89:].any()


def test_a_price_that_is_none_is_told():
    values, found = prices(1, 50), room(50)
    values[20] = np.nan
    assert not averages_cross(numbers(values), 3, 8, numbers(found[0]), numbers(found[1]))


def test_lines_cross_only_where_both_are_known():
    random = np.random.default_rng(3)
    one, other = random.integers(0, 4, (2, 300)).astype(float)
    one[random.random(300) < 0.1] = np.nan
    found = room(300)
    crosses(numbers(one), numbers(other), numbers(found[0]), numbers(found[1]))
    assert found[0].tolist() == CROSSES_ABOVE(one, other).tolist()
    assert found[1].tolist() == CROSSES_BELOW(one, other).tolist()
