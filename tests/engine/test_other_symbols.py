"""Columns of other symbols: how they are written, lined up and refused."""

import numpy as np
import pytest

from bgagent.bars import daily_bars
from bgagent.engine import rules
from bgagent.engine.other_symbols import symbol_word
from bgagent.periods import Timeframe
from tests.engine.price_samples import random_bars

NAN = float("nan")


def on(symbol, days, closes, timeframe=Timeframe.DAY):
    close = np.array(closes, dtype=float)
    prices = {"open": close, "high": close + 1, "low": close - 1, "close": close, "volume": close * 0 + 5}
    return daily_bars(symbol, np.array(days, dtype="datetime64[D]"), prices, timeframe=timeframe)


OWN = on("AAPL", ["2024-03-04", "2024-03-05", "2024-03-06", "2024-03-07"], [10, 11, 12, 13])
SPY = on("SPY", ["2024-03-05", "2024-03-07", "2024-03-08"], [50, 40, 99])


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("spy.close", [NAN, 50, 50, 40]),  # the last one stays; none lies before the first
        ("SPY.high", [NAN, 51, 51, 41]),
        ("close / spy.close", [NAN, 11 / 50, 12 / 50, 13 / 40]),
        ("change(spy.close, 1)", [NAN, NAN, 0, -0.2]),
        ("sma(spy.close, 2)", [NAN, NAN, 50, 45]),
    ],
)
def test_another_symbol_is_read_as_it_stood(text, values):
    expression = rules.parse(text, ("spy",))
    assert expression.symbols == {"spy"}
    assert expression.evaluate(OWN, {"SPY": SPY}).tolist() == pytest.approx(values, nan_ok=True)


def test_the_normal_form_parses_again():
    expression = rules.parse("crosses_above( SPY.close , sma(spy.close,20) )", ("spy",))
    assert expression.text == "crosses_above(spy.close, sma(spy.close, 20))"
    assert rules.parse(expression.text, ("spy",)) == expression


def test_coarser_bars_have_the_other_symbol_too():
    bars, other = random_bars(1, 120), random_bars(2, 120)
    values = rules.parse("weekly(sma(spy.close, 2))", ("spy",)).evaluate(bars, {"SPY": other})
    alone = rules.parse("weekly(sma(close, 2))").evaluate(other)
    assert np.array_equal(values, alone, equal_nan=True)


@pytest.mark.parametrize("cut", [5, 40, 77])
def test_the_future_of_neither_symbol_changes_anything(cut):
    bars, other = random_bars(1, 80), random_bars(2, 80)
    expression = rules.parse("close / spy.close > sma(spy.high, 5) / lowest(close, 3)", ("spy",))
    known = expression.evaluate(bars, {"SPY": other})[:cut]
    assert np.array_equal(expression.evaluate(bars.between(0, cut), {"SPY": other.between(0, cut)}), known)


@pytest.mark.parametrize(
    ("symbol", "word"), [("SPY", "spy"), ("BRK-B", "brk_b"), ("^VIX", "vix"), ("3M", "s3m"), ("EURUSD=X", "eurusd_x")]
)
def test_a_symbol_has_a_word(symbol, word):
    assert symbol_word(symbol) == word
    assert rules.parse(f"{word}.close > 1", (word,)).symbols == {word}


@pytest.mark.parametrize(
    ("text", "symbols", "complaint"),
    [
        ("spy.close > 1", (), "'.' at character 4 is not part of the language"),
        ("qqq.close > 1", ("spy",), "unknown symbol 'qqq'; known are spy"),
        ("spy.price > 1", ("spy",), "'spy.price': write one of open, high, low, close, volume after it"),
        ("spy.close.real > 1", ("spy",), "is not part of the language"),
        ("spy > 1", ("spy",), "unknown name 'spy'"),
        ("spy.close() > 1", ("spy",), "is not part of the language"),
        ("close > .5", ("spy",), None),
    ],
)
def test_what_cannot_be_read_is_refused(text, symbols, complaint):
    if complaint is None:
        assert rules.parse(text, symbols).symbols == frozenset()
        return
    with pytest.raises(rules.RuleError) as refusal:
        rules.parse(text, symbols)
    assert complaint in str(refusal.value)


def test_bars_that_are_missing_or_of_another_length_are_named():
    expression = rules.parse("spy.close > 1", ("spy",))
    with pytest.raises(rules.RuleError, match=r"'spy.close' needs the bars of spy"):
        expression.evaluate(OWN)
    with pytest.raises(ValueError, match="SPY has 1wk bars, AAPL 1d ones"):
        expression.evaluate(OWN, {"SPY": on("SPY", ["2024-03-04"], [9], Timeframe.WEEK)})
    with pytest.raises(ValueError, match="two symbols are written brk_b"):
        expression.evaluate(OWN, {"BRK-B": SPY, "BRK.B": SPY})
