"""Channels against loops written from their definitions."""

import numpy as np
import pytest

from bgagent.engine import channels
from tests.engine.plain import NAN, earlier, smoothed, true_ranges, windowed
from tests.engine.price_samples import random_bars

BARS = random_bars(7, 90)
CLOSE, HIGH, LOW = BARS.close.tolist(), BARS.high.tolist(), BARS.low.tolist()
PRICES = (BARS.high, BARS.low, BARS.close)


def plain_supertrend(length, ranges):
    """Level and direction: the band that holds only moves towards the price until a close is beyond it."""
    widths = smoothed(true_ranges(HIGH, LOW, CLOSE), 1 / length, 1, length + 1)
    upper, lower = NAN, NAN
    levels, directions = [], []
    for t, width in enumerate(widths):
        middle = (HIGH[t] + LOW[t]) / 2
        if np.isnan(width):
            levels.append(NAN)
            directions.append(NAN)
            continue
        above, below = middle + ranges * width, middle - ranges * width
        begins = np.isnan(upper)
        upper = above if begins or above < upper or CLOSE[t - 1] > upper else upper
        lower = below if begins or below > lower or CLOSE[t - 1] < lower else lower
        if begins:
            direction = 1  # as TA-Lib begins, until a close below the lower band
        elif directions[-1] == -1:
            direction = 1 if CLOSE[t] > upper else -1
        else:
            direction = -1 if CLOSE[t] < lower else 1
        levels.append(lower if direction == 1 else upper)
        directions.append(direction)
    return levels, directions


def plain_sar(step, maximum):
    """Wilder's SAR; it starts rising unless the second bar falls by more than it rises."""
    rise, fall = HIGH[1] - HIGH[0], LOW[0] - LOW[1]
    is_long = not (fall > rise and fall > 0)
    sar, extreme, factor = (LOW[0], HIGH[1], step) if is_long else (HIGH[0], LOW[1], step)
    result = [NAN]
    for t in range(1, len(CLOSE)):
        if is_long:
            if LOW[t] <= sar:
                is_long, sar = False, max(extreme, HIGH[t - 1], HIGH[t])
                result.append(sar)
                factor, extreme = step, LOW[t]
                sar = max(sar + factor * (extreme - sar), HIGH[t - 1], HIGH[t])
                continue
            result.append(sar)
            if HIGH[t] > extreme:
                extreme, factor = HIGH[t], min(factor + step, maximum)
            sar = min(sar + factor * (extreme - sar), LOW[t - 1], LOW[t])
        else:
            if HIGH[t] >= sar:
                is_long, sar = True, min(extreme, LOW[t - 1], LOW[t])
                result.append(sar)
                factor, extreme = step, HIGH[t]
                sar = min(sar + factor * (extreme - sar), LOW[t - 1], LOW[t])
                continue
            result.append(sar)
            if LOW[t] < extreme:
                extreme, factor = LOW[t], min(factor + step, maximum)
            sar = max(sar + factor * (extreme - sar), HIGH[t - 1], HIGH[t])
    return result


def cases():
    top, bottom = windowed(HIGH, 5, max), windowed(LOW, 5, min)
    middle = [(a + b) / 2 for a, b in zip(top, bottom, strict=True)]
    short = [(a + b) / 2 for a, b in zip(windowed(HIGH, 3, max), windowed(LOW, 3, min), strict=True)]
    long = [(a + b) / 2 for a, b in zip(windowed(HIGH, 8, max), windowed(LOW, 8, min), strict=True)]
    line, width = smoothed(CLOSE, 2 / 6, 0, 5), smoothed(true_ranges(HIGH, LOW, CLOSE), 1 / 4, 1, 5)
    level, direction = plain_supertrend(5, 2.0)
    return {
        "donchian_upper": (channels.donchian_upper(BARS.high, 5), top),
        "donchian_middle": (channels.donchian_middle(BARS.high, BARS.low, 5), middle),
        "donchian_lower": (channels.donchian_lower(BARS.low, 5), bottom),
        "keltner_upper": (
            channels.keltner_upper(*PRICES, 5, 4, 2.0),
            [a + 2 * w for a, w in zip(line, width, strict=True)],
        ),
        "keltner_lower": (
            channels.keltner_lower(*PRICES, 5, 4, 2.0),
            [a - 2 * w for a, w in zip(line, width, strict=True)],
        ),
        "supertrend": (channels.supertrend(*PRICES, 5, 2.0), level),
        "supertrend_direction": (channels.supertrend_direction(*PRICES, 5, 2.0), direction),
        "psar": (channels.psar(BARS.high, BARS.low, 0.02, 0.2), plain_sar(0.02, 0.2)),
        "ichimoku_conversion": (channels.donchian_middle(BARS.high, BARS.low, 3), short),
        "ichimoku_base": (channels.donchian_middle(BARS.high, BARS.low, 5), middle),
        "ichimoku_span_a": (
            channels.ichimoku_span_a(BARS.high, BARS.low, 3, 5),
            earlier([(a + b) / 2 for a, b in zip(short, middle, strict=True)], 5),
        ),
        "ichimoku_span_b": (channels.ichimoku_span_b(BARS.high, BARS.low, 8, 5), earlier(long, 5)),
    }


@pytest.mark.parametrize("name", channels.FUNCTIONS)
def test_values_are_those_of_the_definition(name):
    computed, expected = cases()[name]
    np.testing.assert_allclose(computed, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_two_sars_begun_on_different_bars_meet(seed):
    bars = random_bars(seed, channels.SAR_SETTLING + 50)
    whole = channels.psar(bars.high, bars.low, 0.02, 0.2)
    late = channels.psar(bars.high[49:], bars.low[49:], 0.02, 0.2)
    assert whole[-1] == pytest.approx(late[-1], rel=1e-12)
