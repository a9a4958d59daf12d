"""The tree of an expression: its text, its form without `not`, and its parts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.engine import rules
from bgagent.engine.expression import (
    Binary,
    Call,
    Compare,
    Logic,
    Name,
    Number,
    Unary,
    is_constant,
    nodes_of,
    series_of,
    unparse,
    without_not,
)
from tests.engine.price_samples import random_bars

CLOSE = Name("close")


def node(text):
    return rules.parse(text).node


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("close", CLOSE),
        ("-2.5", Number(-2.5)),
        ("-close", Unary("-", CLOSE)),
        ("rsi(14)", Call("rsi", (CLOSE, Number(14)))),
        ("previous(close)", Call("previous", (CLOSE, Number(1)))),
        ("close / 2", Binary("/", CLOSE, Number(2))),
        ("not close < 2", Unary("not", Compare("<", CLOSE, Number(2)))),
        (
            "1 < close < 2 and open == 3",
            Logic(
                "and",
                (
                    Compare("<", Number(1), CLOSE),
                    Compare("<", CLOSE, Number(2)),
                    Compare("==", Name("open"), Number(3)),
                ),
            ),
        ),
    ],
)
def test_text_becomes_this_tree(text, tree):
    assert node(text) == tree


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("rsi( close,14 )<30.0", "rsi(14) < 30"),
        ("rsi(open, 14) < 30", "rsi(open, 14) < 30"),
        ("previous(close, 1) > previous(close,2)", "previous(close) > previous(close, 2)"),
        ("((close) > (open))", "close > open"),
        ("(close > 1 and open > 1) and low > 1", "close > 1 and open > 1 and low > 1"),
        ("close > 1 and (open > 1 or low > 1)", "close > 1 and (open > 1 or low > 1)"),
        ("(close > 1 and open > 1) or low > 1", "close > 1 and open > 1 or low > 1"),
        ("not (close > 1)", "not close > 1"),
        ("not (close > 1 and open > 1)", "not (close > 1 and open > 1)"),
        ("close - (open - low) > 0", "close - (open - low) > 0"),
        ("(close - open) - low > 0", "close - open - low > 0"),
        ("(close + open) * 2 > 0", "(close + open) * 2 > 0"),
        ("-(close + open) > - -1", "-(close + open) > 1"),
        ("close * .05 > 1e-7", "close * 0.05 > 1e-07"),
        ("volume > 1e6", "volume > 1000000"),
    ],
)
def test_the_normal_form_is_short_and_means_the_same(text, normal):
    assert rules.parse(text).text == normal
    assert node(normal) == node(text)


numbers = st.recursive(
    st.sampled_from(["open", "high", "low", "close", "volume", "rsi(5)", "atr(3)", "2", "-1.5", "0.001", "1 / 0"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda text: f"-({text})"),
        st.tuples(inner, inner).map(lambda t: f"max({t[0]}, {t[1]})"),
        inner.map(lambda text: f"previous(close + {text})"),
        inner.map(lambda text: f"sma({text} * low, 3)"),
    ),
    max_leaves=4,
)
conditions = st.recursive(
    st.one_of(
        st.tuples(numbers, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers).map(" ".join),
        st.tuples(numbers, numbers).map(lambda t: f"crosses_above({t[0]}, {t[1]})"),
        st.tuples(numbers, numbers).map(lambda t: f"crosses_below({t[0]}, {t[1]})"),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
        inner.map(lambda text: f"not ({text})"),
    ),
    max_leaves=6,
)


@given(numbers | conditions)
def test_text_and_tree_round_trip(text):
    expression = rules.parse(text)
    assert node(expression.text) == expression.node
    assert rules.parse(expression.text).text == expression.text


def three_valued(tree, bars, t):
    """True, False or None for undefined, of one bar, straight from the rules of three-valued logic."""
    match tree:
        case Unary("not", operand):
            inner = three_valued(operand, bars, t)
            return None if inner is None else not inner
        case Logic(operator, parts):
            truths = [three_valued(part, bars, t) for part in parts]
            decisive = operator == "or"
            return decisive if decisive in truths else None if None in truths else not decisive
        case Call(function, (left, right)) if function.startswith("crosses"):
            now, before = (">", "<=") if function == "crosses_above" else ("<", ">=")
            truths = [compared(now, left, right, bars, t), compared(before, left, right, bars, t - 1)]
            return False if False in truths else None if None in truths else True
        case Compare(operator, left, right):
            return compared(operator, left, right, bars, t)
    raise AssertionError(tree)


def compared(operator, left, right, bars, t):
    if is_constant(left) and is_constant(right):
        t = max(t, 0)
    first, second = (value_at(side, bars, t) for side in (left, right))
    if np.isnan(first) or np.isnan(second):
        return None
    return {
        "<": first < second, "<=": first <= second, ">": first > second, ">=": first >= second,
        "==": first == second, "!=": first != second,
    }[operator]  # fmt: skip


def value_at(tree, bars, t):
    if is_constant(tree):
        return rules.evaluate_node(tree, bars)[0]
    return rules.evaluate_node(tree, bars)[t] if t >= 0 else float("nan")


@given(conditions, st.integers(0, 1000))
def test_a_condition_is_true_where_three_valued_logic_says_so(text, seed):
    bars, tree = random_bars(seed, 12), node(text)
    truths = rules.parse(text).evaluate(bars)
    assert truths.tolist() == [three_valued(tree, bars, t) is True for t in range(len(bars))]


@given(conditions)
def test_without_not_there_is_neither_not_nor_unequal(text):
    for part in nodes_of(without_not(node(text))):
        assert not (isinstance(part, Unary) and part.operator == "not")
        assert not (isinstance(part, Compare) and part.operator == "!=")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("not close > 1", "close <= 1"),
        ("not (close > 1 and open < 2)", "close <= 1 or open >= 2"),
        ("not (close > 1 or not open < 2) and low > 0", "close <= 1 and open < 2 and low > 0"),
        ("close != 1", "close < 1 or close > 1"),
        ("not close == 1", "close < 1 or close > 1"),
        ("not close != 1", "close == 1"),
        ("not crosses_above(rsi(14), 30)", "rsi(14) <= 30 or previous(rsi(14)) > 30"),
        ("not crosses_below(close, open)", "close >= open or previous(close) < previous(open)"),
    ],
)
def test_without_not_reads_like_this(text, plain):
    assert unparse(without_not(node(text))) == plain


@pytest.mark.parametrize(
    ("text", "series"),
    [
        (
            "crosses_above(sma(close, 50), sma(close, 200)) and rsi(14) < 60",
            ["sma(close, 50)", "sma(close, 200)", "rsi(14)"],
        ),
        ("close > 1.5 * sma(close, 20) and not close < open", ["close", "1.5 * sma(close, 20)", "open"]),
        ("crosses_below(rsi(14), 70) or rsi(14) > max(60, 80)", ["rsi(14)"]),
        ("max(close, 3) > 2", ["max(close, 3)"]),
        ("sma(close, 5) - 1", ["sma(close, 5) - 1"]),
        ("atr(5) > 1", ["atr(5)"]),
        ("1 < 2", []),
    ],
)
def test_series_are_the_largest_numeric_parts_that_vary(text, series):
    assert [unparse(part) for part in series_of(node(text))] == series
