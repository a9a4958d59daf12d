"""Candles: Heikin-Ashi by its recursion, patterns on bars drawn by hand."""

import numpy as np
import pytest

from bgagent.engine import candles, rules
from tests.engine.plain import NAN, true_ranges
from tests.engine.price_samples import bars_of, random_bars

# ten bars of body 1 and range 2 round 100, alternately up and down, for the patterns to be measured against
ORDINARY = [(100, 101.5, 99.5, 101) if i % 2 else (101, 101.5, 99.5, 100) for i in range(12)]


def drawn(*candles_drawn):
    opening, high, low, close = zip(*ORDINARY, *candles_drawn, strict=True)
    return bars_of(close, open=opening, high=high, low=low)


FALL = [(100, 100.5, 97.5, 98), (98, 98.5, 95.5, 96), (96, 96.5, 93.5, 94)]
RISE = [(101, 103.5, 100.5, 103), (103, 105.5, 102.5, 105), (105, 107.5, 104.5, 107)]


@pytest.mark.parametrize(
    ("name", "shapes", "value"),
    [
        ("engulfing", [(100, 100.5, 98.5, 99), (98.5, 101.5, 98, 101)], 1),
        ("engulfing", [(100, 101.5, 99.5, 101), (101.5, 102, 98, 99)], -1),
        ("engulfing", [(100, 100.5, 98.5, 99), (99, 101.5, 98.5, 100)], 0),  # both ends equal: nothing engulfed
        ("harami", [(103, 103.5, 96.5, 97), (99, 100.5, 98.5, 100)], 1),
        ("harami", [(97, 103.5, 96.5, 103), (101, 101.5, 98.5, 100)], -1),
        ("doji", [(100, 101.5, 98.5, 100.05)], 1),
        ("doji", [(100, 101.5, 98.5, 101)], 0),
        ("dragonfly_doji", [(100, 100, 97, 100)], 1),
        ("gravestone_doji", [(100, 103, 100, 100)], 1),
        ("marubozu", [(100, 104, 100, 104)], 1),
        ("marubozu", [(104, 104, 100, 100)], -1),
        ("spinning_top", [(100, 101.5, 99, 100.5)], 1),
        ("hammer", [*FALL, (93.4, 93.75, 90, 93.7)], 1),
        ("hammer", [*RISE, (107.5, 107.8, 104, 107.7)], 0),  # the same shape on top is a hanging man
        ("hanging_man", [*RISE, (107.5, 107.8, 104, 107.7)], -1),
        ("shooting_star", [*RISE, (108, 111, 107.9, 107.95)], -1),
        ("inverted_hammer", [*FALL, (93, 96, 92.9, 93.2)], 1),
        ("piercing_line", [*FALL, (94, 94.5, 89.5, 90), (89, 93.5, 88.5, 93)], 1),
        ("dark_cloud_cover", [*RISE, (107, 111.5, 106.5, 111), (112, 112.5, 107.5, 108)], -1),
        ("morning_star", [*FALL, (94, 94.5, 89.5, 90), (89, 89.4, 88.6, 89.2), (89.5, 93.5, 89.3, 93)], 1),
        ("evening_star", [*RISE, (107, 111.5, 106.5, 111), (112, 112.4, 111.6, 111.8), (111.5, 112, 107.5, 108)], -1),
        ("three_white_soldiers", [(100, 102.1, 99.9, 102), (101, 103.6, 100.9, 103.5), (102, 105.1, 101.9, 105)], 1),
        (
            "three_black_crows",
            [(100, 103, 99.9, 102.9), (102.5, 102.5, 100, 100.05), (101.5, 101.5, 98.5, 98.55), (100, 100, 97, 97.05)],
            -1,
        ),
        ("inside_bar", [(100, 101, 99.6, 100.5)], 1),
        ("inside_bar", [(100, 101.6, 99.6, 100.5)], 0),
        ("outside_bar", [(100, 102, 99, 101)], 1),
        ("outside_bar", [(100, 101.5, 99, 101)], 0),
    ],
)
def test_a_pattern_is_found_where_it_is_drawn(name, shapes, value):
    assert rules.parse(name).evaluate(drawn(*shapes))[-1] == value


def test_patterns_are_one_nothing_or_minus_one():
    bars = random_bars(3, 400)
    for name in candles.NAMES:
        if name.startswith("ha_") or name == "true_range":
            continue
        values = rules.parse(name).evaluate(bars)
        assert set(values[np.isfinite(values)]) <= {-1.0, 0.0, 1.0}, name


def test_heikin_ashi_follows_its_recursion():
    bars = bars_of([11, 13, 12], open=[10, 11, 13], high=[12, 14, 14], low=[9, 11, 11])
    # closes 10.5, 12.25, 12.5; opens 10.5, (10.5 + 10.5) / 2, (10.5 + 12.25) / 2
    expected = {
        "ha_close": [10.5, 12.25, 12.5],
        "ha_open": [10.5, 10.5, 11.375],
        "ha_high": [12, 14, 14],
        "ha_low": [9, 10.5, 11],
    }
    for name, values in expected.items():
        assert rules.parse(name).evaluate(bars).tolist() == values


def test_heikin_ashi_forgets_where_it_began():
    bars = random_bars(4, 60)
    whole, late = (rules.parse("ha_open").evaluate(part) for part in (bars, bars.between(30, 60)))
    assert whole[30 + candles.HEIKIN_ASHI_SETTLING] == pytest.approx(late[candles.HEIKIN_ASHI_SETTLING], rel=1e-4)


def test_the_true_range_reaches_to_the_close_before():
    bars = random_bars(7, 50)
    expected = true_ranges(bars.high.tolist(), bars.low.tolist(), bars.close.tolist())
    np.testing.assert_allclose(rules.parse("true_range").evaluate(bars), expected, rtol=1e-12)
    assert rules.parse("true_range").evaluate(bars_of([5.0]))[0] == pytest.approx(NAN, nan_ok=True)
