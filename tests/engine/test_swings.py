"""Swing highs and lows: which bars they stand on, and when they are known."""

import numpy as np
import pytest

from bgagent.engine import rules
from tests.engine.price_samples import bars_of, random_bars

NAN = float("nan")
#        0  1  2  3  4  5  6  7  8  9
HIGHS = [1, 2, 5, 3, 2, 4, 6, 6, 5, 4]  # swing highs of one bar a side: bar 2 (5), bar 6 (6, the first of two equal)


def evaluate(text, highs=HIGHS):
    return rules.parse(text).evaluate(bars_of(highs, volume=range(100, 100 + len(highs))))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("swing_high(1, 1)", [NAN, NAN, NAN, 5, 5, 5, 5, 6, 6, 6]),
        ("swing_high(1, 1, 2)", [NAN] * 7 + [5, 5, 5]),
        ("swing_high(2, 2)", [NAN] * 4 + [5, 5, 5, 5, 6, 6]),
        ("swing_low(1, 1)", [NAN] * 5 + [2] * 5),
        ("at_swing_high(volume, 1, 1)", [NAN, NAN, NAN, 102, 102, 102, 102, 106, 106, 106]),
        ("bars_since_swing_high(1, 1)", [NAN, NAN, NAN, 1, 2, 3, 4, 1, 2, 3]),
        ("bars_since_swing_low(1, 1)", [NAN] * 5 + [1, 2, 3, 4, 5]),
    ],
)
def test_a_swing_is_known_when_the_bars_after_it_have_closed(text, values):
    assert evaluate(text).tolist() == pytest.approx(values, nan_ok=True)


@pytest.mark.parametrize(("left", "right", "order"), [(1, 1, 1), (2, 2, 1), (2, 3, 2), (4, 1, 3)])
def test_swings_are_those_of_a_plain_search(left, right, order):
    bars = random_bars(5, 120)
    values = rules.parse(f"swing_low({left}, {right}, {order})").evaluate(bars)
    found = []
    for t in range(len(bars)):
        i = t - right
        if i >= left:
            before, after = bars.low[i - left : i], bars.low[i + 1 : t + 1]
            if bars.low[i] < before.min() and bars.low[i] <= after.min():
                found.append(bars.low[i])
        assert values[t] == pytest.approx(found[-order] if len(found) >= order else NAN, nan_ok=True)
    assert len(found) > 5


def test_a_double_top_and_a_divergence_can_be_said():
    highs = [1, 2, 5, 3, 2, 4, 5, 4, 3]
    top = "abs(swing_high(1, 1) / swing_high(1, 1, 2) - 1) <= 0.02 and bars_since_swing_high(1, 1) == 1"
    assert np.flatnonzero(evaluate(top, highs)).tolist() == [7]
    weaker = "swing_high(1, 1) > swing_high(1, 1, 2) and at_swing_high(volume, 1, 1) > at_swing_high(volume, 1, 1, 2)"
    assert np.flatnonzero(evaluate(weaker)).tolist() == [7, 8, 9]


def test_without_any_swing_nothing_is_known():
    assert np.isnan(evaluate("swing_high(1, 1)", [1, 2, 3, 4])).all()
    assert np.isnan(evaluate("bars_since_swing_low(1, 1)", [])).all()
