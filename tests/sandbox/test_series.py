"""What the host computes for a strategy, and how little of it leaves at a time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgagent.engine.rules import parse
from bgagent.sandbox.blocks import pack_block, unpack_block
from bgagent.sandbox.declarations import pack_declarations, unpack_declarations
from bgagent.sandbox.limits import Limits
from bgagent.sandbox.series import compute_series
from tests.sandbox.runs import make_bars

BARS = make_bars(50)
PRICES, CALENDARS = ["sma(close, 5)", "close > open"], ["weekday == 0", "first_session"]
SERIES = compute_series(PRICES, CALENDARS, BARS, first=20, limits=Limits())


def test_columns_are_those_of_the_rule_language():
    np.testing.assert_array_equal(SERIES.indicators[0], parse("sma(close, 5)").evaluate(BARS))
    np.testing.assert_array_equal(SERIES.indicators[1], (BARS.close > BARS.open).astype(float))
    assert np.flatnonzero(SERIES.due[1]).tolist() == [20]


@given(st.integers(0, 49), st.data())
@settings(max_examples=50)
def test_a_block_holds_its_bars_and_one_session_more(start, data):
    stop = data.draw(st.integers(start, 49))
    block = unpack_block(pack_block(SERIES.block(start, stop)), indicators=2, calendars=2)
    np.testing.assert_array_equal(block.times, BARS.times[start:stop])
    np.testing.assert_array_equal(block.numbers[3], BARS.close[start:stop])
    np.testing.assert_array_equal(block.numbers[5], SERIES.indicators[0, start:stop])
    np.testing.assert_array_equal(block.sessions, BARS.sessions[start + 1 : stop + 1])
    np.testing.assert_array_equal(block.due, SERIES.due[:, start + 1 : stop + 1])


@pytest.mark.parametrize("first", [0, 20, 49])
def test_the_opening_and_all_blocks_make_the_whole(first):
    parts = [SERIES.opening(first), *(SERIES.block(bar, bar + 1) for bar in range(first, 50))]
    for name in ("times", "sessions"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_array_equal(joined, getattr(BARS, name))
    assert len(parts[0].times) == first
    assert len(parts[0].sessions) == first + 1


def test_a_body_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="are not 30 bars"):
        unpack_block(pack_block(SERIES.block(0, 30))[:-1], indicators=2, calendars=2)
    with pytest.raises(ValueError, match="are not 30 bars"):
        unpack_block(pack_block(SERIES.block(0, 30)), indicators=3, calendars=2)


@pytest.mark.parametrize(
    ("prices", "calendars"), [([], []), (PRICES, CALENDARS), (["close"], []), ([], ["every_session"])]
)
def test_declarations_survive_the_pipe(prices, calendars):
    assert unpack_declarations(pack_declarations(prices, calendars), Limits()) == (prices, calendars)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"xclose", "neither on prices"),
        (b"pclose\n", "neither on prices"),
        (b"\xff", "decode"),
        (b"pclose\n" * 80, "are allowed"),
        (b"p" + b"c" * 3000, "characters allowed"),
    ],
)
def test_declarations_that_are_none_are_refused(body, words):
    with pytest.raises(ValueError, match=words):
        unpack_declarations(body, Limits())


@pytest.mark.parametrize(
    ("expression", "words"),
    [("sma(close, 5", "sma"), ("highest(close, 4000)", "looks back"), ("__import__('os')", "not part of the language")],
)
def test_expressions_outside_the_language_or_too_much_are_refused(expression, words):
    with pytest.raises(ValueError, match=words):
        compute_series([expression], [], BARS, first=0, limits=Limits(lookback=1000))


def test_too_much_work_is_refused_before_it_is_begun():
    wide = "max(" * 20 + "highest(close, 15000)" + ", highest(low, 15000))" * 20
    many = make_bars(60_000)
    with pytest.raises(ValueError, match="too much to compute"):
        compute_series([wide.replace(" ", "")], [], many, first=0, limits=Limits())
