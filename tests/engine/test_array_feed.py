"""A feed over bars that are all there gives them out one at a time."""

import numpy as np
import pytest

from bgagent.engine.array_feed import ArrayFeed
from bgagent.engine.rules import RuleError
from tests.engine.hand_bars import bars_from

ROWS = [(1.0 + i, 2.0 + i, 0.5 + i, 1.5 + i) for i in range(6)]


def feed(first=2, expressions=(), calendars=()):
    ready = ArrayFeed(bars_from(ROWS), first=first)
    return ready, ready.declare(expressions, calendars)


def test_only_the_warm_up_is_known_at_first():
    ready, _ = feed()
    assert (ready.size, ready.first, ready.count) == (6, 2, 2)
    assert ready.open[:2].tolist() == [1.0, 2.0]
    assert np.isnan(ready.close[2:]).all()
    assert np.isnat(ready.times[2:]).all()


def test_each_bar_comes_whole_and_the_calendar_is_one_ahead():
    ready, _ = feed()
    days = bars_from(ROWS).sessions
    for bar in range(2, 6):
        assert ready.sessions[: bar + 1].tolist() == days[: bar + 1].tolist()
        assert np.isnat(ready.sessions[bar + 1 :]).all()
        assert ready.advance()
        assert ready.count == bar + 1
        assert (ready.open[bar], ready.high[bar], ready.low[bar], ready.close[bar]) == ROWS[bar]
        assert np.isnan(ready.close[bar + 1 :]).all()
    assert not ready.advance()
    assert ready.count == 6


def test_declared_columns_and_calendars_come_with_the_bars():
    ready, ((average, rising), (monday,)) = feed(
        expressions=["sma(close, 2)", "close > previous(close)"], calendars=["weekday == 0"]
    )
    assert average[:2].tolist() == pytest.approx([np.nan, 2.0], nan_ok=True)
    assert np.isnan(average[2:]).all()
    while ready.advance():
        assert average[ready.count - 1] == pytest.approx(ready.count - 0.0)
        assert rising[ready.count - 1] == 1.0
    assert monday.tolist() == [True, False, False, False, False, True]


def test_what_is_due_is_known_one_bar_ahead_and_no_further():
    ready, (_, (monday,)) = feed(first=4, calendars=["weekday == 0"])
    assert monday.tolist() == [True, False, False, False, False, False]
    ready.advance()
    assert monday.tolist() == [True, False, False, False, False, True]


def test_an_expression_that_cannot_be_read_is_refused():
    with pytest.raises(RuleError):
        feed(expressions=["sma(close)"])


@pytest.mark.parametrize("first", [-1, 6])
def test_an_empty_window_is_refused(first):
    with pytest.raises(ValueError, match="the window cannot begin"):
        feed(first=first)
