"""Probabilistic and deflated Sharpe ratio: the published example, and plain reckoning."""

import math

import numpy as np
import pytest

from bgagent.engine.sharpe_confidence import confidence, expected_maximum_sharpe, probabilistic_sharpe

SERIES = np.array([0.02, -0.01, 0.03, 0.01, -0.04, 0.02, 0.01])


def test_the_example_of_bailey_and_lopez_de_prado():
    # a yearly Sharpe ratio of 2.5 over 1250 days, best of 100 whose yearly ratios vary by 0.5
    best_by_chance = expected_maximum_sharpe(100, 0.5 / 250)
    assert best_by_chance == pytest.approx(0.1132, abs=5e-5)
    deflated = probabilistic_sharpe(2.5 / math.sqrt(250), best_by_chance, bars=1250, skew=-3, kurtosis=10)
    assert deflated == pytest.approx(0.9004, abs=5e-5)


def test_confidence_follows_from_the_moments_of_the_returns():
    mean = math.fsum(SERIES) / 7
    second, third, fourth = (math.fsum((r - mean) ** power for r in SERIES) / 7 for power in (2, 3, 4))
    sharpe = mean / math.sqrt(second * 7 / 6)
    skew, kurtosis = third / second**1.5, fourth / second**2
    z = sharpe * math.sqrt(6) / math.sqrt(1 - skew * sharpe + (kurtosis - 1) / 4 * sharpe**2)
    probability = 0.5 * (1 + math.erf(z / math.sqrt(2)))
    assert confidence(SERIES)[0] == pytest.approx(probability, rel=1e-12)


def test_more_variants_leave_less_confidence_and_one_leaves_it_as_it_is():
    probabilistic, deflated = confidence(SERIES, variants=1)
    assert deflated == probabilistic
    deflations = [confidence(SERIES, variants=count)[1] for count in (1, 2, 10, 1000)]
    assert deflations == sorted(deflations, reverse=True)
    assert len(set(deflations)) == 4
    assert confidence(SERIES, variants=10)[0] == probabilistic


def test_without_a_variance_that_of_pure_chance_is_taken():
    assert confidence(SERIES, variants=10) == confidence(SERIES, variants=10, variance=1 / 6)


@pytest.mark.parametrize("returns", [[], [0.1], [0.1, 0.1, 0.1], [0.1, math.nan, 0.2]])
def test_returns_without_variety_have_none(returns):
    assert all(math.isnan(value) for value in confidence(np.array(returns, float)))


def test_impossible_arguments():
    with pytest.raises(ValueError, match="must be 1 or more, was 0"):
        expected_maximum_sharpe(0, 1.0)
    assert math.isnan(probabilistic_sharpe(1.0, 0.0, bars=1, skew=0, kurtosis=3))
    assert math.isnan(probabilistic_sharpe(1.0, 0.0, bars=10, skew=5, kurtosis=3))
