"""What a symbol's shape tells."""

import pytest

from bgagent.data.markets import market_of
from bgagent.periods import Trading


@pytest.mark.parametrize(
    ("symbol", "trading", "zone", "currency", "us_sessions", "pays"),
    [
        ("AAPL", Trading.EXCHANGE, "America/New_York", "USD", True, True),
        ("BRK-B", Trading.EXCHANGE, "America/New_York", "USD", True, True),
        ("BRK.B", Trading.EXCHANGE, "America/New_York", "USD", True, True),  # a share class, not an exchange
        ("SAP.DE", Trading.EXCHANGE, "Europe/Berlin", "EUR", False, True),
        ("OCDO.L", Trading.EXCHANGE, "Europe/London", "GBp", False, True),
        ("RELIANCE.NS", Trading.EXCHANGE, "Asia/Kolkata", "INR", False, True),
        ("EURUSD=X", Trading.WEEKDAYS, "UTC", "USD", False, False),
        ("JPY=X", Trading.WEEKDAYS, "UTC", "JPY", False, False),
        ("EURUSD.OANDA", Trading.WEEKDAYS, "UTC", "USD", False, False),
        ("GBPUSD", Trading.WEEKDAYS, "UTC", "USD", False, False),
        ("BTC-USD", Trading.ALWAYS, "UTC", "USD", False, False),
        ("ETH-EUR", Trading.ALWAYS, "UTC", "EUR", False, False),
        ("BTCUSDT", Trading.ALWAYS, "UTC", "USDT", False, False),
        ("^GSPC", Trading.EXCHANGE, "America/New_York", "USD", True, False),
        ("^N225", Trading.EXCHANGE, "Asia/Tokyo", "JPY", False, False),
        ("^FTSE", Trading.EXCHANGE, "Europe/London", "GBP", False, False),  # points, not pence
        ("^WHAT", Trading.EXCHANGE, "UTC", None, False, False),
        ("GC=F", Trading.EXCHANGE, "America/New_York", "USD", False, False),
        ("ABC.WHERE", Trading.EXCHANGE, "UTC", None, False, True),
    ],
)
def test_market_of_a_symbol(symbol, trading, zone, currency, us_sessions, pays):
    market = market_of(symbol)
    assert (market.trading, market.zone, market.currency) == (trading, zone, currency)
    assert (market.us_sessions, market.pays) == (us_sessions, pays)
