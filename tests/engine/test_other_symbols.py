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
        ("change(spy.close, 1)", [NAN, NAN, NAN, -0.2]),  # over its own bars
        ("sma(spy.close, 2)", [NAN, NAN, NAN, 45]),
        ("-sma(spy.high - spy.low, 2)", [NAN, NAN, NAN, -2]),
        ("previous(spy.close)", [NAN, NAN, 50, 50]),  # on the bar before, of those that read it
        ("previous(sma(spy.close, 1))", [NAN, NAN, 50, 50]),
        ("sma(close - spy.close, 2)", [NAN, NAN, (11 + 12) / 2 - 50, (12 - 50 + 13 - 40) / 2]),
        ("weekly(spy.volume)", [NAN, NAN, NAN, NAN]),
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


def every_day(symbol, closes):
    return on(symbol, np.datetime64("2024-01-01") + np.arange(len(closes)), closes)


def test_a_stock_beside_a_market_without_weekends_has_its_own_averages_and_events():
    closes = 100 + np.cumsum(np.random.default_rng(4).normal(0, 2, 300))
    coin = every_day("BTC-USD", closes)
    is_session = np.is_busday(coin.sessions)
    stock = on("SPY", coin.sessions[is_session], closes[is_session])
    text = "crosses_above(spy.close, sma(spy.close, 20))"
    alone = rules.parse("crosses_above(close, sma(close, 20))").evaluate(stock)
    assert alone.sum() > 3
    beside = rules.parse(text, ("spy",)).evaluate(coin, {"SPY": stock})
    assert beside[is_session].tolist() == alone.tolist()
    assert not beside[~is_session].any()
    not_so = rules.parse(f"not {text}", ("spy",)).evaluate(coin, {"SPY": stock})
    assert (not_so == ~beside)[30:].all()
    weeks = rules.parse("weekly(spy.volume)", ("spy",)).evaluate(coin, {"SPY": stock})
    assert set(weeks[14:]) == {25.0}  # five sessions of 5 each, none counted twice on a weekend


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


@pytest.mark.parametrize("cut", [9, 40, 77, 150])
def test_the_future_of_a_symbol_with_other_sessions_changes_nothing(cut):
    random = np.random.default_rng(cut)
    coin = every_day("BTC-USD", 100 + np.cumsum(random.normal(0, 2, 200)))
    open_days = random.random(200) < 0.6
    stock = on("SPY", coin.sessions[open_days], 100 + np.cumsum(random.normal(0, 2, int(open_days.sum()))))
    for text in ("rsi(spy.close, 5)", "weekly(sma(spy.close, 2))", "close / highest(spy.high, 4)"):
        expression = rules.parse(text, ("spy",))
        known = expression.evaluate(coin, {"SPY": stock})[:cut]
        short = {"SPY": stock.between(0, int(open_days[:cut].sum()))}
        assert np.array_equal(expression.evaluate(coin.between(0, cut), short), known, equal_nan=True)


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
