"""What every provider has to keep to, as checks that the author of one can run.

    sample = Sample("AAPL", Period(date(2024, 1, 2), date(2024, 6, 28)), now=datetime.now(UTC))
    violations(MyProvider(), sample, tmp_path)

gives the rules that are broken, in one line each; () when there is none. `nlbt data check NAME SYMBOL` does the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from bgagent.bars import PRICE_COLUMNS
from bgagent.data.cached_provider import CachedProvider
from bgagent.data.calendars import local_days
from bgagent.data.clean import tidy
from bgagent.data.coarsen import can_be_made_of
from bgagent.data.findings import Severity
from bgagent.data.load import load_series
from bgagent.data.markets import market_of
from bgagent.data.provider import Provider
from bgagent.data.series import ROW_COLUMNS, RawSeries, digest_arrays
from bgagent.errors import DataUnavailable
from bgagent.periods import Period, Timeframe

UNKNOWN_SYMBOL = "NOSUCHSYMBOLXYZ"


@dataclass(frozen=True, slots=True)
class Sample:
    """What to ask a provider for. period: one of which it has bars.

    secrets: keys that it was made with, which it must never show.
    """

    symbol: str
    period: Period
    now: datetime
    timeframe: Timeframe = Timeframe.DAY
    unknown_symbol: str = UNKNOWN_SYMBOL
    secrets: tuple[str, ...] = ()


def violations(provider: Provider, sample: Sample, scratch: Path) -> tuple[str, ...]:
    """The rules that a provider breaks, most basic first. scratch: an empty directory for a cache.

    Asks the provider about six times. Raises what the provider raises where that is no DataUnavailable.
    """
    described = tuple(_described(provider, sample))
    if described:
        return described
    try:
        raw: object = _fetch(provider, sample)
    except DataUnavailable as error:
        return (f"fetch has no {sample.timeframe} bars of {sample.symbol} for {sample.period}: {error.message}",)
    if not isinstance(raw, RawSeries):
        return (f"fetch gives {type(raw).__name__}, not a RawSeries",)
    broken = (*_labels(provider, raw, sample), *_arrays(raw), *_rows(raw, sample))
    if broken:
        return broken
    rules: tuple[Callable[[Provider, RawSeries, Sample, Path], Iterator[str]], ...] = (
        _repeats,
        _parts_agree,
        _refuses_unknown,
        _gives_days_for_weeks,
        _loads,
        _survives_the_cache,
    )
    return tuple(line for rule in rules for line in rule(provider, raw, sample, scratch))


def _fetch(provider: Provider, sample: Sample, period: Period | None = None) -> RawSeries:
    return provider.fetch(sample.symbol, period or sample.period, sample.timeframe, sample.now)


def _described(provider: object, sample: Sample) -> Iterator[str]:
    if not isinstance(provider, Provider):
        yield "it lacks one of name, remote, synthetic, where and fetch"
        return
    if not provider.name or any(mark in provider.name for mark in "/\\: ") or provider.name != provider.name.lower():
        yield f"its name '{provider.name}' is not one word in small letters without / and :"
    if not provider.where or "\n" in provider.where:
        yield "`where` does not say in one line where its bars come from"
    for flag in ("remote", "synthetic"):
        if not isinstance(getattr(provider, flag), bool):
            yield f"`{flag}` is not True or False"
    if any(secret in repr(provider) for secret in sample.secrets):
        yield "its repr shows a key"


def _labels(provider: Provider, raw: RawSeries, sample: Sample) -> Iterator[str]:
    if raw.symbol != sample.symbol:
        yield f"the series is of {raw.symbol}, {sample.symbol} was asked for"
    if raw.provider != provider.name:
        yield f"the series says it is from '{raw.provider}', the provider's name is '{provider.name}'"
    if not can_be_made_of(sample.timeframe, raw.timeframe):
        yield f"{raw.timeframe} bars do not add up to the {sample.timeframe} bars that were asked for"
    if raw.synthetic != provider.synthetic:
        yield "series and provider disagree on whether prices are made up"
    if provider.remote and raw.fetched_at != sample.now:
        yield "a remote provider stamps its series with fetched_at, the `now` it was given"
    if raw.split_basis is not None and raw.split_basis > sample.now.date():
        yield f"split_basis {raw.split_basis} lies in the future"
    if not raw.source:
        yield "`source` is empty"


def _arrays(raw: RawSeries) -> Iterator[str]:
    if raw.times.dtype != np.dtype("datetime64[s]"):
        yield f"times are {raw.times.dtype}, not datetime64[s]"
    if raw.sessions.dtype != np.dtype("datetime64[D]"):
        yield f"sessions are {raw.sessions.dtype}, not datetime64[D]"
    for name in (*PRICE_COLUMNS, "dividends", "splits"):
        if getattr(raw, name).dtype != np.float64:
            yield f"{name} is {getattr(raw, name).dtype}, not float64"


def _rows(raw: RawSeries, sample: Sample) -> Iterator[str]:
    start, end = np.datetime64(sample.period.start), np.datetime64(sample.period.end)
    if not bool(np.any((raw.sessions >= start) & (raw.sessions <= end))):
        yield f"no row lies in {sample.period}"
    if raw.timeframe.is_intraday:
        zone = market_of(raw.symbol).zone
        if not bool(np.all(raw.sessions == local_days(raw.times, zone))):
            yield f"sessions are not the days of the times in {zone}: are the times in UTC?"
    elif not bool(np.all(raw.times == raw.sessions.astype("datetime64[s]"))):
        yield "times of daily bars are not midnight of their session"
    for name in ("dividends", "splits", "volume"):
        column = getattr(raw, name)
        if bool(np.any(column < 0) | np.any(np.isinf(column))):
            yield f"{name} has a value below 0 or without end"
    tidied = tidy(raw)
    if len(tidied.contradicting):
        yield f"two different rows for one bar on {tidied.contradicting[0]}"
    if len(tidied.series) < 0.9 * len(raw):
        yield f"only {len(tidied.series)} of {len(raw)} rows have usable prices"
    series = tidied.series
    if not len(series):
        return
    wrong = (series.low > np.minimum(series.open, series.close) * (1 + 1e-6)) | (
        series.high < np.maximum(series.open, series.close) * (1 - 1e-6)
    )
    if float(np.mean(wrong)) > 0.01:
        yield f"open or close outside of low and high in {int(np.sum(wrong))} of {len(series)} rows: mixed-up columns?"


def _digest(raw: RawSeries) -> str:
    columns = [getattr(raw, name) for name in ROW_COLUMNS]
    return digest_arrays(columns if raw.adj_close is None else [*columns, raw.adj_close])


def _repeats(provider: Provider, raw: RawSeries, sample: Sample, scratch: Path) -> Iterator[str]:  # noqa: ARG001
    if _digest(_fetch(provider, sample)) != _digest(raw):
        yield "asked twice for the same, it gives different rows"


def _parts_agree(provider: Provider, raw: RawSeries, sample: Sample, scratch: Path) -> Iterator[str]:  # noqa: ARG001
    """Prices must not depend on the window, else a series put together from pieces is none."""
    days = np.unique(raw.sessions[(raw.sessions >= np.datetime64(sample.period.start))])
    half = Period(days[len(days) // 2].item(), sample.period.end)
    part = _fetch(provider, sample, half)
    common, here, there = np.intersect1d(raw.times, part.times, return_indices=True)
    if not len(common):
        yield f"asked for {half}, a part of the period, it gives none of the bars"
    for name in ("open", "close", "volume"):
        if not np.allclose(getattr(raw, name)[here], getattr(part, name)[there], rtol=1e-6, equal_nan=True):
            yield f"{name} of the same bars differs when another window is asked for"


def _refuses_unknown(provider: Provider, raw: RawSeries, sample: Sample, scratch: Path) -> Iterator[str]:  # noqa: ARG001
    try:
        provider.fetch(sample.unknown_symbol, sample.period, sample.timeframe, sample.now)
    except DataUnavailable as error:
        if "\n" in error.message or sample.unknown_symbol not in error.message:
            yield "the message about an unknown symbol is not one line that names the symbol"
        if any(secret in f"{error.message}{error.hint}" for secret in sample.secrets):
            yield "the message about an unknown symbol shows a key"
    else:
        if not provider.synthetic:
            yield f"it has bars of {sample.unknown_symbol}: an unknown symbol has to raise DataUnavailable"


def _gives_days_for_weeks(
    provider: Provider,
    raw: RawSeries,
    sample: Sample,
    scratch: Path,  # noqa: ARG001
) -> Iterator[str]:
    if raw.timeframe.is_intraday:
        return
    weekly = provider.fetch(sample.symbol, sample.period, Timeframe.WEEK, sample.now)
    if not can_be_made_of(Timeframe.WEEK, weekly.timeframe):
        yield f"asked for weeks it gives {weekly.timeframe} bars: weeks are made of days here"


def _loads(provider: Provider, raw: RawSeries, sample: Sample, scratch: Path) -> Iterator[str]:  # noqa: ARG001
    try:
        series = load_series(
            sample.symbol, sample.period, sample.timeframe, warmup_bars=0, provider=provider, now=sample.now
        )
    except DataUnavailable as error:
        yield f"its bars cannot be used: {error.message}"
        return
    for finding in series.findings:
        if finding.severity is Severity.REJECT:
            yield f"its prices would be rejected: {finding.text}"


def _survives_the_cache(provider: Provider, raw: RawSeries, sample: Sample, scratch: Path) -> Iterator[str]:
    if not provider.remote:
        return
    cached = CachedProvider(provider, scratch, clock=lambda: sample.now)
    first = _fetch(cached, sample)
    asked = getattr(provider, "fetched_as", None)
    if asked is not None and asked(sample.timeframe) is not raw.timeframe:
        yield f"fetched_as says {asked(sample.timeframe)} for {sample.timeframe}, the rows are {raw.timeframe} bars"
    again = cached.cache.read(provider.name, sample.symbol, raw.timeframe)
    if again is None or _digest(again.series) != _digest(first):
        yield "from the cache the series comes back changed"
