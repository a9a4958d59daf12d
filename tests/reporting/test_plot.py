import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgagent.reporting.plot import Panel, area, line, ratio_ticks, spanning, thinned, time_ticks, value_ticks
from tests.reporting.samples import sessions


@pytest.mark.parametrize(
    ("low", "high", "wanted", "expected"),
    [
        (0.0, 10.0, 5, (0, 2, 4, 6, 8, 10)),
        (20_000.0, 31_000.0, 6, (20_000, 22_000, 24_000, 26_000, 28_000, 30_000)),
        (-0.21, 0.0, 3, (-0.2, -0.1, 0.0)),
        (1.0801, 1.0999, 4, (1.085, 1.09, 1.095)),
    ],
)
def test_value_ticks_are_round_numbers_inside_the_range(low, high, wanted, expected):
    assert value_ticks(low, high, wanted) == pytest.approx(expected)


@settings(max_examples=200, deadline=None)
@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(2, 12))
def test_value_ticks_always_stay_inside_and_near_the_number_wanted(low, width, wanted):
    ticks = value_ticks(low, low + width, wanted)
    assert all(low - 1e-6 * width - 1e-6 <= tick <= low + width * (1 + 1e-6) + 1e-6 for tick in ticks)
    assert len(ticks) <= 2 * wanted + 2


@pytest.mark.parametrize(
    ("at", "wanted", "labels"),
    [
        (sessions(252), 12, ["2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "2024-06", "2024-07", "2024-08",
                             "2024-09", "2024-10", "2024-11", "2024-12"]),
        (sessions(252), 6, ["2024-01", "2024-03", "2024-05", "2024-07", "2024-09", "2024-11"]),
        (sessions(2520), 20, ["2024", "2025", "2026", "2027", "2028", "2029", "2030", "2031", "2032", "2033"]),
        (sessions(2520, "2024-06-03"), 4, ["2025", "2028", "2031", "2034"]),  # it does not begin with a year
        (sessions(4), 9, ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"]),
        (sessions(1), 9, ["2024-01-02"]),
        ([f"2024-05-02T{hour:02d}:{minute:02d}:00Z" for hour in range(13, 17) for minute in (0, 30)], 9,
         ["13:00", "14:00", "15:00", "16:00"]),
    ],
)  # fmt: skip
def test_time_ticks_begin_years_months_days_or_hours(at, wanted, labels):
    ticks = time_ticks(at, wanted)
    assert [label for _, label in ticks] == labels
    for bar, label in ticks:
        assert label in at[bar]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=600), st.integers(5, 40))
def test_a_thinned_line_keeps_ends_and_extremes_in_order(values, columns):
    series = np.array(values)
    bars, kept = thinned(series, columns)
    assert len(kept) <= max(2 * columns + 2, 1)
    assert np.all(np.diff(bars) > 0)
    assert np.array_equal(series[bars.astype(int)], kept)
    assert {series.min(), series.max(), series[0], series[-1]} <= set(kept.tolist())


def corners(path: str) -> list[tuple[float, float]]:
    """Absolute points of a path of M and l steps."""
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", path)]
    return list(zip(np.cumsum(numbers[::2]).tolist(), np.cumsum(numbers[1::2]).tolist(), strict=True))


def test_a_line_goes_through_its_values_without_drifting():
    values = np.cumsum(np.random.default_rng(1).normal(size=1500))
    span = spanning(values)
    panel = Panel(84, 30, 860, 250, span.low, span.high, bars=len(values))
    bars, kept = thinned(values, 860)
    for (x, y), bar, value in zip(corners(line(panel, values)), bars, kept, strict=True):
        assert x == pytest.approx(panel.x(bar), abs=0.051)  # tenths of a pixel, also at the far end
        assert y == pytest.approx(panel.y(value), abs=0.051)


def test_one_bar_is_a_dash_and_a_surface():
    panel = Panel(0, 0, 100, 100, 0.0, 1.0, bars=1)
    assert line(panel, np.array([0.5])) == "M47 50h6"
    assert area(panel, np.array([0.5]), 0.0) == "M47.0 100.0V50.0h6V100.0Z"


@pytest.mark.parametrize("value", [0.0, 100.0, -3.0])
def test_a_series_that_never_moves_gets_a_range(value):
    span = spanning(np.array([value]))
    assert span.low < value < span.high


@pytest.mark.parametrize(
    ("values", "log"),
    [
        ((100.0, 250.0), False),
        ((100.0, 799.0), False),
        ((100.0, 800.0), True),
        ((0.0, 800.0), False),
        ((-1.0, 9.0), False),
    ],
)
def test_an_axis_turns_logarithmic_where_small_values_would_lie_flat(values, log):
    span = spanning(np.array(values))
    assert span.log is log
    assert span.low < min(values)
    assert span.high > max(values)


def test_equal_ratios_are_equal_distances_on_a_logarithmic_axis():
    panel = Panel(0, 10, 100, 300, 1.0, 1000.0, bars=2, log=True)
    assert [panel.y(value) for value in (1000.0, 100.0, 10.0, 1.0)] == pytest.approx([10, 110, 210, 310])


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(8.0, 130.0, (10, 20, 50, 100)), (0.7, 6.0, (1, 2, 5)), (3.0, 40_000.0, (10, 100, 1_000, 10_000))],
)
def test_ratio_ticks_are_ones_twos_and_fives_or_powers_of_ten(low, high, expected):
    assert ratio_ticks(low, high) == pytest.approx(expected)
