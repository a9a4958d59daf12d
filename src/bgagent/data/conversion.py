"""A series of one currency as one of another: what an account in that money would have paid and received."""

from dataclasses import replace
from datetime import datetime

from bgagent.bars import PRICE_COLUMNS
from bgagent.data.currencies import load_rates, main_currency
from bgagent.data.findings import Finding, Severity
from bgagent.data.provider import Provider
from bgagent.data.series import Series, digest_of


def converted(series: Series, into: str, *, provider: Provider, now: datetime) -> Series:
    """The window of a series at each session's closing rate; bars before the window are left out.

    For what is decided without prices: an indicator would read the rate's moves as the symbol's own. Raises
    DataUnavailable when there are no rates, ValueError for bars within the day and a currency that is not known.
    """
    origin = series.provenance
    if origin.currency is None or series.bars.timeframe.is_intraday:
        raise ValueError(f"{series.symbol} cannot be converted: its currency is not known, or its bars are too short")
    window = series.window
    rates = load_rates(origin.currency, into, window.sessions, provider=provider, now=now)
    columns = {name: getattr(window, name) * (1.0 if name == "volume" else rates.rates) for name in PRICE_COLUMNS}
    bars = replace(window, **columns)
    text = f"prices in {main_currency(origin.currency)} turned into {rates.into} at each close of {rates.source}"
    note = Finding("converted", Severity.NOTE, text)
    return replace(
        series,
        bars=bars,
        warmup_bars=0,
        findings=(*series.findings, note),
        provenance=replace(
            origin,
            warmup_bars=0,
            sha256=digest_of(bars),
            currency=rates.into,
            warnings=(*origin.warnings, text),
        ),
    )
