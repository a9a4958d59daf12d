"""Indicators against plain loops written from their definitions, and what holds for all of them."""

import math
import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.bars import Bars
from bgagent.engine import indicators
from tests.engine.price_samples import bars_of, random_bars

NAN = float("nan")

# every indicator, as a function of bars with small lengths, and the index of its first value
INDICATORS: dict[str, tuple[Callable[[Bars], np.ndarray], int]] = {
    "sma": (lambda b: indicators.sma(b.close, 5), 4),
    "ema": (lambda b: indicators.ema(b.close, 5), 4),
    "wma": (lambda b: indicators.wma(b.close, 5), 4),
    "rsi": (lambda b: indicators.rsi(b.close, 5), 5),
    "macd": (lambda b: indicators.macd(b.close, 3, 6, 4), 8),
    "macd_signal": (lambda b: indicators.macd_signal(b.close, 3, 6, 4), 8),
    "macd_histogram": (lambda b: indicators.macd_histogram(b.close, 3, 6, 4), 8),
    "bollinger_upper": (lambda b: indicators.bollinger_upper(b.close, 5, 2.0), 4),
    "bollinger_middle": (lambda b: indicators.bollinger_middle(b.close, 5, 2.0), 4),
    "bollinger_lower": (lambda b: indicators.bollinger_lower(b.close, 5, 2.0), 4),
    "atr": (lambda b: indicators.atr(b.high, b.low, b.close, 5), 5),
    "adx": (lambda b: indicators.adx(b.high, b.low, b.close, 5), 9),
    "plus_di": (lambda b: indicators.plus_di(b.high, b.low, b.close, 5), 5),
    "minus_di": (lambda b: indicators.minus_di(b.high, b.low, b.close, 5), 5),
    "cci": (lambda b: indicators.cci(b.high, b.low, b.close, 5), 4),
    "mfi": (lambda b: indicators.mfi(b.high, b.low, b.close, b.volume, 5), 5),
    "williams_r": (lambda b: indicators.williams_r(b.high, b.low, b.close, 5), 4),
    "stochastic_k": (lambda b: indicators.stochastic_k(b.high, b.low, b.close, 5, 3, 2), 7),
    "stochastic_d": (lambda b: indicators.stochastic_d(b.high, b.low, b.close, 5, 3, 2), 7),
    "highest": (lambda b: indicators.highest(b.close, 5), 4),
    "lowest": (lambda b: indicators.lowest(b.close, 5), 4),
    "previous": (lambda b: indicators.previous(b.close, 3), 3),
    "change": (lambda b: indicators.change(b.close, 3), 3),
    "deviation": (lambda b: indicators.deviation(b.close, 5), 4),
    "zscore": (lambda b: indicators.zscore(b.close, 5), 4),
}
BANDS = (indicators.bollinger_upper, indicators.bollinger_middle, indicators.bollinger_lower)
EVERY = pytest.mark.parametrize("name", INDICATORS)


def test_every_public_function_is_in_the_table():
    public = {
        name for name, thing in vars(indicators).items() if not name.startswith("_") and name in dir_of_functions(thing)
    }
    assert public == set(INDICATORS)


def dir_of_functions(thing: object) -> set[str]:
    return {thing.__name__} if getattr(thing, "__module__", "") == indicators.__name__ else set()


# what the definitions give, reckoned bar by bar


def mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def spread(values: Sequence[float]) -> float:
    centre = mean(values)
    return math.sqrt(math.fsum((value - centre) ** 2 for value in values) / len(values))


def windowed(values: Sequence[float], length: int, reckon: Callable[[Sequence[float]], float]) -> list[float]:
    return [NAN if t + 1 < length else reckon(values[t + 1 - length : t + 1]) for t in range(len(values))]


def smoothed(values: Sequence[float], weight: float, seed_from: int, seed_to: int) -> list[float]:
    """Exponential smoothing seeded at index seed_to - 1 with the mean of values[seed_from:seed_to]."""
    result = [NAN] * len(values)
    result[seed_to - 1] = mean(values[seed_from:seed_to])
    for t in range(seed_to, len(values)):
        result[t] = result[t - 1] + weight * (values[t] - result[t - 1])
    return result


def plain_rsi(values: Sequence[float], length: int) -> list[float]:
    moves = [NAN] + [now - before for before, now in pairwise(values)]
    ups = smoothed([max(move, 0.0) for move in moves], 1 / length, 1, length + 1)
    downs = smoothed([max(-move, 0.0) for move in moves], 1 / length, 1, length + 1)
    return [100.0 * up / (up + down) for up, down in zip(ups, downs, strict=True)]


def plain_macd(values: Sequence[float], fast: int, slow: int, signal: int) -> tuple[list[float], list[float]]:
    fast_line = smoothed(values, 2 / (fast + 1), slow - fast, slow)
    slow_line = smoothed(values, 2 / (slow + 1), 0, slow)
    line = [a - b for a, b in zip(fast_line, slow_line, strict=True)]
    signal_line = smoothed(line, 2 / (signal + 1), slow - 1, slow + signal - 1)
    return [NAN if math.isnan(s) else x for x, s in zip(line, signal_line, strict=True)], signal_line


def true_ranges(bars: Bars) -> list[float]:
    high, low, close = bars.high, bars.low, bars.close
    return [NAN] + [
        max(high[t] - low[t], abs(high[t] - close[t - 1]), abs(low[t] - close[t - 1])) for t in range(1, len(bars))
    ]


def plain_directional(bars: Bars, length: int) -> tuple[list[float], list[float], list[float]]:
    """+DI, -DI and ADX; Wilder's sums are seeded with the first length - 1 moves, as TA-Lib has it."""
    count = len(bars)
    up, down, ranges = [0.0], [0.0], true_ranges(bars)
    for t in range(1, count):
        rise, fall = bars.high[t] - bars.high[t - 1], bars.low[t - 1] - bars.low[t]
        up.append(rise if rise > max(fall, 0.0) else 0.0)
        down.append(fall if fall > max(rise, 0.0) else 0.0)
    plus, minus, index, average = ([NAN] * count for _ in range(4))
    sums = [math.fsum(values[1:length]) for values in (up, down, ranges)]
    for t in range(length, count):
        sums = [s - s / length + values[t] for s, values in zip(sums, (up, down, ranges), strict=True)]
        plus[t], minus[t] = 100.0 * sums[0] / sums[2], 100.0 * sums[1] / sums[2]
        index[t] = 100.0 * abs(plus[t] - minus[t]) / (plus[t] + minus[t])
    average[2 * length - 1] = mean(index[length : 2 * length])
    for t in range(2 * length, count):
        average[t] = (average[t - 1] * (length - 1) + index[t]) / length
    return plus, minus, average


def plain_mfi(bars: Bars, length: int) -> list[float]:
    typical = ((bars.high + bars.low + bars.close) / 3.0).tolist()
    result = [NAN] * len(bars)
    for t in range(length, len(bars)):
        flows = {1: 0.0, 0: 0.0, -1: 0.0}
        for i in range(t - length + 1, t + 1):
            flows[(typical[i] > typical[i - 1]) - (typical[i] < typical[i - 1])] += typical[i] * bars.volume[i]
        result[t] = 100.0 * flows[1] / (flows[1] + flows[-1])
    return result


def plain_places(bars: Bars, length: int) -> list[float]:
    """Where the close lies in the range of the last `length` bars, 0 to 1."""
    tops, bottoms = windowed(bars.high, length, max), windowed(bars.low, length, min)
    return [(c - bottom) / (top - bottom) for c, top, bottom in zip(bars.close, tops, bottoms, strict=True)]


def expected_values(bars: Bars) -> dict[str, list[float]]:
    close = [float(value) for value in bars.close]
    middle, spreads = windowed(close, 5, mean), windowed(close, 5, spread)
    line, signal = plain_macd(close, 3, 6, 4)
    plus, minus, average = plain_directional(bars, 5)
    typical = ((bars.high + bars.low + bars.close) / 3.0).tolist()
    slow_k = windowed(plain_places(bars, 5), 3, mean)
    slow_d = windowed(slow_k, 2, mean)
    earlier = [NAN] * 3 + close[:-3]
    return {
        "sma": middle,
        "ema": smoothed(close, 2 / 6, 0, 5),
        "wma": windowed(close, 5, lambda w: sum((i + 1) * value for i, value in enumerate(w)) / 15.0),
        "rsi": plain_rsi(close, 5),
        "macd": line,
        "macd_signal": signal,
        "macd_histogram": [a - b for a, b in zip(line, signal, strict=True)],
        "bollinger_upper": [m + 2 * s for m, s in zip(middle, spreads, strict=True)],
        "bollinger_middle": middle,
        "bollinger_lower": [m - 2 * s for m, s in zip(middle, spreads, strict=True)],
        "atr": smoothed(true_ranges(bars), 1 / 5, 1, 6),
        "adx": average,
        "plus_di": plus,
        "minus_di": minus,
        "cci": windowed(typical, 5, lambda w: (w[-1] - mean(w)) / (0.015 * mean([abs(v - mean(w)) for v in w]))),
        "mfi": plain_mfi(bars, 5),
        "williams_r": [100.0 * place - 100.0 for place in plain_places(bars, 5)],
        "stochastic_k": [NAN if math.isnan(d) else 100.0 * k for k, d in zip(slow_k, slow_d, strict=True)],
        "stochastic_d": [100.0 * d for d in slow_d],
        "highest": windowed(close, 5, max),
        "lowest": windowed(close, 5, min),
        "previous": earlier,
        "change": [now / before - 1.0 for now, before in zip(close, earlier, strict=True)],
        "deviation": spreads,
        "zscore": [(c - m) / s for c, m, s in zip(close, middle, spreads, strict=True)],
    }


@EVERY
def test_values_are_those_of_the_definition(name):
    bars = random_bars(7, 80)
    computed = INDICATORS[name][0](bars)
    np.testing.assert_allclose(computed, expected_values(bars)[name], rtol=1e-9, atol=1e-9)


@EVERY
def test_first_value_comes_when_enough_bars_are_there(name):
    compute, first = INDICATORS[name]
    values = compute(random_bars(3, 40))
    assert np.isnan(values[:first]).all()
    assert np.isfinite(values[first:]).all()


@EVERY
def test_fewer_bars_than_needed_give_no_value_and_no_error(name):
    compute, first = INDICATORS[name]
    for count in range(first + 1):
        values = compute(random_bars(3, count))
        assert values.shape == (count,)
        assert np.isnan(values).all()


@EVERY
@given(seed=st.integers(0, 10**6), cut=st.integers(0, 59))
def test_the_future_changes_nothing(name, seed, cut):
    compute = INDICATORS[name][0]
    bars, other = random_bars(seed, 60), random_bars(seed + 1, 60)
    columns = {
        column: np.concatenate((getattr(bars, column)[:cut], getattr(other, column)[cut:]))
        for column in ("open", "high", "low", "close", "volume")
    }
    changed = bars_of(**columns)
    known = compute(bars)[:cut]
    assert np.array_equal(compute(bars.between(0, cut)), known, equal_nan=True)
    assert np.array_equal(compute(changed)[:cut], known, equal_nan=True)


NESTED = {
    "sma": lambda x: indicators.sma(x, 3),
    "ema": lambda x: indicators.ema(x, 3),
    "wma": lambda x: indicators.wma(x, 3),
    "rsi": lambda x: indicators.rsi(x, 3),
    "highest": lambda x: indicators.highest(x, 3),
    "lowest": lambda x: indicators.lowest(x, 3),
    "previous": lambda x: indicators.previous(x, 2),
    "change": lambda x: indicators.change(x, 2),
    "deviation": lambda x: indicators.deviation(x, 3),
    "zscore": lambda x: indicators.zscore(x, 3),
}


@pytest.mark.parametrize("name", NESTED)
def test_leading_undefined_values_only_delay_an_indicator(name):
    tail = random_bars(11, 30).close
    late = np.concatenate((np.full(9, NAN), tail))
    values = NESTED[name](late)
    assert np.isnan(values[:9]).all()
    assert np.array_equal(values[9:], NESTED[name](tail), equal_nan=True)


@pytest.mark.parametrize("name", [name for name in NESTED if name not in ("previous", "change")])
@pytest.mark.parametrize("bad", [NAN, math.inf, -math.inf])
def test_an_undefined_value_within_starts_the_indicator_anew(name, bad):
    close = random_bars(11, 30).close
    holed = close.copy()
    holed[14] = bad
    values = NESTED[name](holed)
    assert np.isnan(values[14])
    assert np.array_equal(values[:14], NESTED[name](close[:14]), equal_nan=True)
    assert np.array_equal(values[15:], NESTED[name](close[15:]), equal_nan=True)
    assert np.isfinite(values[-1])


@pytest.mark.parametrize("bad", [NAN, math.inf])
def test_an_undefined_value_is_missed_only_where_it_is_looked_back_at(bad):
    values = np.array([1.0, 2.0, bad, 4.0, 8.0, 16.0])
    assert indicators.previous(values).tolist()[3:] == pytest.approx([NAN, 4.0, 8.0], nan_ok=True)
    assert indicators.change(values, 1).tolist() == pytest.approx([NAN, 1.0, NAN, NAN, 1.0, 1.0], nan_ok=True)


def test_change_from_zero_is_undefined():
    assert np.isnan(indicators.change(np.array([0.0, 5.0]), 1)[1])


def test_flat_prices_deviate_by_exactly_nothing_also_after_a_move():
    values = np.concatenate((np.array([1e6, 3e6, 2e6, 5e6, 1e6]), np.full(8, 100.1)))
    assert indicators.deviation(values, 5)[-4:].tolist() == [0.0] * 4
    assert np.isnan(indicators.zscore(values, 5)[-4:]).all()


@pytest.mark.parametrize("length", [2, 3, 5, 20])
def test_averages_and_bands_of_a_price_that_stands_still_are_that_price(length):
    random = np.random.default_rng(length)
    values = np.repeat(np.round(random.uniform(10, 11, 60), 2), random.integers(1, 30, 60))
    lines = [indicators.sma(values, length), *(band(values, length, 2.0) for band in BANDS)]
    for at in range(length - 1, len(values)):
        window = values[at - length + 1 : at + 1]
        if len(set(window.tolist())) == 1:
            assert [line[at] for line in lines] == [values[at]] * 4
        else:
            assert lines[0][at] == pytest.approx(window.mean(), rel=1e-12)


def test_bands_hold_for_prices_far_below_one():
    prices = 1e-7 * random_bars(5, 40).close
    expected = [m + 2 * s for m, s in zip(windowed(prices, 5, mean), windowed(prices, 5, spread), strict=True)]
    np.testing.assert_allclose(indicators.bollinger_upper(prices, 5, 2.0), expected, rtol=1e-9)


def test_money_flow_without_any_volume_is_undefined():
    bars = random_bars(5, 20)
    volume = np.where(np.arange(20) < 10, 0.0, 100.0)
    values = indicators.mfi(bars.high, bars.low, bars.close, volume, 5)
    assert np.isnan(values[:10]).all()
    assert np.isfinite(values[10:]).all()


def test_one_bar_averages_are_the_values_themselves():
    close = random_bars(2, 10).close
    for average in (indicators.sma, indicators.ema, indicators.wma, indicators.highest, indicators.lowest):
        assert np.array_equal(average(close, 1), close)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: indicators.sma(x, 0),
        lambda x: indicators.rsi(x, 1),
        lambda x: indicators.previous(x, 0),
        lambda x: indicators.macd(x, 26, 12, 9),
        lambda x: indicators.bollinger_upper(x, 20, 0.0),
        lambda x: indicators.atr(x, x, x[1:], 3),
        lambda x: indicators.sma(x.reshape(2, -1), 3),
    ],
)
def test_impossible_parameters_are_refused(call):
    with pytest.raises(ValueError):
        call(np.arange(1.0, 41.0))


def test_inputs_of_any_number_type_and_layout_are_taken():
    whole = np.arange(40)
    assert np.array_equal(indicators.sma(whole[::2], 3), indicators.sma(whole[::2].astype(float), 3), equal_nan=True)


IMPORT_PROBE = """
import sys
import numpy as np
from bgagent.engine import indicators
assert "talib" not in sys.modules, "importing the indicators must not load TA-Lib"
{before}
print(indicators.sma(np.arange(5.0), 2).tolist()[1:])
loaded = sorted(name for name in ("pandas", "polars") if name in sys.modules)
print(loaded)
import pandas
print(pandas.Series([1.0, 2.0]).sum())
"""


@pytest.mark.parametrize(("before", "loaded"), [("", "[]"), ("import pandas", "['pandas']")])
def test_the_first_indicator_loads_neither_pandas_nor_polars_and_hinders_nobody(before, loaded):
    pytest.importorskip("pandas")
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_PROBE.format(before=before)], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["[0.5, 1.5, 2.5, 3.5]", loaded, "3.0"]
