"""A long task is cut so that each piece can be named, and nothing of it lies outside of a piece."""

import pytest

from bgagent.understanding.pieces import named_pieces, pieces_of

TASK = """**Entry:** buy when RSI(14) is under 30.

1. Stop loss: 2 %; target: 4 %.
2. At most one position.
---
"""


def cut(text):
    return [text[slice(*span)] for span in pieces_of(text)]


def test_a_short_sentence_stays_whole():
    assert pieces_of("Buy SPY when RSI is under 30. Sell after a week.") == ()


def test_lines_are_pieces_and_lines_of_signs_are_none():
    assert cut(TASK) == [
        "**Entry:** buy when RSI(14) is under 30.",
        "1. Stop loss: 2 %; target: 4 %.",
        "2. At most one position.",
    ]


def test_a_long_line_is_cut_at_the_ends_of_its_sentences():
    text = "Buy the stock when its close is above the mean of 20 closes. Sell it if it falls below that. " * 5
    assert len(cut(text)) == 10, cut(text)
    assert "".join(cut(text)).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("#2", "1. Stop loss: 2 %; target: 4 %."),
        (" #3 ", "2. At most one position."),
        ("#2-3", "1. Stop loss: 2 %; target: 4 %.\n2. At most one position."),
        ("#2 - #3", "1. Stop loss: 2 %; target: 4 %.\n2. At most one position."),
        ("#0", None), ("#4", None), ("#3-2", None), ("2", None), ("# 2", None), ("#2 stop", None),
    ],
)  # fmt: skip
def test_a_piece_is_named_by_its_number(words, expected):
    span = named_pieces(words, pieces_of(TASK))
    assert (None if span is None else TASK[slice(*span)]) == expected
