"""Intervals and tests against numbers of the literature and against sums written out."""

from itertools import product
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.evals.statistics import mcnemar, median_of, median_ratio, rate


@pytest.mark.parametrize(
    ("successes", "count", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe (1998), Statistics in Medicine 17, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_of_a_rate_is_that_of_the_literature(successes, count, low, high):
    found = rate(successes, count)
    assert found.value == successes / count
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_nothing_has_no_rate_and_no_median():
    assert rate(0, 0).value is None
    assert median_of([]).low is None
    assert median_ratio([(0.0, 3.0)]).count == 0


@given(st.integers(1, 60).flatmap(lambda count: st.tuples(st.integers(0, count), st.just(count))))
def test_a_rate_lies_in_its_interval_and_its_complement_mirrors_it(pair):
    successes, count = pair
    found, mirrored = rate(successes, count), rate(count - successes, count)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert (found.low, found.high) == pytest.approx((1 - mirrored.high, 1 - mirrored.low))


def test_the_interval_of_a_median_is_the_same_each_time_and_holds_it():
    values = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 9.0]
    found = median_of(values)
    assert found == median_of(values)
    assert found.value == 1.3
    assert found.low in values
    assert found.low <= found.value <= found.high <= 9.0


def test_the_interval_of_a_median_has_the_share_of_all_samples_outside_that_it_says():
    values = [1.0, 2.0, 3.0, 4.0, 5.0]
    every = sorted(median(draw) for draw in product(values, repeat=5))  # all 3125 of them
    found = median_of(values)
    assert (found.low, found.high) == (every[int(len(every) * 0.025)], every[-1 - int(len(every) * 0.025)])


def test_a_ratio_is_taken_case_by_case():
    found = median_ratio([(1.0, 2.0), (10.0, 30.0), (100.0, 50.0)])
    assert found.value == 2.0
    assert found.count == 3


@pytest.mark.parametrize(
    ("lost", "won", "chance"),
    [
        (0, 0, 1.0),
        (1, 0, 1.0),
        (5, 0, 2 / 32),
        (1, 7, 2 * (1 + 8) / 256),
        (3, 3, 1.0),
        (10, 2, 2 * (1 + 12 + 66) / 4096),
    ],
)
def test_the_exact_test_of_a_split(lost, won, chance):
    assert mcnemar(lost, won) == pytest.approx(chance)
    assert mcnemar(won, lost) == mcnemar(lost, won)
