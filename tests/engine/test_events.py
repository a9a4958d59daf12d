"""Memory of conditions, reckoned by hand."""

import numpy as np
import pytest

from bgagent.engine import rules
from tests.engine.price_samples import bars_of

NAN = float("nan")
# above 2 on bars 1, 4 and 5
CLOSE = [1.0, 3, 2, 1, 4, 5, 2]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("count(close > 2, 3)", [NAN, NAN, 1, 1, 1, 2, 2]),
        ("count(close > 2, 1)", [0, 1, 0, 0, 1, 1, 0]),
        ("count(close > previous(close), 2)", [NAN, NAN, 1, 0, 1, 2, 1]),
        ("bars_since(close > 2)", [NAN, 0, 1, 2, 0, 0, 1]),
        ("bars_since(close > 9)", [NAN] * 7),
        ("value_when(close > 2, volume)", [NAN, 11, 11, 11, 14, 15, 15]),
        ("value_when(close > 2, previous(close))", [NAN, 1, 1, 1, 1, 4, 4]),
        ("highest_since(close > 2 and close < 4, close)", [NAN, 3, 3, 3, 4, 5, 5]),
        ("lowest_since(close > 2, close)", [NAN, 3, 2, 1, 4, 5, 2]),
        ("latch(close == 3, close == 1)", [0, 1, 1, 0, 0, 0, 0]),
        ("latch(close > 2, close > 4)", [0, 1, 1, 1, 1, 0, 0]),  # a tie ends it
        ("latch(close > previous(close), close < 0)", [NAN, 1, 1, 1, 1, 1, 1]),
        ("where(close > 2, 1, -1)", [-1, 1, -1, -1, 1, 1, -1]),
        ("where(close > 2, close, volume)", [10, 3, 12, 13, 4, 5, 16]),
        ("where(close > previous(close), 1, 0)", [NAN, 1, 0, 0, 1, 1, 0]),
        ("where(close > 2, 1, 0) + where(close > 4, 1, 0)", [0, 1, 0, 0, 1, 2, 0]),
        ("where(not close > 2, 1, 0)", [1, 0, 1, 1, 0, 0, 1]),
    ],
)
def test_a_condition_is_remembered(text, values):
    bars = bars_of(CLOSE, volume=range(10, 17))
    assert rules.parse(text).evaluate(bars).tolist() == pytest.approx(values, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "bars_true"),
    [
        ("count(close > 2, 3) >= 1 and close < 3", [2, 3, 6]),
        ("bars_since(close > 2) <= 1", [1, 2, 4, 5, 6]),
        ("not bars_since(close > 2) <= 1", [3]),  # undefined before the first one
        ("crosses_above(close, value_when(close > 2 and close < 4, close))", [4]),
    ],
)
def test_memory_can_be_part_of_a_rule(text, bars_true):
    assert np.flatnonzero(rules.parse(text).evaluate(bars_of(CLOSE))).tolist() == bars_true


def test_no_bars_have_no_memory():
    for text in ("count(close > 2, 3)", "bars_since(close > 2)", "highest_since(close > 2, close)"):
        assert rules.parse(text).evaluate(bars_of([])).shape == (0,)
    assert rules.parse("value_when(close > 2, close)").evaluate(bars_of([])).shape == (0,)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("count(close, 3) > 1", "count(c, n) needs a condition, 'close' is a number"),
        ("where(close > 1, close > 2, 3) > 1", "where(c, a, b) needs a number, 'close > 2' is a condition"),
        ("bars_since(close > 2)", "is a number; compare it"),
        ("value_when(close > 2, 7) > 1", "x must be prices or an indicator, was 7"),
    ],
)
def test_a_condition_is_told_from_a_number(text, complaint):
    with pytest.raises(rules.RuleError) as refusal:
        rules.parse_condition(text)
    assert complaint in str(refusal.value)
