"""Trials of several symbols: markets made by hand, orders as the plan gives them or as a wrong strategy would."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from bgagent.artifacts.attempts import StrategySource
from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.bars import Bars, daily_bars
from bgagent.engine.orders import Order, Orders, pack_orders, unpack_orders
from bgagent.engine.plan import Costs, Plan
from bgagent.engine.portfolio import run_portfolio
from bgagent.engine.result import Payment
from bgagent.implementation.template import render
from bgagent.implementation.trial import Trial
from bgagent.implementation.trying import Stage, try_source
from bgagent.periods import Period, Timeframe
from bgagent.sandbox.conversation import Proposal
from bgagent.sandbox.host import propose
from tests.implementation.trials import WARMUP, series_of

COUNT = WARMUP + 190  # three quarters in the window


def market(symbol: str, *, seed: int, drift: float = 0.0005, without: tuple[int, ...] = ()) -> Bars:
    """Weekdays from 2 January 2023 on, a random walk; without: bars that are left out."""
    random = np.random.default_rng(seed)
    days = np.busday_offset("2023-01-02", np.arange(COUNT), roll="forward")
    close = 100 * np.exp(random.normal(drift, 0.012, COUNT).cumsum())
    opens = close * np.exp(random.normal(0, 0.004, COUNT))
    columns = {
        "open": opens,
        "high": np.maximum(opens, close) * 1.006,
        "low": np.minimum(opens, close) * 0.994,
        "close": close,
        "volume": np.full(COUNT, 1e6),
    }
    kept = np.setdiff1d(np.arange(COUNT), without)
    return daily_bars(symbol, days[kept], {name: values[kept] for name, values in columns.items()})


ONE, TWO, THREE = (market(name, seed=seed) for name, seed in (("ONE", 1), ("TWO", 2), ("THREE", 3)))
MARKETS = {bars.symbol: bars for bars in (ONE, TWO, THREE)}


def spec_of(plan: Plan, *, capital: float = 10_000.0, costs: Costs = Costs()) -> StrategySpec:  # noqa: B008 - frozen
    """A spec of one run over the window of the markets."""
    period = Period(ONE.sessions[WARMUP].item(), ONE.sessions[-1].item())
    return StrategySpec("a test", (RunSpec("test", plan),), period, Timeframe.DAY, capital, "USD", costs)


Change = Callable[[list[Order]], list[Order]]


def tried(
    plan: Plan,
    *,
    capital: float = 10_000.0,
    costs: Costs = Costs(),  # noqa: B008
    change: Change = list,
    payments: Callable[[list[Payment]], list[Payment]] = list,
    markets: dict[str, Bars] = MARKETS,
) -> Trial:
    """The plan's own orders, changed as a wrong strategy would have them, filled and ready for the critic."""
    spec = spec_of(plan, capital=capital, costs=costs)
    loaded = {symbol: series_of(markets[symbol]) for symbol in plan.needed_symbols}

    def proposed(_source: Any, stage: Stage, _blocks: Any, _variant: int) -> Proposal:
        first_on = spec.period.start
        own = [markets[symbol] for symbol in plan.needed_symbols]
        result = run_portfolio(plan, own, first_on=first_on, account=spec.account)
        orders = pack_orders(change(list(unpack_orders(result.orders))))
        paid = tuple(replace(each, equity_before=float("nan")) for each in payments(list(result.payments)))
        return Proposal(orders, "", ("seccomp",), 0.1, stage.count - stage.first, paid)

    return try_source(
        spec, spec.runs[0], loaded, StrategySource("test", "class Rules:\n    pass\n", "template"), propose=proposed
    )


def with_free(trial: Trial, orders: Orders) -> Trial:
    """The trial of code that decides so when the window lies open to it."""
    return replace(trial, free=orders, again=trial.blind)


def ran(plan: Plan, text: str | None = None, *, capital: float = 10_000.0, producer: str = "template") -> Trial:
    """Code over several symbols, the plan's own rendering when no text is given, tried in the real sandbox."""
    spec = spec_of(plan, capital=capital)
    run = spec.runs[0]
    loaded = {symbol: series_of(MARKETS[symbol]) for symbol in plan.needed_symbols}

    def proposed(source: StrategySource, stage: Stage, blocks: Any, variant: int) -> Any:
        return propose(
            source.text,
            stage.bars,
            first=stage.first,
            watched=stage.watched,
            account=spec.account,
            blocks=blocks,
            variant=variant,
            producer=producer,
        )

    return try_source(spec, run, loaded, StrategySource("test", text or render(spec, run), producer), propose=proposed)
