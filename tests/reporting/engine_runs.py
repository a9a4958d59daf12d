"""Small runs through the engine, on prices whose trades can be reckoned by hand."""

from datetime import date

import numpy as np

from bgagent.artifacts.attempts import StrategySource
from bgagent.bars import Bars, daily_bars
from bgagent.engine.backtest import buy_and_hold, replay, run_plan
from bgagent.engine.plan import Account, Costs, Rule, RulePlan
from bgagent.engine.result import BacktestResult
from bgagent.periods import Timeframe
from bgagent.reporting.runs import FinishedRun

OPENS = (90.0, 100.0, 105.0, 110.0, 120.0, 118.0)
DAYS = ("2023-12-29", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08")
FIRST = 1  # the first day is warm-up


def flat_bars(opens: tuple[float, ...] = OPENS, symbol: str = "AAPL") -> Bars:
    """Daily bars that do not move after their open."""
    price = np.array(opens)
    columns = dict.fromkeys(("open", "high", "low", "close"), price) | {"volume": np.ones(len(opens))}
    return daily_bars(symbol, np.array(DAYS[: len(opens)], dtype="datetime64[D]"), columns)


def minute_bars() -> Bars:
    """The same prices as five-minute bars of one session."""
    daily = flat_bars()
    times = np.datetime64("2024-05-02T13:30:00", "s") + np.arange(len(daily)) * np.timedelta64(300, "s")
    sessions = np.full(len(daily), np.datetime64(date(2024, 5, 2), "D"))
    columns = (daily.open, daily.high, daily.low, daily.close, daily.volume)
    return Bars("AAPL", Timeframe.MINUTE_5, times, sessions, *columns)


def run_of(
    *,
    hold_bars: int | None = 2,
    when: str | None = None,
    bars: Bars | None = None,
    costs: Costs = Costs(0.0),  # noqa: B008 - frozen
    capital: float = 1000.0,
) -> BacktestResult:
    """In at the window's first open, out `hold_bars` later; with `when`, in only where that is true."""
    bars = bars or flat_bars()
    entry = Rule(on="first_session") if when is None else Rule(when=when)
    plan = RulePlan(bars.symbol, entry=entry, hold_bars=hold_bars)
    return run_plan(plan, bars, first=FIRST, account=Account(capital, costs))


def source(label: str = "hold two days") -> StrategySource:
    """Code of a run; what it says does not matter here."""
    return StrategySource(label, "print('strategy')\n", "template")


def finish(label: str, source: StrategySource, result: BacktestResult, *, notes: tuple[str, ...] = ()) -> FinishedRun:
    """The run beside buy and hold of its symbol and beside its own orders without costs."""
    free = Account(result.account.initial_capital, Costs(0.0))
    return FinishedRun(
        label=label,
        source=source,
        result=result,
        benchmark=buy_and_hold(result.bars, first=result.first, account=result.account),
        benchmark_label=f"buy and hold {result.bars.symbol}",
        without_costs=replay(result.orders, result.bars, first=result.first, account=free),
        bars_per_year=252.0,
        notes=notes,
    )
