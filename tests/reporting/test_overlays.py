import numpy as np
import pytest

from bgagent.engine.plan import Rule, RulePlan
from bgagent.reporting.overlays import MOST_LINES, overlays
from tests.reporting.engine_runs import FIRST, flat_bars


def lines_of(entry: str, leave: str | None = None):
    plan = RulePlan("AAPL", entry=Rule(when=entry), exit=Rule(when=leave) if leave else None)
    return overlays(plan, flat_bars(), first=FIRST)


def test_the_lines_of_the_rules_are_drawn_once_each_over_the_window():
    one, other = lines_of("crosses_above(sma(close, 2), sma(close, 3))", "crosses_below(sma(close, 2), sma(close, 3))")
    assert (one.name, one.pane, other.name, other.pane) == (
        "2-day simple moving average",
        0,
        "3-day simple moving average",
        0,
    )
    assert one.values == pytest.approx([95.0, 102.5, 107.5, 115.0, 119.0])
    assert np.isnan(other.values[0])
    assert other.values[1:] == pytest.approx([98.333333333, 105.0, 111.666666667, 116.0])


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("close > bollinger_upper(2, 2) and volume > sma(volume, 2)",
         [("upper Bollinger band (2, 2)", 0), ("2-day average volume", 1)]),
        ("rsi(2) < 30 and not (atr(2) > 1)", [("RSI(2)", 1), ("ATR(2)", 2)]),
        ("rsi(2) < 30 and cci(2) > 0 and adx(2) > 20", [("RSI(2)", 1), ("CCI(2)", 2)]),  # a third has no room
        ("close > max(highest(high, 2), previous(ema(close, 2), 1)) * 1.01",
         [("2-day highest high", 0), ("2-day exponential moving average", 0)]),
        ("close > open", []),
    ],
)  # fmt: skip
def test_indicators_in_another_unit_than_the_price_lie_below_it(rule, expected):
    assert [(line.name, line.pane) for line in lines_of(rule)] == expected


def test_there_is_an_end_to_the_lines_of_a_chart():
    rule = " and ".join(f"close > sma(close, {length})" for length in range(2, 30))
    assert len(lines_of(rule)) == MOST_LINES


def test_rules_on_the_calendar_have_no_line():
    plan = RulePlan("AAPL", entry=Rule(on="first_session"))
    assert overlays(plan, flat_bars(), first=FIRST) == ()
