"""All bars of a run and everything declared on them; only the host has it, and cuts from it what a child may know."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bgagent.bars import PRICE_COLUMNS, Bars, Floats
from bgagent.engine import rules
from bgagent.sandbox.blocks import Block, Conditions
from bgagent.sandbox.limits import Limits

_MOST_WORK = 2e10  # calls x bars x bars looked back: the slowest function reads every bar of its window


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """bars: all of them. indicators: (k, size). due: (c, size), what the calendar says of each bar's open."""

    bars: Bars
    indicators: Floats
    due: Conditions

    def opening(self, first: int) -> Block:
        """The bars before the window's first one, and the session of that one."""
        return self._cut(0, first, slice(0, first + 1))

    def block(self, start: int, stop: int) -> Block:
        """Bars `start` to `stop - 1`, and nothing of any later one but the session of bar `stop`."""
        return self._cut(start, stop, slice(start + 1, stop + 1))

    def _cut(self, start: int, stop: int, ahead: slice) -> Block:
        prices = np.array([getattr(self.bars, name)[start:stop] for name in PRICE_COLUMNS])
        numbers = np.vstack([prices, self.indicators[:, start:stop]])
        return Block(self.bars.times[start:stop], numbers, self.bars.sessions[ahead], self.due[:, ahead])


def compute_series(
    prices: Sequence[str], calendars: Sequence[str], bars: Bars, *, first: int, limits: Limits
) -> Series:
    """Computes expressions on prices and on the calendar over all bars.

    The text is hostile, the rule language is closed. Raises ValueError for what is no rule or is too much work.
    """
    indicators = np.empty((len(prices), len(bars)))
    for row, text in enumerate(prices):
        expression = rules.parse(text)
        if expression.lookback > limits.lookback:
            raise ValueError(f"'{text[:80]}' looks back {expression.lookback:,} bars; {limits.lookback:,} are allowed")
        if text.count("(") * expression.lookback * len(bars) > _MOST_WORK:
            raise ValueError(f"'{text[:80]}' is too much to compute over {len(bars):,} bars")
        indicators[row] = expression.evaluate(bars)
    due = np.zeros((len(calendars), len(bars)), dtype=np.bool_)
    for row, text in enumerate(calendars):
        due[row] = rules.parse_calendar(text).evaluate(bars.sessions, first=first)
    return Series(bars, indicators, due)
