"""What a symbol's shape tells: when it trades, in which zone its days are counted, in which money it is quoted.

The suffixes are those of Yahoo, which folders of files follow too: SAP.DE, EURUSD=X, BTC-USD, ^GSPC, GC=F.
"""

import re
from dataclasses import dataclass

from bgagent.periods import Trading

NEW_YORK = "America/New_York"

# suffix: zone of the exchange, money its prices are quoted in (GBp: pence, ILA: agorot, ZAc: cents)
_EXCHANGES = {
    "AS": ("Europe/Amsterdam", "EUR"),
    "AT": ("Europe/Athens", "EUR"),
    "AX": ("Australia/Sydney", "AUD"),
    "BK": ("Asia/Bangkok", "THB"),
    "BO": ("Asia/Kolkata", "INR"),
    "BR": ("Europe/Brussels", "EUR"),
    "CO": ("Europe/Copenhagen", "DKK"),
    "DE": ("Europe/Berlin", "EUR"),
    "F": ("Europe/Berlin", "EUR"),
    "HE": ("Europe/Helsinki", "EUR"),
    "HK": ("Asia/Hong_Kong", "HKD"),
    "IR": ("Europe/Dublin", "EUR"),
    "IS": ("Europe/Istanbul", "TRY"),
    "JK": ("Asia/Jakarta", "IDR"),
    "JO": ("Africa/Johannesburg", "ZAc"),
    "KQ": ("Asia/Seoul", "KRW"),
    "KS": ("Asia/Seoul", "KRW"),
    "L": ("Europe/London", "GBp"),
    "LS": ("Europe/Lisbon", "EUR"),
    "MC": ("Europe/Madrid", "EUR"),
    "MI": ("Europe/Rome", "EUR"),
    "MX": ("America/Mexico_City", "MXN"),
    "NS": ("Asia/Kolkata", "INR"),
    "NZ": ("Pacific/Auckland", "NZD"),
    "OL": ("Europe/Oslo", "NOK"),
    "PA": ("Europe/Paris", "EUR"),
    "SA": ("America/Sao_Paulo", "BRL"),
    "SI": ("Asia/Singapore", "SGD"),
    "SS": ("Asia/Shanghai", "CNY"),
    "ST": ("Europe/Stockholm", "SEK"),
    "SW": ("Europe/Zurich", "CHF"),
    "SZ": ("Asia/Shanghai", "CNY"),
    "T": ("Asia/Tokyo", "JPY"),
    "TA": ("Asia/Jerusalem", "ILA"),
    "TO": ("America/Toronto", "CAD"),
    "TW": ("Asia/Taipei", "TWD"),
    "V": ("America/Toronto", "CAD"),
    "VI": ("Europe/Vienna", "EUR"),
    "WA": ("Europe/Warsaw", "PLN"),
}
_MONIES = frozenset(
    "USD EUR GBP JPY CHF AUD CAD NZD SEK NOK DKK PLN CZK HUF TRY ZAR INR CNY CNH HKD SGD KRW TWD THB IDR BRL".split()
)


@dataclass(frozen=True, slots=True)
class Market:
    """Where a symbol trades. us_sessions: its days are those of the New York exchanges.

    pays: it may pay dividends and be split (a share or a fund; not a currency, an index or a future).
    currency: as quoted, None when the symbol does not tell.
    """

    trading: Trading
    zone: str
    currency: str | None
    us_sessions: bool = False
    pays: bool = False


def market_of(symbol: str) -> Market:
    """The market of a symbol, from its shape alone; plain letters are a US share."""
    name = symbol.upper()
    if name.endswith("=X"):
        return _currency_pair(name[:-2])
    if name.endswith("=F"):
        return Market(Trading.EXCHANGE, NEW_YORK, "USD")
    if name.startswith("^"):
        return _index(name)
    crypto = re.fullmatch(r"[A-Z0-9]{2,10}-(USD|EUR|GBP|BTC|ETH|USDT|USDC)", name)
    if crypto:
        return Market(Trading.ALWAYS, "UTC", crypto[1])
    stem, dot, suffix = name.rpartition(".")
    if dot and suffix in _EXCHANGES:
        zone, currency = _EXCHANGES[suffix]
        return Market(Trading.EXCHANGE, zone, currency, pays=True)
    letters = stem if dot and len(suffix) > 1 else name
    if len(letters) == 6 and letters[:3] in _MONIES and letters[3:] in _MONIES:
        return _currency_pair(letters)
    if re.fullmatch(r"[A-Z0-9]{2,8}(USDT|USDC|BUSD)", name):
        return Market(Trading.ALWAYS, "UTC", name[-4:])
    if dot and len(suffix) > 1:  # a suffix we do not know: neither its days nor its money
        return Market(Trading.EXCHANGE, "UTC", None, pays=True)
    return Market(Trading.EXCHANGE, NEW_YORK, "USD", us_sessions=True, pays=True)


def _currency_pair(letters: str) -> Market:
    # JPY=X is dollars in yen, EURUSD=X is euros in dollars: the last three letters are what one pays
    return Market(Trading.WEEKDAYS, "UTC", letters[-3:] if letters[-3:] in _MONIES else None)


_US_INDICES = frozenset("^GSPC ^DJI ^IXIC ^NDX ^RUT ^VIX ^NYA ^OEX ^SOX ^TNX ^IRX ^FVX ^TYX ^RUA ^MID".split())


def _index(name: str) -> Market:
    if name in _US_INDICES:
        return Market(Trading.EXCHANGE, NEW_YORK, "USD", us_sessions=True)
    return Market(Trading.EXCHANGE, "UTC", None)
