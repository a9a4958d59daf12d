"""The account of a rule that was never true."""

import pytest

from bgagent.engine import rules
from bgagent.engine.explain import NearMiss, explain
from tests.engine.price_samples import bars_of


def account(text, close, first=0):
    counts = explain(rules.parse(text), bars_of(close), first)
    return [(count.text, count.depth, count.true_bars, count.undefined_bars) for count in counts]


def test_each_clause_is_counted_and_so_are_all_together():
    # close falls then rises: below 3 on bars 2 and 3, above the bar before on bars 4 and 5
    assert account("close < 3 and close > previous(close)", [5, 4, 2, 1, 3, 6]) == [
        ("close < 3 and close > previous(close)", 0, 0, 0),
        ("close < 3", 1, 2, 0),
        ("close > previous(close)", 1, 2, 1),
    ]


def test_clauses_within_clauses_follow_their_own():
    assert account("close > 1 and (close > 2 or not close > 3) or close == 9", [1, 2, 3, 4]) == [
        ("close > 1 and (close > 2 or not close > 3) or close == 9", 0, 3, 0),
        ("close > 1 and (close > 2 or not close > 3)", 1, 3, 0),
        ("close > 1", 2, 3, 0),
        ("close > 2 or not close > 3", 2, 4, 0),
        ("close > 2", 3, 2, 0),
        ("not close > 3", 3, 3, 0),
        ("close == 9", 1, 0, 0),
    ]


def test_only_the_window_counts():
    counts = explain(rules.parse("close < 3"), bars_of([1, 2, 5, 6, 2]), 2)
    assert (counts[0].bars, counts[0].true_bars) == (3, 1)


@pytest.mark.parametrize(
    ("text", "close", "first", "nearest"),
    [
        ("close < 3", [9, 4, 3.5, 8], 0, NearMiss(2, 3.5, 3.0, 0.5)),
        ("close < 3", [3.5, 9, 4, 8], 1, NearMiss(2, 4.0, 3.0, 1.0)),  # bars before the window do not count
        ("not close >= 3", [9, 4, 3.5, 8], 0, NearMiss(2, 3.5, 3.0, 0.5)),
        ("close > 3", [1, 3, 2], 0, NearMiss(1, 3.0, 3.0, 0.0)),
        ("close == 3", [1, 3.5, 2], 0, NearMiss(1, 3.5, 3.0, 0.5)),
        ("rsi(2) < 30", [1, 2, 3, 4], 0, NearMiss(2, 100.0, 30.0, 70.0)),  # undefined before
        ("close < 3", [1, 4], 0, None),  # it was true
        ("sma(close, 9) < 3", [1, 4], 0, None),  # it was never defined
        ("crosses_above(close, 5)", [1, 4, 2], 0, NearMiss(1, 4.0, 5.0, 1.0)),
        ("crosses_above(close, 5)", [6, 7, 8], 0, None),  # above all along: nothing to cross
        ("crosses_below(close, 5)", [6, 9, 8], 0, NearMiss(0, 6.0, 5.0, 1.0)),
        ("close > 5 and close > 6", [1, 2], 0, None),  # its parts have theirs
    ],
)
def test_a_clause_that_was_never_true_names_its_nearest_bar(text, close, first, nearest):
    assert explain(rules.parse(text), bars_of(close), first)[0].nearest == nearest


def test_an_empty_window_counts_nothing():
    count = explain(rules.parse("close > 1"), bars_of([2, 3]), 2)[0]
    assert (count.bars, count.true_bars, count.nearest) == (0, 0, None)


@pytest.mark.parametrize(
    ("text", "first", "complaint"), [("close", 0, "not a condition"), ("close > 1", 3, "begin at bar 3")]
)
def test_what_cannot_be_explained_is_refused(text, first, complaint):
    with pytest.raises(ValueError, match=complaint):
        explain(rules.parse(text), bars_of([1, 2]), first)
