"""This package."""

import sys

import numpy as np
from clock import CAPITAL, COMMISSION, FAST, MONTHS_BACK, SLOW, STOP, TARGET, TOP, columns, measure, pairs

from bgagent.bars import Bars, daily_bars
from bgagent.engine.plan import Account, Costs, Distance, DistanceKind, Rule, RulePlan, Weighting, WeightPlan
from bgagent.periods import Timeframe

MOST_DAYS = 2_000_000  # beyond them minutes, for the calendar ends with the year 9999
ACCOUNT = Account(CAPITAL, Costs(slippage_bps=0.0, commission_bps=COMMISSION * 1e4))


def bars_of(name: str, own: dict[str, np.ndarray]) -> Bars:
    prices = {column: own[column] for column in ("open", "high", "low", "close", "volume")}
    if len(own["days"]) > MOST_DAYS:
        times = (own["days"] * 60).astype("datetime64[s]")
        return Bars(name, Timeframe.MINUTE_1, times, times.astype("datetime64[D]"), **prices)
    return daily_bars(name, own["days"].astype("datetime64[D]"), prices)


def crossover(fast: object = FAST, slow: object = SLOW, **more: object) -> RulePlan:
    lines = f"sma(close, {fast}), sma(close, {slow})"
    entry, leave = Rule(when=f"crosses_above({lines})"), Rule(when=f"crosses_below({lines})")
    return RulePlan("A", entry=entry, exit=leave, **more)  # type: ignore[arg-type]


def one(plan: RulePlan) -> None:
    from bgagent.engine.backtest import run_plan
    from bgagent.engine.metrics import measure as figures

    bars = bars_of("A", columns(sys.argv[2]))

    def work() -> float:
        result = run_plan(plan, bars, first=0, account=ACCOUNT)
        figures(result, bars_per_year=252.0)
        return result.final_equity

    measure(work)


def sweep() -> None:
    from bgagent.engine.sweep import run_variants

    bars = bars_of("A", columns(sys.argv[2]))
    plan = crossover("{fast}", "{slow}")
    variants = [{"fast": fast, "slow": slow} for fast, slow in pairs()]

    def work() -> list[float]:
        swept = run_variants(plan, bars, variants, first=0, account=ACCOUNT, bars_per_year=252.0)
        return swept.final_equity.tolist()

    measure(work)


def rotation() -> None:
    from bgagent.engine.portfolio import run_portfolio

    own = columns(sys.argv[2])
    names = [f"S{number:03d}" for number in range(own["close"].shape[0])]
    universe = [
        bars_of(name, {key: column if column.ndim == 1 else column[place] for key, column in own.items()})
        for place, name in enumerate(names)
    ]
    plan = WeightPlan(tuple(names), Weighting.RANKED, score=f"change(close, {MONTHS_BACK})", top=TOP)
    first_on = universe[0].sessions[MONTHS_BACK + 1].item()

    def work() -> float:
        return run_portfolio(plan, universe, first_on=first_on, account=ACCOUNT).final_equity

    measure(work)


def on_bar() -> None:
    from bgagent.engine.backtest import run_strategy
    from bgagent.engine.metrics import measure as figures
    from bgagent.engine.strategy import Strategy, crossed_above, crossed_below

    class Crossover(Strategy):
        def init(self) -> None:
            self.fast = self.indicator(f"sma(close, {FAST})")
            self.slow = self.indicator(f"sma(close, {SLOW})")

        def on_bar(self) -> None:
            if self.position.is_open:
                if crossed_below(self.fast, self.slow):
                    self.exit()
            elif crossed_above(self.fast, self.slow):
                self.buy(stop_loss=STOP)

    bars = bars_of("A", columns(sys.argv[2]))

    def work() -> float:
        result = run_strategy(Crossover, bars, first=0, account=ACCOUNT)
        figures(result, bars_per_year=252.0)
        return result.final_equity

    measure(work)


WORKS = {
    "crossover": lambda: one(crossover()),
    "levels": lambda: one(
        crossover(stop_loss=Distance(DistanceKind.FRACTION, STOP), take_profit=Distance(DistanceKind.FRACTION, TARGET))
    ),
    "sweep": sweep,
    "rotation": rotation,
    "on_bar": on_bar,
}

if __name__ == "__main__":
    WORKS[sys.argv[1]]()
