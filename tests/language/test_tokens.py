"""A sentence in tokens: nothing lost, every one in its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgagent.language.tokens import Kind, tokenise


def words(sentence: str) -> list[str]:
    return [token.word for token in tokenise(sentence)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Buy AAPL.", ["buy", "aapl", "."]),
        ("50-day stop-loss", ["50", "day", "stop", "loss"]),
        ("2020-2023", ["2020", "-", "2023"]),
        ("-5% or +10%", ["-", "5", "%", "or", "+", "10", "%"]),
        ("with -$5,000", ["with", "-", "$", "5,000"]),
        ("$10,000.50 and ₹10,00,000", ["$", "10,000.50", "and", "₹", "10,00,000"]),
        ("SMA(20,200)", ["sma", "(", "20", ",", "200", ")"]),
        ("MACD(12,26,9)", ["macd", "(", "12", ",", "26", ",", "9", ")"]),
        ("don't", ["do", "not"]),
        ("it's SPY's day", ["it", "is", "spy", "'s", "day"]),
        ("w/ 5% w/o costs", ["with", "5", "%", "without", "costs"]),
        ("a >= b => c -> d", ["a", ">=", "b", "=", ">", "c", "->", "d"]),
        ("“quoted” – dash — long ≤ ×", ['"', "quoted", '"', "-", "dash", "-", "long", "<=", "x"]),
        ("2024-01-31, 1/31/2024", ["2024-01-31", ",", "1/31/2024"]),
        ("zero\u200bwidth", ["zerowidth"]),
        ("- Buy: a\n- Sell: b\n1. x\n2) y", ["buy", ":", "a", "\n", "sell", ":", "b", "\n", "x", "\n", "y"]),
    ],
)  # fmt: skip
def test_words_of_a_sentence(sentence: str, expected: list[str]):
    assert words(sentence) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [("10", 10), ("1,000", 1000), ("10,00,000", 1_000_000), ("2.5", 2.5), (".5", 0.5), ("1.000.000", 1_000_000)],
)
def test_value_of_a_number(text: str, value: float):
    (token,) = tokenise(text)
    assert (token.kind, token.value) == (Kind.NUMBER, value)


@pytest.mark.parametrize("text", ["½", "²", "🚀", "Ⅳ"])
def test_odd_characters_stay_what_they_are(text: str):
    (token,) = tokenise(text)
    assert token.kind is not Kind.NUMBER


@given(st.text(max_size=200))
def test_spans_cover_the_text_in_order(text: str):
    end, before = 0, (0, 0)
    for token in tokenise(text):
        start, stop = token.span
        assert 0 <= start <= stop <= len(text)
        assert start >= end or token.span == before  # a short form is two tokens in one place
        end, before = stop, token.span


@given(st.text(alphabet="abAB019 $.,-/%()\n'x×–“", max_size=80))
def test_every_visible_character_is_in_a_token(text: str):
    covered = {place for token in tokenise(text) for place in range(*token.span)}
    left_out = {character for place, character in enumerate(text) if place not in covered and not character.isspace()}
    assert left_out <= set("-_*•–.)0123456789")  # hyphens inside words and marks of lists
