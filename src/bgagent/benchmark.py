"""What a run is held against: the same money, put in at the first open and held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bgagent.artifacts.spec import StrategySpec
from bgagent.bars import Bars, Floats
from bgagent.data.series import Series
from bgagent.engine.backtest import buy_and_hold
from bgagent.engine.orders import Action, Order, pack_orders
from bgagent.engine.plan import Account, PaymentPlan, Plan, SizeKind, Sizing, WeightPlan
from bgagent.engine.portfolio import replay_portfolio
from bgagent.engine.result import BacktestResult
from bgagent.engine.timeline import join
from bgagent.implementation.trial import Trial

MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Basket:
    """What is held instead: symbols and the share of the money that each gets."""

    symbols: tuple[str, ...]
    shares: tuple[float, ...]


def benchmark_of(trial: Trial, series: Mapping[str, Series], spec: StrategySpec) -> tuple[BacktestResult, str]:
    """The benchmark of a run, on the run's bars, and how it is called.

    What the sentence names, else what the run trades in equal parts; of payments all of their money at once, on the
    first day. series: by symbol, the benchmark's among them.
    """
    basket = _basket(trial.plan, spec.benchmark)
    money = trial.result.contributed if trial.result is not None else spec.initial_capital
    account = replace(spec.account, initial_capital=money)
    if trial.timeline is None and len(basket.symbols) == 1:
        held = series[basket.symbols[0]]
        result = buy_and_hold(held.bars, first=held.warmup_bars, account=account)
    else:
        result = hold(basket, [series[symbol] for symbol in basket.symbols], account)
    return aligned(result, trial), _label(basket, has_payments=isinstance(trial.plan, PaymentPlan))


def _basket(plan: Plan, named: str | None) -> Basket:
    if named is not None:
        return Basket((named,), (1.0,))
    match plan:
        case PaymentPlan():
            return Basket(plan.symbols, plan.shares)
        case WeightPlan():
            symbols = plan.symbols  # what takes the rest is a refuge, and not what was chosen from
        case _:
            symbols = plan.held_symbols
    return Basket(symbols, (1.0 / len(symbols),) * len(symbols))


def hold(basket: Basket, held: Sequence[Series], account: Account) -> BacktestResult:
    """The shares of the capital into the symbols at their first opens of the window, held to the end."""
    bars = tuple(each.bars for each in held)
    first_on = min(each.bars.sessions[each.warmup_bars] for each in held).item()
    first = join(bars, first_on=first_on).first
    orders = [
        Order(
            first - 1,
            Action.ENTER_LONG,
            sizing=Sizing(SizeKind.CASH, account.initial_capital * share),
            symbol=place,
        )
        for place, share in enumerate(basket.shares)
        if account.initial_capital > 0
    ]
    return replay_portfolio(pack_orders(orders), bars, first_on=first_on, account=account)


def _label(basket: Basket, *, has_payments: bool) -> str:
    count = len(basket.symbols)
    are_equal = np.ptp(basket.shares) < 1e-9
    if are_equal or count > MOST_NAMED:
        names = ", ".join(basket.symbols) if count <= MOST_NAMED else f"{count} symbols"
    else:
        parts = zip(basket.symbols, basket.shares, strict=True)
        names = ", ".join(f"{symbol} {share * 100:g}%" for symbol, share in parts)
    if has_payments:
        return f"lump sum into {names}"
    return f"buy and hold {names}" if count == 1 else f"buy and hold equal parts of {names}"


def aligned(benchmark: BacktestResult, run: Trial | BacktestResult) -> BacktestResult:
    """The benchmark on the bars of the run: on a bar that it does not have it stands where it stood last."""
    if np.array_equal(benchmark.bars.times[benchmark.first :], run.bars.times[run.first :]):
        return benchmark
    own, wanted = benchmark.bars.times[benchmark.first :], run.bars.times[run.first :]
    last = np.searchsorted(own, wanted, side="right")  # 0: before its first bar
    capital = benchmark.account.initial_capital

    def stood(values: Floats, before: float) -> Floats:
        return np.concatenate(([before], values))[last]

    equity = stood(benchmark.equity[1:], capital)
    return replace(
        benchmark,
        bars=_on_bars_of(run.bars, benchmark.bars.symbol),
        first=run.first,
        equity=np.concatenate(([capital], equity)),
        cash=stood(benchmark.cash, capital),
        quantity=stood(benchmark.is_invested.astype(np.float64) if benchmark.universe else benchmark.quantity, 0.0),
        trades=tuple(replace(trade, entry_bar=run.first, exit_bar=None) for trade in benchmark.trades),
        universe=(),
    )


def _on_bars_of(bars: Bars, symbol: str) -> Bars:
    """Bars whose days are what is read of them: the benchmark's own prices stay in its equity."""
    return replace(bars, symbol=symbol)
