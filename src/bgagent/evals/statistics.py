"""Rates and medians with the interval they are known to, and whether two runs of the same cases differ.

All from the standard library, and repeatable: the resampling draws from a generator with a fixed seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, sqrt
from random import Random
from statistics import median

Z_95 = 1.959963984540054  # two-sided 95 % of the normal distribution
DRAWS = 2000
_SHARE_OUTSIDE = 0.025  # on each side


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval. count: of what it was reckoned from; value, low, high: None when that is 0."""

    value: float | None
    low: float | None
    high: float | None
    count: int


def rate(successes: int, count: int) -> Estimate:
    """Share of successes with the score interval, which holds for small counts and for shares near 0 and 1.

    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22; recommended
    by Brown, Cai and DasGupta (2001), Interval estimation for a binomial proportion, Statistical Science 16.

    >>> rate(8, 10)
    Estimate(value=0.8, low=0.4901..., high=0.9433..., count=10)
    """
    if count == 0:
        return Estimate(None, None, None, 0)
    share, squared = successes / count, Z_95**2
    middle = (share + squared / (2 * count)) / (1 + squared / count)
    reach = Z_95 * sqrt(share * (1 - share) / count + squared / (4 * count**2)) / (1 + squared / count)
    low = 0.0 if successes == 0 else middle - reach
    high = 1.0 if successes == count else middle + reach
    return Estimate(share, max(0.0, low), min(1.0, high), count)


def median_of(values: Sequence[float], *, seed: int = 0) -> Estimate:
    """The median with its percentile bootstrap interval.

    Source: Efron (1979), Bootstrap methods: another look at the jackknife, Annals of Statistics 7; the percentile
    interval is that of Efron and Tibshirani (1993), An introduction to the bootstrap, chapter 13.
    """
    if not values:
        return Estimate(None, None, None, 0)
    random = Random(seed)
    found = sorted(median(random.choices(values, k=len(values))) for _ in range(DRAWS))
    outside = int(DRAWS * _SHARE_OUTSIDE)
    return Estimate(median(values), found[outside], found[-1 - outside], len(values))


def mcnemar(lost: int, won: int) -> float:
    """Probability of a split as uneven as this one, or more, if a case is as likely to be lost as to be won.

    lost, won: cases right in the first run alone, and in the second alone; those alike in both say nothing.
    The exact two-sided binomial test. Source: McNemar (1947), Note on the sampling error of the difference between
    correlated proportions or percentages, Psychometrika 12.

    >>> mcnemar(5, 0)
    0.0625
    """
    count = lost + won
    tail = sum(comb(count, number) for number in range(min(lost, won) + 1))
    return min(1.0, 2 * tail / float(2**count))


def median_ratio(pairs: Sequence[tuple[float, float]], *, seed: int = 0) -> Estimate:
    """Median of second over first, case by case, with its percentile bootstrap interval over the cases.

    Pairs whose first is 0 are left out. Source: as for `median_of`; cases are drawn whole, so that what makes one
    slow in both runs cancels out.
    """
    return median_of([second / first for first, second in pairs if first > 0], seed=seed)
