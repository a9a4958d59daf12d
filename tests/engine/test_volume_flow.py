"""Flows of volume against loops written from their definitions."""

import math
from itertools import pairwise

import numpy as np
import pytest

from bgagent.engine import volume_flow
from tests.engine.plain import NAN, smoothed, windowed
from tests.engine.price_samples import random_bars

BARS = random_bars(7, 80)
CLOSE, VOLUME = BARS.close.tolist(), BARS.volume.tolist()
FLOWS = [
    v * ((c - low) - (high - c)) / (high - low)
    for high, low, c, v in zip(BARS.high, BARS.low, CLOSE, VOLUME, strict=True)
]
COLUMNS = (BARS.high, BARS.low, BARS.close, BARS.volume)


def summed(values):
    return np.cumsum(values).tolist()


def plain_obv():
    signs = [1] + [(now > before) - (now < before) for before, now in pairwise(CLOSE)]
    return summed([sign * v for sign, v in zip(signs, VOLUME, strict=True)])


def plain_oscillator():
    line = summed(FLOWS)
    fast, slow = (smoothed(line, 2 / (n + 1), 0, 1) for n in (3, 5))
    return [NAN] * 4 + [a - b for a, b in zip(fast, slow, strict=True)][4:]


def cases():
    moves = [0.0] + [VOLUME[t] * (CLOSE[t] / CLOSE[t - 1] - 1) for t in range(1, len(CLOSE))]
    shares = zip(windowed(FLOWS, 5, math.fsum), windowed(VOLUME, 5, math.fsum), strict=True)
    return {
        "obv": (volume_flow.obv(BARS.close, BARS.volume), plain_obv()),
        "accumulation_distribution": (volume_flow.accumulation_distribution(*COLUMNS), summed(FLOWS)),
        "price_volume_trend": (volume_flow.price_volume_trend(BARS.close, BARS.volume), summed(moves)),
        "chaikin_oscillator": (volume_flow.chaikin_oscillator(*COLUMNS, 3, 5), plain_oscillator()),
        "chaikin_money_flow": (volume_flow.chaikin_money_flow(*COLUMNS, 5), [flow / v for flow, v in shares]),
    }


@pytest.mark.parametrize("name", [*volume_flow.NAMES, *volume_flow.FUNCTIONS])
def test_values_are_those_of_the_definition(name):
    computed, expected = cases()[name]
    np.testing.assert_allclose(computed, expected, rtol=1e-9, atol=1e-9)


def test_where_nothing_was_traded_no_money_flows():
    volume = np.where(np.arange(80) < 10, 0.0, 100.0)
    values = volume_flow.chaikin_money_flow(BARS.high, BARS.low, BARS.close, volume, 5)
    assert np.isnan(values[:10]).all()
    assert np.isfinite(values[10:]).all()
