"""The reading as a table: phrase -> meaning."""

from bgagent.understanding.explain import explain
from tests.language.reading import reading


def test_every_phrase_has_its_meaning_in_the_order_of_the_sentence():
    rows = explain(reading("SPY in 2023, $10K: buy when RSI(2) is under 10, sell when it is over 70, 5% stop loss"))
    stated = [(row.phrase, row.meaning) for row in rows if row.kind == "stated"]
    assert stated == [
        ("SPY", "symbols: SPY"),
        ("in 2023", "period: 2023-01-01 to 2023-12-31"),
        ("$10K", "initial_capital: 10,000"),
        ("buy when RSI(2) is under 10", "rules.entry: when RSI(2) is below 10"),
        ("sell when it is over 70, 5% stop loss", "rules.exit: when RSI(2) is above 70"),
        ("5% stop loss", "rules.stop_loss: 5%"),
    ]
    assert {row.kind for row in rows} == {"stated", "assumed"}


def test_what_is_missing_comes_last():
    rows = explain(reading("Buy SPY when the Hurst exponent is low"))
    assert rows[-1].kind == "not understood"
    rows = explain(reading("Buy and hold in 2023"))
    assert (rows[-1].kind, rows[-1].meaning[:12]) == ("question", "Which symbol")
