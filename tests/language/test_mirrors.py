"""The mirror of an entry, and conditions that can never hold."""

import pytest

from bgagent.engine.expression import unparse
from bgagent.engine.rules import parse
from bgagent.language.contradictions import impossible
from bgagent.language.mirrors import mirror


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("crosses_above(sma(close, 50), sma(close, 200))", "crosses_below(sma(close, 50), sma(close, 200))"),
        ("crosses_above(rsi(14), 30)", "crosses_below(rsi(14), 70)"),
        ("rsi(14) < 30", "rsi(14) > 70"),
        ("rsi(2) <= 5", "rsi(2) >= 95"),
        ("williams_r(14) < -80", "williams_r(14) > -20"),
        ("cci(20) < -100", "cci(20) > 100"),
        ("close > sma(close, 200)", "close < sma(close, 200)"),
        ("low <= bollinger_lower(20, 2)", "high >= bollinger_upper(20, 2)"),
        ("close < bollinger_lower(20, 2)", "close > bollinger_upper(20, 2)"),
        ("close > previous(highest(high, 20))", "close < previous(lowest(low, 20))"),
        ("close <= sma(close, 50) - 2 * deviation(close, 50)", "close >= sma(close, 50) + 2 * deviation(close, 50)"),
        ("close <= 0.95 * sma(close, 50)", "close >= 1.05 * sma(close, 50)"),
        ("macd(12, 26, 9) > 0", "macd(12, 26, 9) < 0"),
        ("change(close, 252) > 0", "change(close, 252) < 0"),
        ("close < 150", "close > 150"),
        ("change(close, 1) <= -0.03", None),  # a move is no level
        ("volume > sma(volume, 20)", None),
        ("rsi(14) < 30 or close < 10", None),
        ("rsi(14) < 30 and close > sma(close, 200)", None),  # which of the two is the trigger?
        (
            "crosses_above(close, sma(close, 20)) and rsi(14) < 60",
            "crosses_below(close, sma(close, 20))",
        ),
    ],
)
def test_the_mirror_of_an_entry(entry: str, expected: str | None):
    turned = mirror(parse(entry).node)
    assert (turned and unparse(turned)) == (expected and parse(expected).text)


def test_filters_at_the_end_are_no_trigger():
    turned = mirror(parse("rsi(14) < 30 and close > sma(close, 200)").node, filters=1)
    assert turned is not None
    assert unparse(turned) == "rsi(14) > 70"


@pytest.mark.parametrize(
    ("condition", "never"),
    [
        ("rsi(14) < 30 and rsi(14) > 70", True),
        ("rsi(14) < 30 and rsi(7) > 70", False),
        ("rsi(14) < 30 and rsi(14) >= 30", True),
        ("rsi(14) <= 30 and rsi(14) >= 30", False),
        ("rsi(14) > 100", True),
        ("rsi(14) < 0", True),
        ("williams_r(14) > 0", True),
        ("close > sma(close, 20) and close < sma(close, 20)", True),
        ("close > sma(close, 20) and sma(close, 20) > close", True),
        ("close >= sma(close, 20) and close <= sma(close, 20)", False),
        ("crosses_above(close, sma(close, 20)) and close < sma(close, 20)", True),
        ("crosses_above(rsi(14), 30) and rsi(14) < 30", True),
        ("crosses_above(close, sma(close, 20)) and crosses_below(close, sma(close, 20))", True),
        ("rsi(14) > 110 or close > 10", False),
        ("rsi(14) > 110 or rsi(14) < -5", True),
        ("close > 10 and (rsi(14) < 30 and rsi(14) > 70)", True),
    ],
)
def test_a_condition_that_can_never_hold(condition: str, never: bool):
    assert impossible(parse(condition).node) is never
