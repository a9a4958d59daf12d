"""The money prices are in: pence turned into pounds, the rates that turn euros into dollars, and mixing refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from bgagent.bars import Floats, Times
from bgagent.data.clean import tidy
from bgagent.data.findings import Finding, Severity
from bgagent.data.markets import market_of
from bgagent.data.provider import Provider
from bgagent.data.series import Provenance, RawSeries
from bgagent.errors import DataUnavailable, NeedsClarification
from bgagent.periods import Period, Timeframe

# quoted money -> the money it is a hundredth of
_MINOR: Mapping[str, str] = {"GBp": "GBP", "GBX": "GBP", "ILA": "ILS", "ZAc": "ZAR", "ZAC": "ZAR"}
_PEGGED = {"USDT": "USD", "USDC": "USD", "BUSD": "USD"}  # tokens that stand for a dollar
_NAMES = {"GBP": "pence", "ILS": "agorot", "ZAR": "cents"}
_OLDEST_RATE_DAYS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """What one unit of a currency was worth in another at the close of each session asked for.

    rates: (n,). source: the symbol they came from.
    """

    of: str
    into: str
    rates: Floats
    source: str


def main_currency(quoted: str) -> str:
    """The currency in which accounts are kept, of money as quoted: pounds for pence, dollars for tokens of a dollar.

    >>> main_currency("GBp"), main_currency("USDT"), main_currency("EUR")
    ('GBP', 'USD', 'EUR')
    """
    return _PEGGED.get(quoted, _MINOR.get(quoted, quoted))


def currency_of(symbol: str) -> str | None:
    """The currency in which a symbol's trades are settled, from its shape; None when that does not tell."""
    quoted = market_of(symbol).currency
    return None if quoted is None else main_currency(quoted)


def in_main_units(raw: RawSeries) -> RawSeries:
    """A series quoted in hundredths (pence, agorot, cents) in whole units; any other as it is."""
    if raw.currency is None or raw.currency not in _MINOR:
        return raw
    whole = _MINOR[raw.currency]
    columns = {name: getattr(raw, name) / 100.0 for name in ("open", "high", "low", "close", "dividends")}
    text = f"quoted in {_NAMES[whole]} ({raw.currency}), shown in {whole}: prices and dividends divided by 100"
    return replace(
        raw,
        **columns,
        adj_close=None if raw.adj_close is None else raw.adj_close / 100.0,
        currency=whole,
        findings=(*raw.findings, Finding("minor_units", Severity.NOTE, text)),
    )


def rate_symbols(of: str, into: str) -> tuple[tuple[str, bool], ...]:
    """Symbols that hold the rate of a currency pair, best first, each with whether it has to be turned over.

    >>> rate_symbols("EUR", "USD")[:2]
    (('EURUSD=X', False), ('USDEUR=X', True))
    """
    found = [(f"{of}{into}=X", False), (f"{into}{of}=X", True)]
    if of == "USD":
        found.append((f"{into}=X", False))  # JPY=X: yen for one dollar
    if into == "USD":
        found.append((f"{of}=X", True))
    return (*found, (f"{of}{into}", False), (f"{into}{of}", True))


def load_rates(of: str, into: str, sessions: Times, *, provider: Provider, now: datetime) -> Rates:
    """The worth of one `of` in `into` at the close of each session, the last one known where there is none that day.

    sessions: (n,) datetime64[D], in order. Raises DataUnavailable when no symbol of the pair is there, or its rates
    begin too late or have a hole of more than 10 days.
    """
    of, into = main_currency(of), main_currency(into)
    if of == into or not len(sessions):
        return Rates(of, into, np.ones(len(sessions)), of)
    period = Period(sessions[0].item() - timedelta(_OLDEST_RATE_DAYS), sessions[-1].item())
    for symbol, is_inverse in rate_symbols(of, into):
        try:
            found = provider.fetch(symbol, period, Timeframe.DAY, now)
        except DataUnavailable:  # under another name, perhaps
            continue
        raw = tidy(found).series
        place = np.searchsorted(raw.sessions, sessions.astype("datetime64[D]"), side="right") - 1
        _refuse_holes(symbol, raw.sessions, sessions, place)
        close = raw.close[place]
        return Rates(of, into, 1.0 / close if is_inverse else close, symbol)
    tried = ", ".join(symbol for symbol, _ in rate_symbols(of, into))
    raise DataUnavailable(
        f"{provider.where} has no rate of {of} in {into} (looked for {tried})",
        hint="add one of these series, or keep the test in one currency",
    )


def _refuse_holes(symbol: str, days: Times, sessions: Times, place: np.ndarray) -> None:
    stale = np.flatnonzero(place < 0)
    if not len(stale) and len(days):
        age = (sessions.astype("datetime64[D]") - days[place]).astype(int)
        stale = np.flatnonzero(age > _OLDEST_RATE_DAYS)
    if len(stale) or not len(days):
        first: date = sessions[stale[0]].item() if len(stale) else sessions[0].item()
        raise DataUnavailable(
            f"{symbol} has no rate for {first}, nor in the {_OLDEST_RATE_DAYS} days before",
            hint="choose a window for which it has, or keep the test in one currency",
        )


def refuse_mixed(capital: str, origins: Iterable[Provenance]) -> None:
    """Raises NeedsClarification when symbols are in other money than the account, or than each other.

    capital: currency of the account. Symbols whose currency is not known count as the account's.
    """
    account = main_currency(capital)
    known = {origin.symbol: main_currency(origin.currency) for origin in origins if origin.currency}
    others = {symbol: currency for symbol, currency in known.items() if currency != account}
    if not others:
        return
    named = ", ".join(f"{symbol} in {currency}" for symbol, currency in others.items())
    only = sorted(set(known.values()))
    if len(only) == 1:
        question = f"How much {only[0]} does the test start with?"
    else:
        question = f"Which of them should be tested, those in {' or those in '.join(only)}?"
    raise NeedsClarification(
        f"the capital is in {account}, but {named}: one test keeps its books in one currency",
        questions=(question,),
        hint=f"state the capital in {only[0]}" if len(only) == 1 else "test symbols of one currency at a time",
    )
