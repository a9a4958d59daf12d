"""Bars, specs and trials for the tests of the critic: a market made by hand, the real sandbox, the real engine."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from bgagent.artifacts.attempts import StrategySource
from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.bars import Bars, daily_bars
from bgagent.data.series import PriceMode, Provenance, Series
from bgagent.engine.plan import Costs, Distance, DistanceKind, Rule, RulePlan
from bgagent.implementation.template import render
from bgagent.implementation.trial import Trial
from bgagent.implementation.trying import Stage, try_source
from bgagent.periods import Period, Timeframe, Trading
from bgagent.sandbox.host import propose

WARMUP = 60
WINDOW = 120


def wavy_bars(*, seed: int = 3, count: int = WARMUP + WINDOW) -> Bars:
    """Weekdays from 2 January 2023 on; a slow wave with noise, so that short averages cross again and again."""
    random = np.random.default_rng(seed)
    days = np.arange(np.datetime64("2023-01-02"), np.datetime64("2023-01-02") + 2 * count)
    days = days[(days.astype("datetime64[D]").view("int64") - 4) % 7 < 5][:count]  # 1970-01-01 was a Thursday
    middle = 100 + 12 * np.sin(np.arange(count) / 4) + random.normal(0, 1.0, count).cumsum()
    close = np.maximum(middle, 20)
    opens = np.maximum(close + random.normal(0, 0.8, count), 15)
    high = np.maximum(opens, close) + random.uniform(0.1, 1.5, count)
    low = np.minimum(opens, close) - random.uniform(0.1, 1.5, count)
    volume = random.uniform(1e5, 2e5, count)
    return daily_bars("WAVY", days, {"open": opens, "high": high, "low": low, "close": close, "volume": volume})


def series_of(bars: Bars, *, warmup: int = WARMUP) -> Series:
    """The bars as a provider would have given them."""
    first, last = bars.sessions[warmup].item(), bars.sessions[-1].item()
    origin = Provenance(
        symbol=bars.symbol,
        provider="test",
        first=first,
        last=last,
        bars=len(bars) - warmup,
        warmup_bars=warmup,
        price_mode=PriceMode.TOTAL_RETURN,
        synthetic=True,
        sha256="0" * 64,
        source="made by hand",
        fetched_at=datetime(2024, 1, 1, tzinfo=UTC),
        currency="USD",
        warnings=(),
    )
    return Series(bars, warmup, Trading.WEEKDAYS, origin)


CROSSOVER = RulePlan(
    "WAVY",
    entry=Rule("crosses_above(sma(close, 5), sma(close, 15))"),
    exit=Rule("crosses_below(sma(close, 5), sma(close, 15))"),
    stop_loss=Distance(DistanceKind.FRACTION, 0.05),
    take_profit=Distance(DistanceKind.FRACTION, 0.2),
)


def spec_of(plan: RulePlan = CROSSOVER, bars: Bars | None = None, **changes: Any) -> StrategySpec:
    """A spec of one run over the window of the wavy bars."""
    bars = bars or wavy_bars()
    period = Period(bars.sessions[WARMUP].item(), bars.sessions[-1].item())
    run = RunSpec("test", plan)
    spec = StrategySpec("a test", (run,), period, Timeframe.DAY, 10_000.0, "USD", Costs())
    return replace(spec, **changes)


def tried(text: str | None = None, *, plan: RulePlan = CROSSOVER, spec: StrategySpec | None = None) -> Trial:
    """A source tried on the wavy bars in the real sandbox; the plan's own rendering when no text is given."""
    series = series_of(wavy_bars())
    spec = spec or spec_of(plan)
    run = spec.runs[0]
    source = StrategySource(run.label, text or render(spec, run), "template")

    def proposed(code: StrategySource, on: Stage, blocks: Any, variant: int) -> Any:
        return propose(
            code.text,
            on.bars,
            first=on.first,
            account=spec.account,
            blocks=blocks,
            variant=variant,
            producer="template",
        )

    return try_source(spec, run, {series.bars.symbol: series}, source, propose=proposed)
