"""Tickers, names, and words that could be either."""

import pytest

from tests.language.reading import questions, reading, spec_of, unexplained


@pytest.mark.parametrize(
    ("said", "symbol"),
    [
        ("AAPL", "AAPL"),
        ("aapl", "AAPL"),
        ("$AAPL", "AAPL"),
        ("Apple", "AAPL"),
        ("apple stock", "AAPL"),
        ("Apple (AAPL)", "AAPL"),
        ("shares of Microsoft", "MSFT"),
        ("Google", "GOOGL"),
        ("Berkshire Hathaway", "BRK-B"),
        ("BRK.B", "BRK-B"),
        ("BRK-B", "BRK-B"),
        ("bitcoin", "BTC-USD"),
        ("BTC", "BTC-USD"),
        ("BTC/USD", "BTC-USD"),
        ("eth-usd", "ETH-USD"),
        ("the S&P 500", "^GSPC"),
        ("^GSPC", "^GSPC"),
        ("the Nasdaq 100", "^NDX"),
        ("EUR/USD", "EURUSD=X"),
        ("EURUSD=X", "EURUSD=X"),
        ("USD/JPY", "JPY=X"),
        ("RELIANCE.NS", "RELIANCE.NS"),
        ("SAP.DE", "SAP.DE"),
        ("0700.HK", "0700.HK"),
        ("gold (GLD)", "GLD"),
        ("QZXVW", "QZXVW"),  # that there is no such ticker is for the data to say
        ("V", "V"),
        ("T", "T"),
        ("CAT", "CAT"),
        ("ALL", "ALL"),
        ("NOW", "NOW"),
        ("ON", "ON"),
        ("Target", "TGT"),
        ("Meta", "META"),
    ],
)
def test_a_symbol(said: str, symbol: str):
    assert spec_of(f"Buy and hold {said} in 2023").symbols == (symbol,)


@pytest.mark.parametrize(
    ("sentence", "symbols"),
    [
        ("Backtest MSFT with a 20/50 MA crossover in 2023", ("MSFT",)),  # MA is the average
        ("Buy and hold AAPL, then look at IT again", None),
        ("BACKTEST AAPL 50/200 MA CROSSOVER IN 2024 WITH $25K", ("AAPL",)),
        ("AAPL 20/50 crossover in 2023 with a profit target of 10%", ("AAPL",)),  # no Target
        ("MSFT, not AAPL, buy and hold 2023", ("MSFT",)),
        ("Buy and hold AAPL vs MSFT in 2023", ("AAPL", "MSFT")),
    ],
)
def test_words_that_may_be_symbols(sentence: str, symbols: tuple[str, ...] | None):
    spec = reading(sentence).spec
    assert (spec and spec.symbols) == symbols


def test_an_apple_pie_is_no_share():
    assert "pie" in unexplained("Buy and hold apple pie in 2023")


def test_a_near_ticker_is_no_ticker():
    assert spec_of("Buy and hold APPL in 2023").symbols == ("APPL",)


@pytest.mark.parametrize("sentence", ["Buy and hold in 2023", "Buy and hold a stock in 2023", "RSI 30/70 in 2020"])
def test_no_symbol_is_asked_for(sentence: str):
    assert "Which symbol" in questions(sentence)
