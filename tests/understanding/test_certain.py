"""What needs no model: money, dates, symbols and costs, also in a sentence that is not understood as a whole."""

import pytest

from bgagent.understanding.certain import outline


@pytest.mark.parametrize(
    ("field", "words"),
    [("symbols", "SPY"), ("period", "2023"), ("initial_capital", "$10K"), ("costs", "10 bps commission")],
)
def test_certain_facts_are_found_among_strange_words(field, words):
    sentence = "Trade the frobnicator on SPY in 2023 with $10K and 10 bps commission"
    [certain] = [certain for certain in outline(sentence).facts if certain.field == field]
    assert words in sentence[slice(*certain.span)]
    assert "frobnicator" not in sentence[slice(*certain.span)]
    assert certain.covers


def test_words_that_say_more_than_the_fact_are_not_covered_by_it():
    [certain] = outline("buy and hold AAPL by the light of the moon").facts
    assert certain.field == "symbols"
    assert not certain.covers


@pytest.mark.parametrize("sentence", ["sell when sentiment turns sour", "", " ", "?!", "\ud800"])
def test_a_sentence_without_certain_facts_has_none(sentence):
    assert outline(sentence).facts == ()


def test_filling_words_mean_nothing():
    sentence = "I would like to know: SPY with the frobnicator? Thanks"
    meaningful = " ".join(sentence[slice(*span)] for span in outline(sentence).meaningful)
    assert "SPY" in meaningful
    assert "frobnicator" in meaningful
    assert "Thanks" not in meaningful
    assert "would" not in meaningful


def test_a_benchmark_is_mentioned_and_not_traded():
    found = outline("Trade the frobnicator on AAPL, benchmark SPY")
    assert found.symbols == ("AAPL",)
    assert found.mentioned == ("AAPL", "SPY")


LONG = (
    "**Strategy:** buy AAPL on 5-minute bars when the FVG over the last 20 bars is retested, with an RSI under 30.\n"
    "Between 9:30 PM and 10 PM nothing is done. Costs: 10 bps commission.\n"
)


def test_in_a_long_text_only_what_can_be_nothing_else_is_certain():
    found = outline(LONG + "The stop lies $28.00 below. Test it from 2020 to 2023 with a starting capital of $25,000.")
    assert found.symbols == ("AAPL",)
    fields = {certain.field for certain in found.facts}
    assert fields == {"symbols", "timeframe", "period", "initial_capital", "costs"}
    assert [certain.fact.money.amount for certain in found.facts if certain.field == "initial_capital"] == [25_000.0]


def test_what_a_long_text_says_in_two_ways_is_not_certain():
    found = outline(LONG + "Also look at the 1-hour chart. Train in 2020, test in 2021.")
    assert {certain.field for certain in found.facts} == {"symbols", "costs"}
