"""The bars that a spec needs, from where its request says, in the account's currency."""

import os
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from bgagent.artifacts.code_plan import CodePlan
from bgagent.artifacts.report import DataRow
from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import StrategySpec
from bgagent.data.findings import Severity
from bgagent.data.load import load_series
from bgagent.data.provider import Provider
from bgagent.data.providers import ProviderOptions, provider_of
from bgagent.data.series import PriceMode, Series
from bgagent.data.session_lists import SessionLists
from bgagent.engine.other_symbols import words_of
from bgagent.engine.plan import WeightPlan
from bgagent.engine.rules import parse, parse_condition
from bgagent.one_currency import in_one_currency
from bgagent.settings import Settings

LEAST_WARMUP_BARS = 250
WARMUP_LOOKBACKS = 10
MOST_CODE_LOOKBACK = 200
DATA_SHARE_OF_TIME = 0.8  # of the job's time, for all series together


class OnLoaded(Protocol):
    """Told of each symbol's bars; of those that are converted a second time."""

    def __call__(self, row: DataRow, *, is_doubtful: bool) -> None:
        """is_doubtful: something is odd about them that is more than a note."""


def _quiet(row: DataRow, *, is_doubtful: bool) -> None:
    """Nobody is told."""


def load_all(
    spec: StrategySpec,
    request: Request,
    settings: Settings,
    *,
    symbols: Collection[str] = (),
    began: float | None = None,
    on_loaded: OnLoaded = _quiet,
) -> Mapping[str, Series]:
    """By symbol, the bars that the spec's runs and benchmark need, or only those of some symbols.

    began: when the job did, monotonic; so that fetching leaves time for the rest. Raises DataUnavailable,
    NeedsClarification where currencies would be mixed.
    """
    deadline = None if began is None else began + request.timeout_s * DATA_SHARE_OF_TIME
    provider = _provider(request, settings, deadline)
    benchmark = (spec.benchmark,) if spec.benchmark is not None else ()
    loaded = {}
    for symbol in dict.fromkeys(symbols or (*spec.symbols, *benchmark)):
        loaded[symbol] = load_series(
            symbol,
            spec.period,
            spec.timeframe,
            warmup_bars=warmup_bars(spec),
            provider=provider,
            now=request.as_of,
            price_mode=PriceMode(spec.price_mode),
            lists=SessionLists(settings.cache_dir),
        )
        _tell(loaded[symbol], on_loaded)
    together = in_one_currency(spec, loaded, provider=provider, now=request.as_of)
    for symbol, series in together.items():
        if series is not loaded[symbol]:
            _tell(series, on_loaded)
    return together


def _tell(series: Series, on_loaded: OnLoaded) -> None:
    on_loaded(data_row(series), is_doubtful=any(found.severity is not Severity.NOTE for found in series.findings))


def _provider(request: Request, settings: Settings, deadline: float | None) -> Provider:
    """Where the request says that bars come from. deadline: when to stop asking, monotonic."""
    options = ProviderOptions(
        cache_dir=settings.cache_dir,
        directories=tuple(Path(part) for part in request.data_dir.split(os.pathsep) if part),
        seed=request.seed,
        timeout_s=request.timeout_s * DATA_SHARE_OF_TIME,
        keys=settings.secrets,
        deadline=deadline,
    )
    return provider_of(request.data, options)


def warmup_bars(spec: StrategySpec) -> int:
    """Bars to load before the window: ten of the longest look-back, at least 250."""
    longest, farthest = 1, 1
    for plan in (run_spec.plan for run_spec in spec.runs):
        words = words_of(plan.needed_symbols)
        lookbacks = [parse_condition(text, words).lookback for text in plan.conditions]
        lookbacks += [parse(text, words).lookback for text in plan.scores]
        lookbacks += [distance.atr_length + 1 for distance in plan.distances]
        if isinstance(plan, WeightPlan):
            lookbacks.append(plan.volatility_bars + 1)
        if isinstance(plan, CodePlan):  # a long stretch that code looks back over needs no ten of its own to settle
            lookbacks.append(min(plan.lookback_bars, MOST_CODE_LOOKBACK))
            farthest = max(farthest, plan.lookback_bars + LEAST_WARMUP_BARS)
        longest = max([longest, *lookbacks])
    return max(LEAST_WARMUP_BARS, WARMUP_LOOKBACKS * longest, farthest)


def data_row(series: Series) -> DataRow:
    """What the report says about a symbol's bars."""
    origin = series.provenance
    rejections = tuple(str(finding) for finding in series.findings if finding.severity is Severity.REJECT)
    return DataRow(
        symbol=origin.symbol,
        provider=origin.provider,
        first=_day(origin.first),
        last=_day(origin.last),
        bars=origin.bars,
        warmup_bars=origin.warmup_bars,
        price_mode=origin.price_mode.value,
        synthetic=origin.synthetic,
        sha256=origin.sha256,
        warnings=tuple(text for text in origin.warnings if text not in rejections),
        source=origin.source,
        fetched_at=None if origin.fetched_at is None else _day(origin.fetched_at),
        currency=origin.currency,
        rejections=rejections,
    )


def _day(moment: object) -> str:
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return str(moment)
