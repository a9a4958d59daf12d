"""Reports for the tests of the renderings: an average cross on a random walk, reckoned here without the engine."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np

from bgagent.artifacts.attempts import Attempt, Check, CheckStatus, Critique, StrategySource
from bgagent.artifacts.breakdown import Comparison, MonthRow, Replay, YearRow
from bgagent.artifacts.clauses import Assumption, Clause, ClauseStatus
from bgagent.artifacts.report import Benchmark, Curve, DataRow, Metrics, Overlay, Report, RunRow, Telemetry, TradeRow
from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import RunSpec, StrategySpec, Understood
from bgagent.engine.plan import Costs, Distance, DistanceKind, Rule, RulePlan
from bgagent.periods import Period, Timeframe
from bgagent.reporting.breakdown import return_bins
from bgagent.reporting.compose import attempt_rows, understood_row
from bgagent.reporting.definitions import definitions_for
from bgagent.reporting.rerun import rerun_command
from bgagent.reporting.runs import files_in, folders_for
from bgagent.reporting.verdict import judge

SENTENCE = "Backtest AAPL 50/200 MA crossover in 2024 with $25K, stop 8%"
WARM_UP = 60
SOURCE = '''"""AAPL: buy when SMA 50 crosses above SMA 200."""

from bgagent.engine.strategy import Strategy, crossed_above, crossed_below


class Crossover(Strategy):
    def init(self):
        self.fast = self.indicator("sma(close, 50)")
        self.slow = self.indicator("sma(close, 200)")

    def on_bar(self):
        if self.position.is_open and crossed_below(self.fast, self.slow):
            self.exit()
        elif self.position.is_flat and crossed_above(self.fast, self.slow):
            self.buy(stop_loss=0.08)
'''

REQUEST = Request("20241123-aapl-50-200", SENTENCE, datetime(2026, 11, 23, 21, 30, tzinfo=UTC), data="demo", seed=7)
PLAN = RulePlan(
    "AAPL",
    entry=Rule(when="crosses_above(sma(close, 50), sma(close, 200))"),
    exit=Rule(when="crosses_below(sma(close, 50), sma(close, 200))"),
    stop_loss=Distance(DistanceKind.FRACTION, 0.08),
)
SPEC = StrategySpec(
    summary="Buy AAPL with all equity when its 50-day average crosses above its 200-day average; sell when it crosses "
    "below, or 8% under the entry; 2024, daily bars, 25,000 USD.",
    runs=(RunSpec("50/200 crossover", PLAN),),
    period=Period(date(2024, 1, 1), date(2024, 12, 31)),
    timeframe=Timeframe.DAY,
    initial_capital=25_000.0,
    currency="USD",
    costs=Costs(),
)
UNDERSTOOD = Understood(
    SPEC,
    clauses=(
        Clause("AAPL", (9, 13), ClauseStatus.STATED, "symbols", "AAPL", "every order is for AAPL"),
        Clause("50/200 MA crossover", (14, 33), ClauseStatus.STATED, "rules.entry", "SMA 50 crosses above SMA 200"),
        Clause("in 2024", (34, 41), ClauseStatus.STATED, "period", "2024-01-01 to 2024-12-31", "first fill 2024-02-01"),
        Clause("with $25K", (42, 51), ClauseStatus.STATED, "initial_capital", "25,000 USD", "first bar opens with it"),
        Clause("stop 8%", (53, 60), ClauseStatus.STATED, "rules.stop_loss", "8% under the entry"),
    ),
    assumptions=(
        Assumption("timeframe", "1d", "the sentence names no bar length"),
        Assumption("average", "simple", "a moving average without a kind is simple"),
        Assumption("costs.slippage_bps", "5", "default, on market and stop fills"),
        Assumption("benchmark", "buy and hold AAPL", "no other was named"),
    ),
)
CHECKS = (
    Check("static", CheckStatus.PASS, "allowed imports and calls only, 16 lines", {}),
    Check("lookahead", CheckStatus.PASS, "the same orders with the future cut off at 25 bars", {"cuts": 25.0}),
    Check("books", CheckStatus.PASS, "cash and positions make the equity on every bar", {"largest gap": 3.6e-16}),
    Check("traded", CheckStatus.PASS, "it traded", {}),
    Check("data", CheckStatus.WARN, "2 sessions moved more than 20%: 2024-03-04, 2024-08-05", {"warnings": 1.0}),
)
ATTEMPT = Attempt(1, (StrategySource("50/200 crossover", SOURCE, "template"),), Critique(CHECKS))
TELEMETRY = Telemetry(
    model=None,
    model_calls=0,
    tokens_in=0,
    tokens_out=0,
    cost_usd=None,
    attempts=1,
    time_to_report_s=1.31,
    phases={"understanding": 0.08, "data": 0.12, "implementation": 0.74, "reporting": 0.21},
    isolation=("static check", "own process group", "seccomp", "limits"),
    versions={"bgagent": "0.1.0", "python": "3.11.7", "numpy": "2.3.5", "ta-lib": "0.8.2"},
)
DATA = DataRow(
    symbol="AAPL",
    provider="synthetic",
    first="2024-01-02",
    last="2024-12-31",
    bars=252,
    warmup_bars=500,
    price_mode="total_return",
    synthetic=True,
    sha256="9f2c1c7d" * 8,
    warnings=("2 sessions moved more than 20%: 2024-03-04, 2024-08-05",),
    source="seed 7",
    currency="USD",
)


def sessions(count: int, start: str = "2024-01-02") -> tuple[str, ...]:
    """ISO dates of weekdays."""
    days = np.busday_offset(start, np.arange(count), roll="forward")
    return tuple(np.datetime_as_string(days, unit="D").tolist())


def make_run(
    *,
    label: str = "50/200 crossover",
    bars: int = 252,
    fast: int = 10,
    slow: int = 30,
    seed: int = 7,
    folder: str = "job",
    trading: bool = True,
) -> tuple[RunRow, Curve]:
    """A cross of two averages with an 8% stop, traded at closes: figures of the right size and shape."""
    noise = np.random.default_rng(seed).normal(0.0004, 0.017, bars + WARM_UP)
    every = 180.0 * np.exp(np.cumsum(noise))
    closes, at = every[WARM_UP:], sessions(bars)
    gap = np.array([every[i - fast : i].mean() - every[i - slow : i].mean() for i in range(WARM_UP, bars + WARM_UP)])
    trades: list[TradeRow] = []
    equity, cash, quantity, entry = [], 25_000.0, 0.0, 0
    for bar, close in enumerate(closes):
        if trading and bar and not quantity and gap[bar] > 0 >= gap[bar - 1]:
            quantity, cash, entry = cash / close, 0.0, bar
        elif quantity and (stopped := close < closes[entry] * 0.92) | (gap[bar] < 0):
            cash = quantity * close
            trades.append(_trade(at, closes, entry, bar, quantity, "stop_loss" if stopped else "rule"))
            quantity = 0.0
        equity.append(cash + quantity * close)
    if quantity:
        trades.append(_trade(at, closes, entry, None, quantity, "end_open"))
    worth = np.array(equity)
    held = 25_000.0 * closes / closes[0]
    peaks = np.maximum.accumulate(np.maximum(worth, 25_000.0))
    row = RunRow(
        label=label,
        metrics=make_metrics(worth, trades, at),
        benchmark=Benchmark("buy and hold AAPL", make_metrics(held, [], at), float(held[-1]), 1),
        final_equity=float(worth[-1]),
        trades=tuple(trades),
        files=files_in(folder, closed=sum(trade.exit_at is not None for trade in trades)),
        metrics_without_costs=make_metrics(worth * np.linspace(1.0, 1.004, bars), trades, at),
        break_even_cost_bps=213.4567 if trades else None,
        notes=("The 10-day average was already above the 30-day one on 2024-01-02, so the run started flat.",),
        sha256_strategy="ab" * 32,
        open_trades=sum(trade.exit_at is None for trade in trades),
        cut_orders=2,
        bars_per_year=252.0,
        source=SOURCE,
        **(make_breakdown(worth, held, trades, at) if trades else {}),
    )
    held_value = [value - money for value, money in zip(equity, [0.0] * bars, strict=True)]
    curve = Curve(
        at=at,
        equity=tuple(equity),
        cash=(0.0,) * bars,
        position_value=tuple(held_value),
        benchmark=tuple(held.tolist()),
        drawdown=tuple((worth / peaks - 1).tolist()),
        closes={"AAPL": tuple(closes.tolist())},
        initial_capital=25_000.0,
        opens=tuple((closes * 0.999).tolist()),
        highs=tuple((closes * 1.006).tolist()),
        lows=tuple((closes * 0.993).tolist()),
        overlays=tuple(
            Overlay(
                f"sma(close, {length})",
                0,
                tuple(every[bar - length : bar].mean() for bar in range(WARM_UP, bars + WARM_UP)),
            )
            for length in (fast, slow)
        ),
        stops=tuple(((at.index(trade.entry_at), trade.stop_loss),) for trade in trades),
    )
    return row, curve


def make_breakdown(worth: np.ndarray, held: np.ndarray, trades: list[TradeRow], at: tuple[str, ...]) -> dict:
    """Months, years, costs and delays that go with an equity curve."""

    def by(length):
        ends = {stamp[:length]: bar for bar, stamp in enumerate(at)}
        bars = [0, *ends.values()]
        return {name: (start, end) for name, start, end in zip(ends, bars[:-1], bars[1:], strict=True)}

    def step(factor, late, share):
        total = float(worth[-1] * share / 25_000 - 1)
        return Replay(factor, late, float(worth[-1] * share), total, total * 0.9, 1.1 * share, -0.12, 41.5 * factor, 5)

    return {
        "costs_ladder": tuple(step(factor, 0, 1.004 - 0.004 * factor) for factor in (0.0, 1.0, 2.0, 5.0)),
        "late_fills": tuple(step(1.0, late, 1.0 - 0.01 * late) for late in (1, 2)),
        "months": tuple(MonthRow(name, float(worth[b] / worth[a] - 1)) for name, (a, b) in by(7).items()),
        "years": tuple(
            YearRow(int(name), float(worth[b] / worth[a] - 1), float(held[b] / held[a] - 1), -0.0871, 0.5432, 3)
            for name, (a, b) in by(4).items()
        ),
        "equity_sample": (25_000.0, *(float(value) for value in worth[:: max(1, len(worth) // 20)])),
        "trade_returns": return_bins([trade.return_ for trade in trades if trade.exit_at is not None]),
    }


def _trade(at, closes, entry, leave, quantity, reason) -> TradeRow:
    last = len(closes) - 1 if leave is None else leave
    profit = float(quantity * (closes[last] - closes[entry]))
    return TradeRow(
        symbol="AAPL",
        direction="long",
        quantity=float(quantity),
        entry_at=at[entry],
        entry_price=float(closes[entry]),
        exit_at=None if leave is None else at[leave],
        exit_price=None if leave is None else float(closes[leave]),
        exit_reason=reason,
        profit=profit,
        return_=float(closes[last] / closes[entry] - 1),
        costs=float(quantity * closes[entry] * 0.0005),
        bars_held=last - entry,
        stop_loss=float(closes[entry] * 0.92),
    )


def make_metrics(equity: np.ndarray, trades: list[TradeRow], at: tuple[str, ...]) -> Metrics:
    """Every key of the report's metrics, undefined where there is nothing to reckon from."""
    returns = np.diff(equity) / equity[:-1]
    moved = len(equity) > 2 and bool(np.ptp(equity))
    drop = equity / np.maximum.accumulate(equity) - 1
    closed = [trade.return_ for trade in trades if trade.exit_at is not None]
    wins, losses = [r for r in closed if r > 0], [r for r in closed if r <= 0]
    mean = lambda values: float(np.mean(values)) if values else None  # noqa: E731
    return {
        "total_return": float(equity[-1] / 25_000 - 1),
        "cagr": float((equity[-1] / 25_000) ** (365.25 / 365) - 1),
        "volatility": float(returns.std(ddof=1) * 252**0.5) if moved else None,
        "sharpe": float(returns.mean() / returns.std(ddof=1) * 252**0.5) if moved else None,
        "sortino": 1.2345 if moved else None,
        "max_drawdown": float(drop.min()),
        "max_drawdown_days": 87 if moved else 0,
        "calmar": float(equity[-1] / 25_000 - 1) / -float(drop.min()) if drop.min() else None,
        "exposure": 0.5432 if trades else 0.0,
        "turnover": 3.2109 if trades else 0.0,
        "costs": float(sum(trade.costs for trade in trades)),
        "trades": len(closed),
        "win_rate": len(wins) / len(closed) if closed else None,
        "profit_factor": sum(wins) / -sum(losses) if wins and losses else None,
        "expectancy": mean(closed),
        "avg_win": mean(wins),
        "avg_loss": mean(losses),
        "best_trade": max(closed, default=None),
        "worst_trade": min(closed, default=None),
        "avg_bars_held": mean([trade.bars_held for trade in trades]),
        "longest_losing_run": 3 if losses else 0,
        "max_drawdown_from": at[3] if moved else None,
        "max_drawdown_to": at[int(drop.argmin())] if moved else None,
        "alpha": 0.0312 if moved else None,
        "beta": 0.4821 if moved else None,
        "correlation": 0.6612 if moved else None,
        "var_95": -0.0213 if moved else None,
        "cvar_95": -0.0311 if moved else None,
        "psr": 0.8123 if moved else None,
        "dsr": None,
    }


def make_report(*runs: RunRow, data: DataRow = DATA, checks: tuple[Check, ...] = CHECKS) -> Report:
    """A report of these runs, judged as a real one is."""
    judgement = judge(checks, (data,))
    return Report(
        schema_version=1,
        job_id=REQUEST.job_id,
        status="succeeded",
        exit_code=0,
        verdict=judgement.verdict.value,
        prompt=REQUEST.prompt,
        understood=understood_row(UNDERSTOOD),
        clauses=UNDERSTOOD.clauses,
        assumptions=UNDERSTOOD.assumptions,
        data=(data,),
        runs=runs,
        checks=checks,
        telemetry=TELEMETRY,
        error=None,
        verdict_reasons=judgement.reasons,
        as_of="2026-11-23T21:30:00Z",
        attempts=attempt_rows((ATTEMPT,)),
        rerun=rerun_command(REQUEST),
        definitions=definitions_for(runs),
        comparison_chart=f"{REQUEST.job_id}/comparison.svg" if len(runs) > 1 else "",
        comparison=make_comparison(runs) if len(runs) > 1 else None,
    )


def make_comparison(runs: tuple[RunRow, ...]) -> Comparison:
    """The first run wins everything, and all are half alike."""
    count = len(runs)
    alike = tuple(tuple(1.0 if one == other else 0.5123 for other in range(count)) for one in range(count))
    labels = tuple(run.label for run in runs)
    return Comparison(labels, alike, dict.fromkeys(("total_return", "max_drawdown"), labels[0]))


def crossover() -> tuple[Report, list[Curve]]:
    """One run with trades, on synthetic prices."""
    run, curve = make_run(folder=REQUEST.job_id)
    return make_report(run), [curve]


def no_trades() -> tuple[Report, list[Curve]]:
    """One run whose rules never came true, on real-looking prices."""
    run, curve = make_run(folder=REQUEST.job_id, trading=False)
    account = "the entry was true on 0 of 252 bars; nearest: 2024-05-03, 1.2% short of the cross"
    checks = (*CHECKS[:3], Check("traded", CheckStatus.WARN, account, {"bars true": 0.0}))
    data = replace(DATA, synthetic=False, provider="folder", source="AAPL.csv.gz", warnings=())
    return make_report(run, data=data, checks=checks), [curve]


def comparison() -> tuple[Report, list[Curve]]:
    """Two runs beside each other."""
    labels = ("10/30 crossover", "20/60 crossover")
    folders = folders_for(labels, REQUEST.job_id)
    pairs = [
        make_run(label=label, fast=fast, slow=slow, folder=folder)
        for label, folder, (fast, slow) in zip(labels, folders, ((10, 30), (20, 60)), strict=True)
    ]
    return make_report(*(run for run, _ in pairs)), [curve for _, curve in pairs]
