from datetime import date

import pytest

from bgagent.engine.plan import Rule, RulePlan, RulePortfolio
from bgagent.implementation.starting import starting_notes
from tests.reporting.engine_runs import flat_bars


def cross(symbol, when="crosses_above(close, sma(close, 2))"):
    return RulePlan(symbol, entry=Rule(when=when))


def test_a_cross_before_the_window_is_told_in_words():
    (note,) = starting_notes(cross("AAPL"), {"AAPL": flat_bars()}, date(2024, 1, 3))
    assert note == (
        "On 2024-01-03, the first session, the close was already above the 2-day simple moving average: a cross is an "
        "event, so the strategy started flat and waited for the next one before going long."
    )


def test_where_there_are_no_words_the_expression_stands():
    plan = cross("AAPL", "crosses_above(close, sma(close, 2) * 0.9)")
    (note,) = starting_notes(plan, {"AAPL": flat_bars()}, date(2024, 1, 3))
    assert "the close was already above sma(close, 2) * 0.9" in note


@pytest.mark.parametrize("when", ["crosses_below(close, sma(close, 2))", "close > sma(close, 2)"])
def test_what_did_not_lie_before_the_window_is_not_told(when):
    assert starting_notes(cross("AAPL", when), {"AAPL": flat_bars()}, date(2024, 1, 3)) == ()


def test_a_portfolio_names_the_symbol_and_only_so_many():
    symbols = ("AAA", "BBB", "CCC", "DDD", "EEE")
    plan = RulePortfolio(tuple(cross(symbol) for symbol in symbols))
    notes = starting_notes(plan, {symbol: flat_bars(symbol=symbol) for symbol in symbols}, date(2024, 1, 3))
    assert [note[:3] for note in notes[:3]] == ["AAA", "BBB", "CCC"]
    assert notes[3:] == ("So it is for 2 other rules.",)
