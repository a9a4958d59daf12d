"""How sure a Sharpe ratio is: probabilistic and deflated.

All ratios here are per bar, never annualised.
Sources: Bailey and López de Prado (2012), The Sharpe Ratio Efficient Frontier; the same (2014), The Deflated Sharpe
Ratio.
"""

import math
from statistics import NormalDist

import numpy as np

from bgagent.bars import Floats
from bgagent.engine.sums import CurveSums

_NORMAL = NormalDist()
_EULER_MASCHERONI = 0.5772156649015329


def probabilistic_sharpe(sharpe: float, threshold: float, *, bars: int, skew: float, kurtosis: float) -> float:
    """Probability that the true Sharpe ratio lies above `threshold`, given the one observed.

    bars: number of returns. skew, kurtosis: of the returns; kurtosis is 3 for a normal distribution.
    NaN for fewer than 2 returns, or where skew and kurtosis leave no positive variance.
    """
    variance = 1.0 - skew * sharpe + (kurtosis - 1.0) / 4.0 * sharpe * sharpe
    if bars < 2 or not variance > 0:
        return math.nan
    return _NORMAL.cdf((sharpe - threshold) * math.sqrt((bars - 1) / variance))


def expected_maximum_sharpe(variants: int, variance: float) -> float:
    """The best Sharpe ratio to be expected of so many independent strategies without any skill.

    variance: of the ratios of the variants. 0 for a single one: nothing was chosen. Raises ValueError below 1.
    """
    if variants < 1:
        raise ValueError(f"the number of variants must be 1 or more, was {variants}")
    if variants == 1:
        return 0.0
    typical = _NORMAL.inv_cdf(1.0 - 1.0 / variants)
    far = _NORMAL.inv_cdf(1.0 - 1.0 / (variants * math.e))
    return math.sqrt(variance) * ((1.0 - _EULER_MASCHERONI) * typical + _EULER_MASCHERONI * far)


def confidence(returns: Floats, *, variants: int = 1, variance: float | None = None) -> tuple[float, float]:
    """Probabilistic (above 0) and deflated Sharpe ratio of these excess returns.

    variants: strategies tried on the same bars, this one included; with 1 both are the same. variance: of the variants'
    ratios per bar; None: that of strategies without skill over as many bars, 1 / (bars - 1).
    NaN for fewer than 2 returns or returns that do not vary.
    """
    bars = returns.size
    if bars < 2 or np.isnan(returns).any() or np.ptp(returns) == 0:
        return math.nan, math.nan
    centred = returns - returns.mean()
    powers = tuple(float(np.sum(centred**power)) for power in (2, 3, 4))
    return _confidence(bars, float(returns.mean()), powers, variants=variants, variance=variance)


def confidence_of(sums: CurveSums, free: float, *, variants: int, variance: float | None) -> tuple[float, float]:
    """The same from what a curve's returns sum up to. free: a bar's return without risk."""
    if sums.count < 2 or not sums.high > sums.low:
        return math.nan, math.nan
    powers = (sums.squares, sums.cubes, sums.fourths)
    return _confidence(sums.count, sums.mean - free, powers, variants=variants, variance=variance)


def _confidence(
    bars: int, mean: float, powers: tuple[float, ...], *, variants: int, variance: float | None
) -> tuple[float, float]:
    """mean: of the excess returns. powers: sums of squares, cubes and fourths of their distance from it."""
    squares, cubes, fourths = powers
    spread = math.sqrt(squares / bars)
    skew, kurtosis = cubes / bars / spread**3, fourths / bars / spread**4
    sharpe = mean / math.sqrt(squares / (bars - 1))
    probabilistic = probabilistic_sharpe(sharpe, 0.0, bars=bars, skew=skew, kurtosis=kurtosis)
    if variants == 1:
        return probabilistic, probabilistic
    best_by_chance = expected_maximum_sharpe(variants, 1.0 / (bars - 1) if variance is None else variance)
    return probabilistic, probabilistic_sharpe(sharpe, best_by_chance, bars=bars, skew=skew, kurtosis=kurtosis)
