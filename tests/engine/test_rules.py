"""Expressions on prices: what they mean on bars small enough to reckon, what they need, and how they are refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgagent.engine import rules
from bgagent.engine.calendar_rules import CALENDAR
from bgagent.engine.functions import FUNCTIONS, NAMES, SEED_WEIGHT
from tests.conftest import ROOT
from tests.engine.price_samples import bars_of, bars_within_the_day, random_bars, spliced
from tests.engine.rule_samples import USES, WITHIN_THE_DAY

NAN = float("nan")
CROSS = "crosses_above(sma(close, 2), sma(close, 3))"


def true_on(text, bars):
    return np.flatnonzero(rules.parse(text).evaluate(bars)).tolist()


@pytest.mark.parametrize(
    ("text", "bars_true"),
    [
        ("close > 2", [2, 3]),
        ("close >= 2", [1, 2, 3]),
        ("close < 2", [0]),
        ("close <= 2", [0, 1]),
        ("close == 2", [1]),
        ("close != 2", [0, 2, 3]),
        ("1 < close < 4", [1, 2]),
        ("4 > close >= 2 != open", [2]),
        ("close > 1 and close < 4", [1, 2]),
        ("close < 2 or close > 3", [0, 3]),
        ("not close > 2", [0, 1]),
        ("not (close < 2 or close > 3)", [1, 2]),
        ("not not close > 2", [2, 3]),
        ("close > 1 or close > 3 and close > 9", [1, 2, 3]),  # and binds tighter
        ("not close > 3 and close > 1", [1, 2]),  # not binds tighter
        ("close * 2 - 1 > 4 / 2 + 1", [2, 3]),
        ("close - 1 - 1 > 0", [2, 3]),
        ("close - (1 - 1) > 2", [2, 3]),
        ("-close < -2", [2, 3]),
        ("abs(close - 3) <= 1", [1, 2, 3]),
        ("min(close, 3) == 3", [2, 3]),
        ("max(close, 3) == 3", [0, 1, 2]),
        ("1 < 2", [0, 1, 2, 3]),
        ("  close\n > 3 ", [3]),
    ],
)
def test_a_condition_is_true_on_these_bars(text, bars_true):
    assert true_on(text, bars_of([1, 2, 3, 4])) == bars_true


UNDEFINED = "sma(close, 3)"  # 2, 3, 4 on bars 2, 3, 4, undefined on bars 0 and 1


@pytest.mark.parametrize(
    ("text", "bars_true"),
    [
        (f"{UNDEFINED} < 99", [2, 3, 4]),
        (f"not {UNDEFINED} > 99", [2, 3, 4]),
        (f"{UNDEFINED} != 99", [2, 3, 4]),
        (f"not {UNDEFINED} == 99", [2, 3, 4]),
        (f"not not {UNDEFINED} < 99", [2, 3, 4]),
        (f"{UNDEFINED} < 99 or close > 0", [0, 1, 2, 3, 4]),  # the other part decides
        (f"not ({UNDEFINED} < 99 and close > 99)", [0, 1, 2, 3, 4]),
        (f"not ({UNDEFINED} < 99 or close > 99)", []),
        (f"not ({UNDEFINED} > 99 or close > 99)", [2, 3, 4]),
        (f"{UNDEFINED} + 1 == {UNDEFINED} + 1", [2, 3, 4]),
        (f"max({UNDEFINED}, 50) > 1", [2, 3, 4]),
        (f"min({UNDEFINED}, 0) < 1", [2, 3, 4]),
        ("1 / (close - 3) > -99", [0, 1, 3, 4]),  # a division by 0 is undefined
        ("1 / 0 > 0 or 1 / 0 <= 0", []),
        ("(close - close) / (close - close) == 0", []),
        ("not 1e300 * 1e300 * close < 0", []),  # and so is an overflow
    ],
)
def test_an_undefined_number_makes_neither_a_comparison_nor_its_opposite_true(text, bars_true):
    assert true_on(text, bars_of([1, 2, 3, 4, 5])) == bars_true


@pytest.mark.parametrize(
    ("text", "close", "bars_true"),
    [
        ("crosses_above(close, 2)", [1, 3, 3, 2, 3, 1], [1, 4]),  # from above or at, to above
        ("crosses_above(close, 2)", [3, 3, 3], []),  # above all along is no cross
        ("crosses_above(2, close)", [3, 1, 2, 1], [1, 3]),
        ("crosses_below(close, 2)", [3, 1, 2, 1, 1], [1, 3]),
        ("crosses_below(close, 2)", [2, 2, 1], [2]),
        ("not crosses_above(close, 2)", [3, 1, 3, 3], [1, 3]),  # undefined on the first bar: none lies before it
        ("not crosses_above(close, 2)", [1, 3], [0]),  # at 1 it is no cross whatever came before
        ("crosses_above(close, sma(close, 2))", [5, 4, 6, 7, 3], [2]),
        ("crosses_above(close, 1 / 0)", [1, 2, 3], []),
        ("crosses_above(close, previous(close))", [3, 2, 1, 2, 3], [3]),
    ],
)
def test_a_cross_is_the_event_and_not_the_state(text, close, bars_true):
    assert true_on(text, bars_of(close)) == bars_true


def test_a_crossover_of_averages_is_found_on_the_bar_reckoned_by_hand():
    # sma 2: -, 4.5, 3.5, 3, 5, 7 ; sma 3: -, -, 4, 3.33, 4.33, 5.67
    assert true_on(CROSS, bars_of([5, 4, 3, 3, 7, 7])) == [4]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("close", [1, 2, 4, 8]),
        ("7", [7, 7, 7, 7]),
        ("sma(close, 2)", [NAN, 1.5, 3, 6]),
        ("ema(close, 3)", [NAN, NAN, 7 / 3, (7 / 3 + 8) / 2]),
        ("wma(close, 2)", [NAN, 5 / 3, 10 / 3, 20 / 3]),
        ("highest(high, 2)", [NAN, 3, 5, 9]),
        ("lowest(low, 2)", [NAN, 0.5, 1.5, 3.5]),
        ("previous(close)", [NAN, 1, 2, 4]),
        ("previous(close, 3)", [NAN, NAN, NAN, 1]),
        ("change(close, 1)", [NAN, 1, 1, 1]),
        ("change(close, 2)", [NAN, NAN, 3, 3]),
        ("deviation(close, 2)", [NAN, 0.5, 1, 2]),
        ("zscore(close, 2)", [NAN, 1, 1, 1]),
        ("bollinger_upper(2, 2)", [NAN, 2.5, 5, 10]),
        ("bollinger_middle(2, 2)", [NAN, 1.5, 3, 6]),
        ("bollinger_lower(2, 2)", [NAN, 0.5, 1, 2]),
        ("rsi(2)", [NAN, NAN, 100, 100]),
        ("rsi(-close, 2)", [NAN, NAN, 0, 0]),
        ("atr(1)", [NAN, 2, 3, 5]),  # the range of the bar, or its distance from the close before
        ("(high - low) / close", [1.5, 0.75, 1.5 / 4, 1.5 / 8]),
        ("sma(previous(close), 2)", [NAN, NAN, 1.5, 3]),
        ("abs(-close)", [1, 2, 4, 8]),
        ("volume / sma(volume, 2)", [NAN, 4 / 3, 1.2, 8 / 7]),
        ("1 / previous(close - close)", [NAN] * 4),
    ],
)
def test_a_number_has_these_values(text, values):
    close = [1.0, 2.0, 4.0, 8.0]
    bars = bars_of(close, high=[c + 1 for c in close], low=[c - 0.5 for c in close], volume=[1, 2, 3, 4])
    assert rules.parse(text).evaluate(bars).tolist() == pytest.approx(values, nan_ok=True)


NUMBERS = {
    **{name: text for name, text in USES.items() if not name.startswith("crosses") and not FUNCTIONS[name].is_eventual},
    **{name: name for name, function in NAMES.items() if not function.is_eventual},
    "nested": "sma(rsi(5), 3) + highest(previous(close, 4), 2)",
    "change of a change": "change(ema(close, 3), 2) - change(close, 7)",
}


def test_every_function_of_the_language_is_tried_here():
    assert set(USES) == set(FUNCTIONS)


@pytest.mark.parametrize("name", NUMBERS)
def test_lookback_is_the_number_of_bars_of_the_first_value(name):
    expression = rules.parse(NUMBERS[name])
    values = expression.evaluate(random_bars(1, 60))
    assert np.isnan(values[: expression.lookback - 1]).all()
    assert np.isfinite(values[expression.lookback - 1 :]).all()


EVENTUAL = {
    **{name: text for name, text in USES.items() if FUNCTIONS[name].is_eventual and FUNCTIONS[name].span is None},
    **{name: name for name, function in NAMES.items() if function.is_eventual},
}


@pytest.mark.parametrize("name", EVENTUAL)
def test_what_waits_for_an_event_has_no_value_before_its_lookback_and_one_in_the_end(name):
    expression = rules.parse(EVENTUAL[name])
    values = expression.evaluate(bars_within_the_day(1, 4) if name in WITHIN_THE_DAY else random_bars(1, 60))
    assert np.isnan(values[: expression.lookback - 1]).all()
    assert np.isfinite(values[-1])


def test_lookback_of_conditions_counts_the_bar_before_a_cross():
    assert rules.parse("crosses_above(sma(close, 50), sma(close, 200))").lookback == 201
    assert rules.parse("close > 1 and rsi(14) < 30 or open < sma(close, 20)").lookback == 20
    assert rules.parse("close > open").lookback == 1


@pytest.mark.parametrize("name", ["rsi", "ema", "atr", "adx", "plus_di", "macd", "macd_signal"])
def test_a_settled_value_hardly_knows_where_the_bars_began(name):
    expression = rules.parse(USES[name])
    needed = expression.lookback + expression.settling
    assert expression.settling > 0
    for seed in range(20):
        bars = random_bars(seed, needed + 200)
        long, short = (expression.evaluate(part)[-1] for part in (bars, bars.between(200, len(bars))))
        scale = 100.0 if name not in ("ema", "atr", "macd", "macd_signal") else bars.close[-1]
        assert abs(long - short) <= 10 * SEED_WEIGHT * scale


@pytest.mark.parametrize("name", ["rsi", "ema", "atr", "adx", "plus_di", "macd", "macd_signal"])
def test_ten_times_the_lookback_settles_everything(name):
    expression = rules.parse(USES[name].replace("3, 6, 4", "12, 26, 9").replace("5", "14"))
    assert expression.lookback + expression.settling <= 10 * expression.lookback


def test_only_recursive_functions_have_to_settle():
    settling = {name for name in USES if rules.parse(USES[name]).settling}
    recursive = {"ema", "rsi", "atr", "adx", "plus_di", "minus_di", "macd", "macd_signal", "macd_histogram"}
    recursive |= {"dema", "tema", "rma", "cmo", "trix", "stochastic_rsi_k", "stochastic_rsi_d", "keltner_upper"}
    recursive |= {"keltner_lower", "supertrend", "supertrend_direction", "psar", "chaikin_oscillator"}
    assert settling == {*recursive, "latch", "at_swing_low"}  # the last two read an RSI here
    assert {name for name in NAMES if rules.parse(name).settling} == {"ha_open", "ha_high", "ha_low"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("rsi(14) < 30", {"close"}),
        ("atr(14) > 1 and open > 1", {"high", "low", "close", "open"}),
        ("mfi(14) < 20", {"high", "low", "close", "volume"}),
        ("sma(volume, 20) > 5", {"volume"}),
        ("1 < 2", set()),
    ],
)
def test_names_are_the_columns_that_are_read(text, names):
    assert rules.parse(text).names == names


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("smaa(close, 5) > 3", "unknown function 'smaa'; did you mean 'sma'? (at character 1"),
        ("close > 1 and RSI(14) < 3", "unknown function 'RSI'; did you mean 'rsi'? (at character 15"),
        ("colse > 3", "unknown name 'colse'; did you mean 'close'?"),
        ("xyz > 3", "unknown name 'xyz'; known are open, high, low, close, volume"),
        ("weekday == 0", "unknown name 'weekday'; did you mean 'weekly'?"),
        ("rsi < 30", "'rsi' is a function; write rsi(x, n)"),
        ("close(1) < 30", "'close' is not a function; write it without brackets"),
        ("rsi() < 30", "rsi(x, n) was given 0 arguments"),
        ("sma(close) < 30", "sma(x, n) was given 1 arguments"),
        ("sma(close, 5, 6) < 30", "sma(x, n) was given 3 arguments"),
        ("sma(5, close) < 30", "sma(x, n): x must be prices or an indicator, was 5"),
        ("sma(abs(-5), 3) < 30", "sma(x, n): x must be prices or an indicator, was abs(-5)"),
        ("sma(close, 2.5) < 30", "n must be a whole number from 1 to 100000, was 2.5 (at character 12"),
        ("sma(close, close) < 30", "n must be a whole number from 1 to 100000, was close"),
        ("sma(close, 0) < 30", "n must be a whole number from 1 to 100000, was 0"),
        ("sma(close, -3) < 30", "n must be a whole number from 1 to 100000, was -3"),
        ("rsi(1) < 30", "n must be a whole number from 2 to 100000, was 1"),
        ("bollinger_upper(20, -2) < 1", "k must be a number above 0, was -2"),
        ("bollinger_upper(20, close) < 1", "k must be a number above 0, was close"),
        ("macd(26, 12, 9) > 0", "macd(f, s, g): the fast average must be shorter than the slow one"),
        ("crosses_above(close, open) + 1 > 2", "'+' needs a number, 'crosses_above(close, open)' is a condition"),
        ("crosses_above(close > 1, open)", "crosses_above(a, b) needs a number, 'close > 1' is a condition"),
        ("(close > 1) > 2", "'>' needs a number, 'close > 1' is a condition"),
        ("not close", "'not' needs a condition, 'close' is a number"),
        ("-(close > 1) < 3", "'-' needs a number"),
        ("close > 1 and 5", "'and' needs a condition, '5' is a number (at character 15"),
        ("close > 1 or True", "True and False are not part of the language"),
        ("sma(close, n=3) > 1", "'=' at character 13 is not part of the language"),
        ("close = 3", "write == to compare"),
        ("close > 1 & close < 3", "'&' at character 11 is not part of the language"),
        ("close > 5%", "write 5 % as 0.05"),
        ("close ** 2 > 3", "'close ** 2' is not part of the language"),
        ("close // 2 > 3", "'close // 2' is not part of the language"),
        ("+close > 3", "'+close' is not part of the language"),
        ("close is 3", "'close is 3' is not part of the language"),
        ("close in open", "'close in open' is not part of the language"),
        ("close > 1 if open > 2 else open > 3", "is not part of the language"),
        ("(close, open)", "is not part of the language"),
        ("sma(*close, 3) > 1", "'*close' is not part of the language"),
        ("close[-1] > 3", "write previous(close, 1) for the value one bar earlier"),
        ("spy.close > 3", "'.' at character 4 is not part of the language"),
        ("'close' > 3", "''' at character 1 is not part of the language"),
        ("lambda: 3", "':' at character 7 is not part of the language"),
        ("__import__('os')", "''' at character 12 is not part of the language"),
        ("__import__(os)", "unknown function '__import__'"),
        ("(sma)(close, 3)(4) > 1", "is not part of the language"),
        ("30x > 3", "'30x' at character 1 is not a number"),
        ("0x10 > close", "'0x10' at character 1 is not a number"),
        ("1_000 < close", "'1_000' at character 1 is not a number"),
        ("3j < close", "'3j' at character 1 is not a number"),
        ("1e999 < close", "the number is too large"),
        ("9" * 400 + " < close", "the number is too large"),
        ("close >", 'cannot read "close >" at its end'),
        ("((close > 1)", "'(' was never closed"),
        ("close > 1)", "at character 10: unmatched ')'"),
        ("close open", "cannot read"),
        ("007 < close", "leading zeros"),
        ("", "the expression is empty"),
        (" \n ", "the expression is empty"),
        ("close > ö", "'ö' at character 9 is not part of the language"),
        ("close > 1\0", "is not part of the language"),
        ("not " * 400 + "close > 1", "the expression is nested more than 40 deep"),
        ("-" * 1900 + "1 < close", "the expression is nested more than 40 deep"),
        ("(" * 900 + "close" + ")" * 900, "cannot read"),
        ("1 + " * 600 + "1 < close", "write at most 2000"),
        ("close", '"close" is a number; compare it with something to make a rule of it'),
    ],
)
def test_an_unusable_rule_is_refused_with_its_place_and_what_to_do(text, complaint):
    with pytest.raises(rules.RuleError) as refusal:
        rules.parse_condition(text)
    assert complaint in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 400


@given(
    st.text(max_size=60)
    | st.text(alphabet="closemain ().,<>=!+-*/0123456789andornot_", max_size=60)
    | st.text(alphabet="-(not ", max_size=1990)
)
def test_no_text_does_anything_but_parse_or_be_refused(text):
    try:
        expression = rules.parse(text)
    except rules.RuleError:
        return
    assert rules.parse(expression.text) == expression


def test_evaluate_gives_numbers_or_truths_and_says_which():
    bars = bars_of([1, 2, 3])
    number, condition = rules.parse("close + 1"), rules.parse("close > 1")
    assert (number.is_condition, condition.is_condition) == (False, True)
    assert number.evaluate(bars).dtype == np.float64
    assert condition.evaluate(bars).dtype == np.bool_
    with pytest.raises(ValueError, match="not a condition"):
        number.conditions(bars)
    with pytest.raises(ValueError, match="not a number"):
        condition.numbers(bars)


def test_parts_are_evaluated_alone():
    bars = bars_of([1, 2, 3])
    node = rules.parse("not close > sma(close, 2)").node
    assert rules.evaluate_node(node, bars).tolist() == [False, False, False]
    assert rules.evaluate_node(node.operand, bars).tolist() == [False, True, True]
    assert rules.evaluate_node(node.operand.right, bars).tolist() == pytest.approx([NAN, 1.5, 2.5], nan_ok=True)


@pytest.mark.parametrize("text", ["close > 1", CROSS, "1 < 2", "rsi(14) < 30 or not mfi(5) > 3"])
def test_no_bars_give_no_values(text):
    assert rules.parse(text).evaluate(bars_of([])).shape == (0,)


@pytest.mark.parametrize("sample", [random_bars, lambda seed, count: bars_within_the_day(seed, 4)])
@settings(max_examples=8)
@given(seed=st.integers(0, 10**6), cut=st.integers(1, 60))
def test_the_future_changes_no_rule(sample, seed, cut):
    bars, other = sample(seed, 60), sample(seed + 1, 60)
    changed = spliced(bars, other, cut)
    uses = [text for name, text in USES.items() if bars.timeframe.is_intraday or name != "minutes"]
    for text in (*uses, *NAMES, f"not ({CROSS}) and change(close, 1) < 0", "zscore(rsi(5), 7) != 1"):
        expression = rules.parse(text)
        known = expression.evaluate(bars)[:cut]
        assert np.array_equal(expression.evaluate(bars.between(0, cut)), known, equal_nan=True), text
        assert np.array_equal(expression.evaluate(changed)[:cut], known, equal_nan=True), text


def test_the_page_of_the_language_has_every_word():
    page = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    words = [*rules.PRICES.names, *CALENDAR.names]
    functions = [*rules.PRICES.signatures, *CALENDAR.signatures]
    assert [word for word in words if f"`{word}`" not in page] == []
    assert [function for function in functions if f"`{function}(" not in page] == []
