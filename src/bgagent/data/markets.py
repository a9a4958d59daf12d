"""What a symbol's shape tells: when it trades, in which zone its days are counted, in which money it is quoted.

The suffixes are those of Yahoo, which folders of files follow too: SAP.DE, EURUSD=X, BTC-USD, ^GSPC, GC=F.
"""

import re
from dataclasses import dataclass

from bgagent.periods import Trading

NEW_YORK = "America/New_York"

# suffix: zone of the exchange, money its prices are quoted in (GBp: pence, ILA: agorot, ZAc: cents), name of its
# calendar in exchange_calendars (NSE keeps the holidays of BSE, Shenzhen those of Shanghai; None: it makes none)
_EXCHANGES: dict[str, tuple[str, str, str | None]] = {
    "AS": ("Europe/Amsterdam", "EUR", "XAMS"),
    "AT": ("Europe/Athens", "EUR", None),
    "AX": ("Australia/Sydney", "AUD", "XASX"),
    "BK": ("Asia/Bangkok", "THB", "XBKK"),
    "BO": ("Asia/Kolkata", "INR", "XBOM"),
    "BR": ("Europe/Brussels", "EUR", "XBRU"),
    "CO": ("Europe/Copenhagen", "DKK", "XCSE"),
    "DE": ("Europe/Berlin", "EUR", "XETR"),
    "F": ("Europe/Berlin", "EUR", "XFRA"),
    "HE": ("Europe/Helsinki", "EUR", "XHEL"),
    "HK": ("Asia/Hong_Kong", "HKD", "XHKG"),
    "IR": ("Europe/Dublin", "EUR", "XDUB"),
    "IS": ("Europe/Istanbul", "TRY", "XIST"),
    "JK": ("Asia/Jakarta", "IDR", "XIDX"),
    "JO": ("Africa/Johannesburg", "ZAc", "XJSE"),
    "KQ": ("Asia/Seoul", "KRW", "XKRX"),
    "KS": ("Asia/Seoul", "KRW", "XKRX"),
    "L": ("Europe/London", "GBp", "XLON"),
    "LS": ("Europe/Lisbon", "EUR", "XLIS"),
    "MC": ("Europe/Madrid", "EUR", "XMAD"),
    "MI": ("Europe/Rome", "EUR", "XMIL"),
    "MX": ("America/Mexico_City", "MXN", "XMEX"),
    "NS": ("Asia/Kolkata", "INR", "XBOM"),
    "NZ": ("Pacific/Auckland", "NZD", "XNZE"),
    "OL": ("Europe/Oslo", "NOK", "XOSL"),
    "PA": ("Europe/Paris", "EUR", "XPAR"),
    "SA": ("America/Sao_Paulo", "BRL", "BVMF"),
    "SI": ("Asia/Singapore", "SGD", "XSES"),
    "SS": ("Asia/Shanghai", "CNY", "XSHG"),
    "ST": ("Europe/Stockholm", "SEK", "XSTO"),
    "SW": ("Europe/Zurich", "CHF", "XSWX"),
    "SZ": ("Asia/Shanghai", "CNY", "XSHG"),
    "T": ("Asia/Tokyo", "JPY", "XTKS"),
    "TA": ("Asia/Jerusalem", "ILA", None),
    "TO": ("America/Toronto", "CAD", "XTSE"),
    "TW": ("Asia/Taipei", "TWD", "XTAI"),
    "V": ("America/Toronto", "CAD", "XTSX"),
    "VI": ("Europe/Vienna", "EUR", "XWBO"),
    "WA": ("Europe/Warsaw", "PLN", "XWAR"),
}
_MONIES = frozenset(
    "USD EUR GBP JPY CHF AUD CAD NZD SEK NOK DKK PLN CZK HUF TRY ZAR INR CNY CNH HKD SGD KRW TWD THB IDR BRL".split()
)


@dataclass(frozen=True, slots=True)
class Market:
    """Where a symbol trades. us_sessions: its days are those of the New York exchanges.

    pays: it may pay dividends and be split (a share or a fund; not a currency, an index or a future).
    currency: as quoted, None when the symbol does not tell. calendar: of an exchange outside the US, None when the
    symbol does not tell or the market's days follow a rule.
    """

    trading: Trading
    zone: str
    currency: str | None
    us_sessions: bool = False
    pays: bool = False
    calendar: str | None = None


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
        zone, currency, calendar = _EXCHANGES[suffix]
        return Market(Trading.EXCHANGE, zone, currency, pays=True, calendar=calendar)
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


# an index is counted in the money of its shares
_INDICES = {
    "^AXJO": "AX",
    "^BSESN": "BO",
    "^BVSP": "SA",
    "^FCHI": "PA",
    "^FTSE": "L",
    "^GDAXI": "DE",
    "^GSPTSE": "TO",
    "^HSI": "HK",
    "^IBEX": "MC",
    "^KS11": "KS",
    "^N225": "T",
    "^NSEI": "NS",
    "^SSMI": "SW",
    "^STOXX50E": "DE",
    "^TWII": "TW",
}
_US_INDICES = frozenset("^GSPC ^DJI ^IXIC ^NDX ^RUT ^VIX ^NYA ^OEX ^SOX ^TNX ^IRX ^FVX ^TYX ^RUA ^MID".split())


def _index(name: str) -> Market:
    if name in _US_INDICES:
        return Market(Trading.EXCHANGE, NEW_YORK, "USD", us_sessions=True)
    if name in _INDICES:
        zone, currency, calendar = _EXCHANGES[_INDICES[name]]
        return Market(Trading.EXCHANGE, zone, "GBP" if currency == "GBp" else currency, calendar=calendar)
    return Market(Trading.EXCHANGE, "UTC", None)
