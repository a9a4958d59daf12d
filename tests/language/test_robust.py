"""Any text ends in a reading, in bounded work and without an exception."""

import re
import string
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.language.read import LONGEST
from bgagent.language.sentence import vocabulary
from tests.language.reading import reading

WORDS = sorted(vocabulary())
EVERYDAY = tomllib.loads(Path(__file__).with_name("everyday.toml").read_text(encoding="utf-8"))
SENTENCES = [case["sentence"] for case in EVERYDAY["read"] if any(sign.isdigit() for sign in case["sentence"])]
NUMBERS = ["0", "1", "-1", "0.0", "1.5", "150", "5000", "99999999", "12345678901234567890", "1e9", "-5", ""]


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str):
    found = reading(text)
    assert (found.spec is None) == bool(found.unexplained or found.questions)


@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_any_words_of_the_reader_are_read_or_refused(words: list[str]):
    found = reading(f"AAPL in 2024: {' '.join(words)}")
    assert (found.spec is None) == bool(found.unexplained or found.questions)


@given(st.text(alphabet=string.digits + "$%/-.,() kKmM", max_size=120))
def test_any_numbers_are_read_or_refused(text: str):
    found = reading(f"buy AAPL when RSI < 30 {text}")
    assert (found.spec is None) == bool(found.unexplained or found.questions)


@given(st.sampled_from(SENTENCES), st.integers(0, 9), st.sampled_from(NUMBERS))
def test_any_number_in_an_ordinary_sentence_is_read_or_refused(sentence: str, place: int, number: str):
    written = list(re.finditer(r"\d+(\.\d+)?", sentence))
    start, end = written[place % len(written)].span()
    found = reading(sentence[:start] + number + sentence[end:])
    assert (found.spec is None) == bool(found.unexplained or found.questions)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1900,
        "buy when " + "(" * 900 + "rsi < 30" + ")" * 900,
        "buy AAPL when " + "both " * 300,
        "buy AAPL when " + "5% below " * 200 + "close",
        "AAPL, " * 300,
        "50/" * 600,
        "the " * 480,
        '"' * 1900,
        "buy when " + " and ".join(["RSI is below 30"] * 100),
        "sell at 5% loss or " * 100,
        "not " * 400,
        "\u202e" * 1000,
        "AAPL " + "\u0301" * 500,
        "x" * LONGEST,
        "buy " * (LONGEST // 4),
    ],
    ids=range(15),
)
def test_odd_texts_are_refused(text: str):
    assert reading(text).spec is None


def test_a_text_beyond_the_limit_is_not_even_looked_at():
    found = reading("buy and hold AAPL in 2024 " * 1000)
    assert found.spec is None
    assert str(LONGEST // 1000) in found.questions[0]
