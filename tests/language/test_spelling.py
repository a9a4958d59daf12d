"""Typing errors of one letter: put right where only one word can be meant, and told."""

import pytest

from bgagent.language.spelling import Correction, corrected
from bgagent.language.tokens import tokenise
from tests.language.reading import reading, spec_of, unexplained

KNOWN = frozenset(("crossover", "average", "averages", "holding", "folding", "without", "short"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("crosover", "crossover"), ("crosssover", "crossover"), ("corssover", "crossover"), ("Avarage", "average")],
)
def test_one_letter_is_put_right(typed: str, meant: str):
    tokens, corrections = corrected(tokenise(typed), KNOWN)
    assert [token.word for token in tokens] == [meant]
    assert corrections == (Correction(typed.lower(), meant),)


@pytest.mark.parametrize("typed", ["CROSOVER", "molding", "witout", "shrt", "crsover", "zorblax"])
def test_capitals_doubtful_and_short_words_are_left(typed: str):
    _, corrections = corrected(tokenise(typed), KNOWN)
    assert corrections == ()


def test_a_correction_is_an_assumption():
    right = spec_of("backtest AAPL 20/50 moving average crossover 2022")
    found = reading("backtset AAPL 20/50 moving avarage crossover 2022")
    assert found.spec == right
    assert [row.value for row in found.assumptions if row.field == "spelling"] == [
        "'avarage' read as 'average'",
        "'backtset' read as 'backtest'",
    ]


def test_a_word_is_named_as_it_was_typed():
    assert "hodling patterns" in unexplained("backtest AAPL 20/50 crossover 2022 with hodling patterns")
