"""Averages against loops written from their definitions."""

import numpy as np
import pytest

from bgagent.engine import averages
from tests.engine.plain import NAN, mean, smoothed, windowed
from tests.engine.price_samples import random_bars

BARS = random_bars(7, 80)
CLOSE = BARS.close.tolist()


def ema_of(values, length):
    """An EMA that starts where its input does."""
    start = int(np.argmax(np.isfinite(values)))
    return smoothed(values, 2 / (length + 1), start, start + length)


def weighted(values, length):
    return windowed(
        values, length, lambda w: sum((i + 1) * value for i, value in enumerate(w)) / (length * (length + 1) / 2)
    )


def line_of(window):
    """Slope and end of the least-squares line."""
    count, middle = len(window), (len(window) - 1) / 2
    rise = sum((i - middle) * (value - mean(window)) for i, value in enumerate(window))
    rise /= sum((i - middle) ** 2 for i in range(count))
    return rise, mean(window) + rise * middle


def expected(name):
    one = ema_of(CLOSE, 5)
    two = ema_of(one, 5)
    three = ema_of(two, 5)
    match name:
        case "dema":
            return [2 * a - b for a, b in zip(one, two, strict=True)]
        case "tema":
            return [3 * a - 3 * b + c for a, b, c in zip(one, two, three, strict=True)]
        case "hma":
            raw = [2 * a - b for a, b in zip(weighted(CLOSE, 4), weighted(CLOSE, 9), strict=True)]
            return weighted(raw, 3)
        case "rma":
            return smoothed(CLOSE, 1 / 5, 0, 5)
        case "vwma":
            paid = windowed([p * v for p, v in zip(CLOSE, BARS.volume, strict=True)], 5, sum)
            return [p / v for p, v in zip(paid, windowed(BARS.volume.tolist(), 5, sum), strict=True)]
        case "linear_regression":
            return windowed(CLOSE, 5, lambda w: line_of(w)[1])
        case "slope":
            return windowed(CLOSE, 5, lambda w: line_of(w)[0])
    raise AssertionError(name)


COMPUTE = {
    "dema": lambda: averages.dema(BARS.close, 5),
    "tema": lambda: averages.tema(BARS.close, 5),
    "hma": lambda: averages.hma(BARS.close, 9),
    "rma": lambda: averages.rma(BARS.close, 5),
    "vwma": lambda: averages.vwma(BARS.volume, BARS.close, 5),
    "linear_regression": lambda: averages.linear_regression(BARS.close, 5),
    "slope": lambda: averages.slope(BARS.close, 5),
}


@pytest.mark.parametrize("name", COMPUTE)
def test_values_are_those_of_the_definition(name):
    np.testing.assert_allclose(COMPUTE[name](), expected(name), rtol=1e-9, atol=1e-9)


def test_every_average_is_tried_here():
    assert set(COMPUTE) == set(averages.FUNCTIONS)


@pytest.mark.parametrize("length", range(3, 40))
def test_hulls_average_begins_where_its_lengths_say(length):
    values = averages.hma(BARS.close, length)
    assert np.isfinite(values[averages.hull_warmup(length) :]).all()
    assert np.isnan(values[: averages.hull_warmup(length)]).all()


def test_an_average_of_one_value_is_the_value():
    for average in (averages.dema, averages.tema, averages.rma):
        assert np.array_equal(average(BARS.close, 1), BARS.close)


def test_a_window_without_any_volume_has_no_weighted_average():
    volume = np.array([1.0, 0, 0, 0, 2, 2])
    values = averages.vwma(volume, np.array([5.0, 6, 7, 8, 9, 11]), 2)
    assert values.tolist() == pytest.approx([NAN, 5, NAN, NAN, 9, 10], nan_ok=True)
