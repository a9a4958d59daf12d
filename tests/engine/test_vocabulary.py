"""The words of the expression languages, as they are told to whoever writes in them."""

import re

import pytest

from bgagent.engine.calendar_rules import parse_calendar
from bgagent.engine.rules import parse
from bgagent.engine.vocabulary import calendar_words, common_words, price_words

NUMBERS = {"n": "20", "k": "2", "f": "12", "s": "26", "g": "9", "d": "3", "l": "2", "r": "2", "m": "30", "p": "10"}
SERIES = {"x": "close", "y": "volume", "a": "close", "b": "open", "c": "close > open", "e": "close < open"}


@pytest.mark.parametrize("word", price_words())
def test_each_word_on_prices_can_be_written(word):
    name, _, arguments = word.rstrip(")").partition("(")
    letters = filter(None, re.split(r",\s*", arguments))
    given = ", ".join(letter if letter.isdigit() else {**NUMBERS, **SERIES}[letter] for letter in letters)
    assert parse(f"{name}({given})" if given else name)


@pytest.mark.parametrize("word", calendar_words())
def test_each_word_on_the_calendar_can_be_written(word):
    text = re.sub(r"\(.*\)", lambda call: "(" + ", ".join("3" for _ in call[0].split(",")) + ")", word)
    assert parse_calendar(f"{text} == 1" if word in ("weekday", "day", "month", "year") else text)


def test_the_common_words_are_some_of_all():
    assert set(common_words()) < set(price_words())
    assert {"close", "sma(x, n)", "crosses_above(a, b)", "weekly(x)"} <= set(common_words())
    assert len(common_words()) < len(price_words()) / 3
