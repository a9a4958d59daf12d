"""A ledger held against its sentence: where clauses stand, which words and numbers they leave out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.understanding.coverage import find_words, numbers_left_out, words_left_out


@pytest.mark.parametrize(
    ("words", "taken", "span"),
    [
        ("Buy", [], (0, 3)),
        ("buy", [], (0, 3)),
        ("when  rsi\n< 30", [], (8, 21)),
        ("SPY", [], (4, 7)),
        ("SPY", [(4, 7)], (28, 31)),  # the first one is taken
        ("SPY", [(4, 7), (28, 31)], (4, 7)),  # all are: said twice of one place
        ("rsi(14)", [], None),
        ("", [], None),
        (" ", [], None),
    ],
)
def test_words_are_found_where_they_stand(words, taken, span):
    assert find_words(words, "Buy SPY when RSI < 30, sell SPY", taken) == span


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("Exit rule: close above the high.", "**Exit rule:** close above the `high`"),
        ("the trader's 5-day high", "the trader’s 5–day high"),
        ("it's “over”", 'it\'s "over"'),
        ("first second", "first\n   second"),
    ],
)
def test_marks_and_shapes_of_signs_make_no_difference(words, text):
    sentence = f"On Monday {text} and no more"
    start, end = find_words(words, sentence, [])
    assert sentence[start:end].strip("*`").startswith(text.strip("*`")[:5])
    assert sentence[:start].strip("* ") == "On Monday"
    assert sentence[end:].strip("` ") == "and no more"


LISTING = """## Rules
**Strategy name:** Pullback
1. Buy above the average
2. Sell at 5%"""


def test_labels_headings_and_numbers_of_a_list_need_no_clause():
    covered = spans(LISTING, "Pullback", "Buy above the average", "Sell at 5%")
    assert words_left_out(LISTING, covered, within=[(0, len(LISTING))]) == ()
    assert numbers_left_out(LISTING, ["0.05"], known=[]) == ()
    assert words_left_out(LISTING, covered[1:], within=[(0, len(LISTING))]) == ("Pullback",)
    assert numbers_left_out(LISTING, [], known=[]) == ("5",)


def test_a_colon_in_one_line_makes_no_label():
    assert words_left_out("Sell short: SPY", spans("Sell short: SPY", "SPY"), within=[(0, 15)]) == ("Sell short",)


def spans(sentence, *words):
    return [(sentence.index(word), sentence.index(word) + len(word)) for word in words]


def test_words_that_no_clause_has_are_left_out():
    sentence = "Buy SPY in 2023, but skip entries while the Hurst exponent is under 0.5"
    covered = spans(sentence, "Buy SPY", "in 2023")
    assert words_left_out(sentence, covered, within=[(0, len(sentence))]) == (
        "but skip entries",
        "Hurst exponent",
        "under 0.5",
    )


def test_linking_words_and_filling_words_may_be_left_out():
    sentence = "Please buy the SPY and hold it"
    covered = spans(sentence, "buy", "SPY", "hold")
    assert words_left_out(sentence, covered, within=[(0, len(sentence))]) == ()
    assert words_left_out("kindly buy SPY", spans("kindly buy SPY", "buy SPY"), within=[(7, 14)]) == ()


@pytest.mark.parametrize("word", ["not", "never", "without", "except", "only", "unless", "but", "no"])
def test_a_word_that_turns_the_meaning_is_never_a_linking_word(word):
    sentence = f"buy {word} SPY"
    assert words_left_out(sentence, spans(sentence, "buy", "SPY"), within=[(0, len(sentence))]) == (word,)


@pytest.mark.parametrize(
    ("sentence", "values", "left_out"),
    [
        ("5% stop", ["0.05"], ()),
        ("5% stop", ["0.5"], ("5",)),
        ("stop 7.5 %", ["0.075"], ()),
        ("10 bps", ["0.001"], ()),
        ("50/200 cross", ["crosses_above(sma(close, 50), sma(close, 200))"], ()),
        ("50/200 cross", ["crosses_above(sma(close, 50), sma(close, 20))"], ("200",)),
        ("hold 3 weeks", ["15"], ()),
        ("6-month high", ["highest(high, 126)"], ()),
        ("$25K", ["25000.0"], ()),
        ("$1,500", ["1500"], ()),
        ("2.5m", ["2500000"], ()),
        ("half, 3 times", [], ("3",)),
        ("hold MA200", [], ()),  # part of a name
        ("on 15m bars", ["15m"], ()),
    ],
)
def test_a_number_must_come_back_in_some_value(sentence, values, left_out):
    assert numbers_left_out(sentence, values, known=[]) == left_out


def test_certain_numbers_need_not_come_back():
    assert numbers_left_out("in 2023 with 5", ["5"], known=[(0, 7)]) == ()


@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=4))
def test_any_text_can_be_held_against_any_other(sentence, values):
    everything = [(0, len(sentence))]
    assert words_left_out(sentence, everything, within=everything) == ()
    assert numbers_left_out(sentence, [sentence, *values], known=everything) == ()
    assert all(number in sentence for number in numbers_left_out(sentence, values, known=[]))
    for word in values:
        span = find_words(word, sentence, [])
        assert span is None or 0 <= span[0] < span[1] <= len(sentence)
