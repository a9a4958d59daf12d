"""All bars of a run and everything declared on them; only the host has it, and cuts from it what a child may know."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bgagent.bars import PRICE_COLUMNS, Bars, Floats, Times
from bgagent.engine import rules
from bgagent.engine.board import Board
from bgagent.engine.joined_feed import ALL
from bgagent.engine.other_symbols import read_by, words_of
from bgagent.sandbox.blocks import Block, Conditions
from bgagent.sandbox.limits import Limits

_MOST_WORK = 2e10  # calls x bars x bars looked back: the slowest function reads every bar of its window


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """times, sessions: (n,), of all bars. prices: (5 s, n), of s symbols. indicators: (k, n).

    due: (c, n), what the calendar says of each bar's open; with several symbols first where each has a bar.
    """

    times: Times
    sessions: Times
    prices: Floats
    indicators: Floats
    due: Conditions

    def opening(self, first: int) -> Block:
        """The bars before the window's first one, and the session of that one."""
        return self._cut(0, first, slice(0, first + 1))

    def block(self, start: int, stop: int) -> Block:
        """Bars `start` to `stop - 1`, and nothing of any later one but the session of bar `stop`."""
        return self._cut(start, stop, slice(start + 1, stop + 1))

    def _cut(self, start: int, stop: int, ahead: slice) -> Block:
        numbers = np.vstack([self.prices[:, start:stop], self.indicators[:, start:stop]])
        return Block(self.times[start:stop], numbers, self.sessions[ahead], self.due[:, ahead])


def compute_series(
    prices: Sequence[str],
    calendars: Sequence[str],
    bars: Bars,
    *,
    first: int,
    limits: Limits,
    watched: Sequence[Bars] = (),
) -> Series:
    """Computes expressions on prices and on the calendar over all bars of one symbol.

    watched: bars of other symbols, which expressions may read, as in `spy.close`. The text is hostile, the rule
    language is closed. Raises ValueError for what is no rule or is too much work.
    """
    universe = (bars, *watched)
    words = words_of(each.symbol for each in universe)
    indicators = np.empty((len(prices), len(bars)))
    for row, text in enumerate(prices):
        expression = rules.parse(text, words)
        _refuse_work(text, expression.lookback, len(bars), limits)
        indicators[row] = expression.evaluate(bars, read_by(expression.symbols, universe))
    due = np.zeros((len(calendars), len(bars)), dtype=np.bool_)
    for row, text in enumerate(calendars):
        due[row] = rules.parse_calendar(text).evaluate(bars.sessions, first=first, next_session=bars.next_session)
    columns = np.array([getattr(bars, name) for name in PRICE_COLUMNS])
    return Series(bars.times, bars.sessions, columns, indicators, due)


def compute_joined_series(prices: Sequence[str], calendars: Sequence[str], board: Board, *, limits: Limits) -> Series:
    """The same over the bars of several symbols; each expression begins with the number of the symbol it is about."""
    words = words_of(bars.symbol for bars in board.bars)
    indicators = np.empty((len(prices), len(board.timeline)))
    for row, numbered in enumerate(prices):
        number, text = _numbered(numbered, len(board.bars), least=0)
        _refuse_work(text, rules.parse(text, words).lookback, len(board.bars[number]), limits)
        indicators[row] = board.indicator(number, text)
    due = np.zeros((len(calendars), len(board.timeline)), dtype=np.bool_)
    for row, numbered in enumerate(calendars):
        due[row] = board.calendar(*_numbered(numbered, len(board.bars), least=ALL))
    columns = board.prices().reshape(-1, len(board.timeline))
    return Series(
        board.timeline.times, board.timeline.sessions, columns, indicators, np.vstack([board.traded != 0, due])
    )


def _numbered(text: str, symbols: int, *, least: int) -> tuple[int, str]:
    """The number of a symbol and what is said of it."""
    number, _, rest = text.partition(" ")
    if not number.removeprefix("-").isdecimal() or not least <= int(number) < symbols:
        raise ValueError(f"'{text[:80]}' is about none of the {symbols} symbols")
    return int(number), rest


def _refuse_work(text: str, lookback: int, bars: int, limits: Limits) -> None:
    if lookback > limits.lookback:
        raise ValueError(f"'{text[:80]}' looks back {lookback:,} bars; {limits.lookback:,} are allowed")
    if text.count("(") * lookback * bars > _MOST_WORK:
        raise ValueError(f"'{text[:80]}' is too much to compute over {bars:,} bars")
