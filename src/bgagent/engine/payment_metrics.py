"""Returns of runs into which new money was paid; NaN where a figure is not defined."""

import math

import numpy as np

from bgagent.bars import Floats
from bgagent.engine.curve_metrics import bar_returns
from bgagent.engine.result import BacktestResult

DAYS_PER_YEAR = 365.0  # of a rate by XIRR
_LOWEST_RATE, _HIGHEST_RATE = -1.0 + 1e-9, 1e6
_HALVINGS = 200


def returns_without_payments(result: BacktestResult) -> Floats:
    """(m,): return of each bar, new money left out; bar_returns where none was paid.

    Money comes in before the open: the bar's return is that from the last close to the open, without the money, times
    that from the open to the close, with it. 0 before there was any; NaN after all was lost.
    """
    returns = np.array(bar_returns(result.equity))
    if not result.payments:
        return returns
    came = result.payments[0].bar - result.first if result.equity[0] == 0 else 0
    alive = np.logical_and.accumulate(result.equity[came + 1 :] > 0)
    returns[:came] = 0.0
    returns[came + 1 :] = np.where(alive[:-1], result.equity[came + 2 :] / result.equity[came + 1 : -1] - 1.0, math.nan)
    for payment in result.payments:
        index = payment.bar - result.first
        start, end, invested = result.equity[index], result.equity[index + 1], payment.equity_before + payment.amount
        overnight = payment.equity_before / start if start > 0 else 1.0
        returns[index] = overnight * end / invested - 1.0 if invested > 0 else math.nan
    return returns


def growth_curve(result: BacktestResult) -> Floats:
    """(m + 1,): equity; where money was paid in, what 1 at the start would have become, new money left out."""
    if not result.payments:
        return result.equity
    growth: Floats = np.concatenate(([1.0], np.cumprod(1.0 + returns_without_payments(result))))
    return growth


def time_weighted_return(result: BacktestResult) -> float:
    """Total return of what was in the account, however much that was: the product of the bars' returns, less 1."""
    curve = growth_curve(result)
    return float(curve[-1] / curve[0] - 1.0) if curve[0] > 0 else math.nan


def money_weighted_return(result: BacktestResult) -> float:
    """The yearly rate at which all that was paid in would have grown to the final equity.

    Discounts by days / 365 as XIRR of spreadsheets does; the capital counts from the window's first session. NaN when
    nothing was paid in, nothing is left, all within a day, or the rate is beyond a million.
    """
    first_day = result.sessions[0]
    flows = [(0.0, -result.account.initial_capital)]
    for payment in result.payments:
        day = result.bars.sessions[payment.bar]
        flows.append((float((day - first_day) / np.timedelta64(1, "D")) / DAYS_PER_YEAR, -payment.amount))
    years = float((result.sessions[-1] - first_day) / np.timedelta64(1, "D")) / DAYS_PER_YEAR
    flows.append((years, result.final_equity))

    def surplus(rate: float) -> float:
        """Final value less what was paid in, all put at the end at that rate."""
        return math.fsum(money * math.exp((years - when) * math.log1p(rate)) for when, money in flows)

    if result.final_equity <= 0 or not result.contributed > 0 or all(when == years for when, money in flows if money):
        return math.nan
    low, high = _LOWEST_RATE, 1.0
    while surplus(high) > 0:
        if high > _HIGHEST_RATE:
            return math.nan
        high *= 4.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if surplus(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0
