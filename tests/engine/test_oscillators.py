"""Oscillators against loops written from their definitions."""

import math
from itertools import pairwise

import numpy as np
import pytest

from bgagent.engine import oscillators
from bgagent.engine.indicators import rsi
from tests.engine.plain import NAN, earlier, mean, smoothed, windowed
from tests.engine.price_samples import random_bars

BARS = random_bars(7, 80)
CLOSE = BARS.close.tolist()
HIGH, LOW = BARS.high.tolist(), BARS.low.tolist()


def aroon(values, length, newest):
    """newest: the index of the extreme, the last one where two are equal."""
    return windowed(values, length + 1, lambda w: 100.0 * newest(w) / length)


def place_of_top(window):
    return max(range(len(window)), key=lambda i: (window[i], i))


def place_of_bottom(window):
    return min(range(len(window)), key=lambda i: (window[i], -i))


def plain_cmo(length):
    moves = [NAN] + [now - before for before, now in pairwise(CLOSE)]
    ups = smoothed([max(move, 0.0) for move in moves], 1 / length, 1, length + 1)
    downs = smoothed([max(-move, 0.0) for move in moves], 1 / length, 1, length + 1)
    return [100.0 * (up - down) / (up + down) for up, down in zip(ups, downs, strict=True)]


def plain_trix(length):
    line = CLOSE
    for _ in range(3):
        start = int(np.argmax(np.isfinite(line)))
        line = smoothed(line, 2 / (length + 1), start, start + length)
    return [100.0 * (now / before - 1.0) for now, before in zip(line, earlier(line, 1), strict=True)]


def plain_ultimate(lengths):
    pressure, ranges = [NAN], [NAN]
    for t in range(1, len(CLOSE)):
        bottom, top = min(LOW[t], CLOSE[t - 1]), max(HIGH[t], CLOSE[t - 1])
        pressure.append(CLOSE[t] - bottom)
        ranges.append(top - bottom)
    averages = [
        [p / r for p, r in zip(windowed(pressure, n, math.fsum), windowed(ranges, n, math.fsum), strict=True)]
        for n in lengths
    ]
    return [100.0 * (4 * a + 2 * b + c) / 7 for a, b, c in zip(*averages, strict=True)]


def plain_stochastic_rsi():
    """%K of four values of the RSI of five, and its mean of three."""
    line = rsi(BARS.close, 5).tolist()
    k = windowed(line, 4, lambda w: 100.0 * (w[-1] - min(w)) / (max(w) - min(w)) if max(w) > min(w) else 0.0)
    d = windowed(k, 3, mean)
    return [NAN if math.isnan(last) else first for first, last in zip(k, d, strict=True)], d


def bands():
    middle = windowed(CLOSE, 5, mean)
    spread = windowed(CLOSE, 5, lambda w: math.sqrt(mean([(value - mean(w)) ** 2 for value in w])))
    return middle, spread


def cases():
    middle, spread = bands()
    k, d = plain_stochastic_rsi()
    up, down = aroon(HIGH, 5, place_of_top), aroon(LOW, 5, place_of_bottom)
    before = earlier(CLOSE, 5)
    return {
        "momentum": (oscillators.momentum(BARS.close, 5), [c - b for c, b in zip(CLOSE, before, strict=True)]),
        "roc": (oscillators.roc(BARS.close, 5), [100 * (c / b - 1) for c, b in zip(CLOSE, before, strict=True)]),
        "cmo": (oscillators.cmo(BARS.close, 5), plain_cmo(5)),
        "trix": (oscillators.trix(BARS.close, 4), plain_trix(4)),
        "aroon_up": (oscillators.aroon_up(BARS.high, BARS.low, 5), up),
        "aroon_down": (oscillators.aroon_down(BARS.high, BARS.low, 5), down),
        "aroon_oscillator": (
            oscillators.aroon_oscillator(BARS.high, BARS.low, 5),
            [a - b for a, b in zip(up, down, strict=True)],
        ),
        "ultimate_oscillator": (
            oscillators.ultimate_oscillator(BARS.high, BARS.low, BARS.close, 3, 5, 8),
            plain_ultimate((3, 5, 8)),
        ),
        "stochastic_rsi_k": (oscillators.stochastic_rsi_k(BARS.close, 5, 4, 3), k),
        "stochastic_rsi_d": (oscillators.stochastic_rsi_d(BARS.close, 5, 4, 3), d),
        "bollinger_width": (
            oscillators.bollinger_width(BARS.close, 5, 2.0),
            [4 * s / m for s, m in zip(spread, middle, strict=True)],
        ),
        "bollinger_percent": (
            oscillators.bollinger_percent(BARS.close, 5, 2.0),
            [(c - m + 2 * s) / (4 * s) for c, m, s in zip(CLOSE, middle, spread, strict=True)],
        ),
    }


@pytest.mark.parametrize("name", oscillators.FUNCTIONS)
def test_values_are_those_of_the_definition(name):
    computed, expected = cases()[name]
    np.testing.assert_allclose(computed, expected, rtol=1e-8, atol=1e-8)


def test_the_newest_of_equal_extremes_counts():
    flat = np.full(8, 5.0)
    assert oscillators.aroon_up(flat, flat, 3).tolist()[3:] == [100.0] * 5
    assert oscillators.aroon_down(flat, flat, 3).tolist()[3:] == [100.0] * 5


def test_bands_that_coincide_leave_no_place_between_them():
    flat = np.full(8, 5.0)
    assert np.isnan(oscillators.bollinger_percent(flat, 3, 2.0)).all()
    assert oscillators.bollinger_width(flat, 3, 2.0).tolist()[2:] == [0.0] * 6
