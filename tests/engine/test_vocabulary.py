"""The words of the expression languages, as they are told to whoever writes in them."""

import re

import pytest

from bgagent.engine.calendar_rules import parse_calendar
from bgagent.engine.rules import parse
from bgagent.engine.vocabulary import calendar_words, price_words

NUMBERS = {"n": "20", "k": "2", "f": "12", "s": "26", "g": "9", "d": "3", "x": "close", "a": "close", "b": "open"}


@pytest.mark.parametrize("word", price_words())
def test_each_word_on_prices_can_be_written(word):
    name, _, arguments = word.rstrip(")").partition("(")
    given = ", ".join(NUMBERS[letter] for letter in filter(None, re.split(r",\s*", arguments)))
    assert parse(f"{name}({given})" if given else name)


@pytest.mark.parametrize("word", calendar_words())
def test_each_word_on_the_calendar_can_be_written(word):
    text = re.sub(r"\(.*\)", lambda call: "(" + ", ".join("3" for _ in call[0].split(",")) + ")", word)
    assert parse_calendar(f"{text} == 1" if word in ("weekday", "day", "month", "year") else text)
