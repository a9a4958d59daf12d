"""What an equity curve says of return and risk: pure functions on arrays, NaN where a figure is not defined."""

import math
from dataclasses import dataclass

import numpy as np

from bgagent.bars import Floats

DAYS_PER_YEAR = 365.25
NAN = math.nan


def bar_returns(equity: Floats) -> Floats:
    """Simple return of each bar, from the (m + 1,) curve that begins with the capital.

    A bar that begins with nothing or less has no return: NaN from there on.
    """
    before, after = equity[:-1], equity[1:]
    alive = np.logical_and.accumulate(before > 0)
    returns: Floats = np.divide(after, before, out=np.full(before.size, NAN), where=alive) - 1.0
    return returns


def total_return(equity: Floats) -> float:
    """Last over first, less 1; NaN without a bar or unless it begins above 0."""
    if equity.size < 2 or not equity[0] > 0:
        return NAN
    return float(equity[-1] / equity[0] - 1.0)


def cagr(total: float, *, years: float) -> float:
    """Growth a year that compounds to `total` over so many years of calendar time; NaN for no time or below -1."""
    if math.isnan(total) or total < -1.0 or not years > 0:
        return NAN
    try:
        return float((1.0 + total) ** (1.0 / years) - 1.0)
    except OverflowError:  # a large gain within days is no rate a year
        return NAN


def volatility(returns: Floats, *, bars_per_year: float) -> float:
    """Sample deviation (ddof 1) of the returns, annualised; NaN for fewer than 2."""
    if returns.size < 2:
        return NAN
    return _deviation(returns) * math.sqrt(bars_per_year)


def sharpe_ratio(returns: Floats, *, bars_per_year: float) -> float:
    """Annualised mean over deviation of excess returns.

    returns: (n,), simple return per bar, the risk-free return already taken off. NaN when n < 2 or they do not vary.
    Source: Sharpe (1994), The Sharpe Ratio; sample deviation (ddof 1).

    >>> round(sharpe_ratio(np.array([0.01, -0.01, 0.02]), bars_per_year=252), 2)
    6.93
    """
    return _ratio(returns, _deviation(returns), bars_per_year)


def sortino_ratio(returns: Floats, *, bars_per_year: float) -> float:
    """As the Sharpe ratio, over the root mean square of the returns below 0, all bars counted.

    NaN when n < 2 or no return is below 0. Source: Sortino and Price (1994), target 0.
    """
    if returns.size < 2:
        return NAN
    losses = np.minimum(returns, 0.0)
    return _ratio(returns, math.sqrt(float(np.mean(losses * losses))), bars_per_year)


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall of a curve from an earlier high. depth: a fraction, 0 or below.

    peak: index of the last point at the high; trough: of the first at the depth. Both None when it never fell.
    """

    depth: float
    peak: int | None = None
    trough: int | None = None


def drawdowns(equity: Floats) -> Floats:
    """How far each point lies below the highest so far, the capital included; a fraction, 0 or below.

    0 while there has never been anything to lose: before the first payment into an empty account.
    """
    highest = np.maximum.accumulate(equity)
    return np.divide(equity, highest, out=np.ones_like(equity), where=highest != 0) - 1.0


def deepest_drawdown(equity: Floats) -> Drawdown:
    """The deepest fall from a running high; of equal ones the first. depth is NaN without a bar or a high above 0."""
    if equity.size < 2 or not equity[0] > 0:
        return Drawdown(NAN)
    falls = drawdowns(equity)
    trough = int(np.argmin(falls))
    if falls[trough] == 0.0:
        return Drawdown(0.0)
    before = equity[:trough]
    peak = trough - 1 - int(np.argmax(before[::-1]))  # the last of equal highs
    return Drawdown(float(falls[trough]), peak, trough)


def calmar_ratio(growth: float, depth: float) -> float:
    """CAGR over the depth of the deepest drawdown; NaN when there was none."""
    return growth / -depth if depth < 0 else NAN


def value_at_risk(returns: Floats, *, tail: float = 0.05) -> float:
    """Return of a bar that only this share of bars falls below: historical, interpolated, never above 0.

    NaN for fewer than 2 returns.
    """
    if returns.size < 2 or np.isnan(returns).any():
        return NAN
    return min(0.0, float(np.quantile(returns, tail)))


def expected_shortfall(returns: Floats, *, tail: float = 0.05) -> float:
    """Mean return of the bars at or below that quantile (CVaR), never above 0; NaN for fewer than 2 returns."""
    if returns.size < 2 or np.isnan(returns).any():
        return NAN
    return min(0.0, float(returns[returns <= np.quantile(returns, tail)].mean()))


@dataclass(frozen=True, slots=True)
class Comovement:
    """How returns move with a benchmark's. alpha: a year, a fraction."""

    alpha: float = NAN
    beta: float = NAN
    correlation: float = NAN


def comovement(returns: Floats, benchmark: Floats, *, bars_per_year: float) -> Comovement:
    """Regression of the excess returns on the benchmark's, bar by bar.

    beta: covariance over the benchmark's variance. alpha: what the mean return is above beta times the benchmark's,
    times the bars of a year (not compounded). Each is NaN where it is not defined: fewer than 2 bars, a benchmark (for
    the correlation also returns) that does not vary. Raises ValueError when the lengths differ.
    Source: Jensen (1968), The Performance of Mutual Funds.
    """
    if returns.shape != benchmark.shape:
        raise ValueError(f"the benchmark has {benchmark.size} bars, the run {returns.size}")
    spread, benchmark_spread = _deviation(returns), _deviation(benchmark)
    if not benchmark_spread > 0 or math.isnan(spread):
        return Comovement()
    covariance = float(np.mean((returns - returns.mean()) * (benchmark - benchmark.mean())))
    covariance *= returns.size / (returns.size - 1)
    beta = covariance / benchmark_spread**2
    alpha = float(returns.mean() - beta * benchmark.mean()) * bars_per_year
    correlation = covariance / (spread * benchmark_spread) if spread > 0 else NAN
    return Comovement(alpha, beta, max(-1.0, min(1.0, correlation)) if spread > 0 else NAN)


def _ratio(returns: Floats, spread: float, bars_per_year: float) -> float:
    if not spread > 0:
        return NAN
    return float(returns.mean()) / spread * math.sqrt(bars_per_year)


def _deviation(returns: Floats) -> float:
    """Sample deviation; exactly 0 for equal returns, whose rounded one may be 1e-17; NaN for fewer than 2."""
    if returns.size < 2:
        return NAN
    if np.ptp(returns) == 0:
        return 0.0
    return float(returns.std(ddof=1))
