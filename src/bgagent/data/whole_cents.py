"""Whether prices are those that were printed, told by their last digit: what can be known where splits are not given.

A split after the window leaves no jump in prices that are adjusted for it, but it leaves its mark on them: of prices in
whole cents, divided by 2, half are not whole cents any more; multiplied by 8, all are multiples of 8 cents.
"""

import numpy as np

from bgagent.bars import Floats
from bgagent.data.series import RawSeries

_SINGLE_PRECISION = 1.2e-7  # many sources keep prices so, and write six digits after the point
_SIX_DIGITS = 1e-6
_FEWEST_PRICES = 25  # by chance one in 500 halved series of 25 looks printed, of 60 one in a million
_SHARE = 0.8  # some closes are printed in fractions of a cent
_PRIMES = (2, 3, 5, 7, 11, 13)
_LAST_SESSIONS = 60


def show_no_split_after(raw: RawSeries, last: int, ratios: Floats) -> bool:
    """Whether the closes of the sessions up to row `last` rule out that an unknown later split is in them.

    ratios: (n,), new shares for one old of the splits that are known, 1 elsewhere; the later ones are undone first.
    """
    # within the day many a trade is at half a cent, at the close of a session hardly one
    rows = np.append(np.flatnonzero(raw.sessions[1 : last + 1] != raw.sessions[:last]), last)[-_LAST_SESSIONS:]
    splits = np.flatnonzero(ratios[: last + 1] != 1.0)
    close = raw.close[rows if not len(splits) else rows[rows >= splits[-1]]]
    scale = float(np.prod(ratios[last + 1 :]))
    return are_whole_cents(close * scale, scale)


def are_whole_cents(prices: Floats, scale: float = 1.0) -> bool:
    """Whether prices are in cents, and in no coarser step; False where that cannot be told.

    prices: (n,), above 0. scale: what they were multiplied by since the source wrote them.
    """
    cents = np.unique(prices) * 100
    tolerance = cents * _SINGLE_PRECISION + 100 * _SIX_DIGITS * max(scale, 1.0)
    whole = np.round(cents)
    fits = (np.abs(cents - whole) <= tolerance) & (tolerance < 0.1)
    if len(cents) < _FEWEST_PRICES or np.mean(fits) < _SHARE:
        return False
    return all(np.mean(whole[fits] % prime == 0) < _SHARE for prime in _PRIMES)
