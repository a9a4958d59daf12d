"""What a run is measured with: the same orders without costs, the cost that would eat the gain, buy and hold."""

from bgagent.artifacts.attempts import StrategySource
from bgagent.engine.backtest import buy_and_hold, replay
from bgagent.engine.plan import Account, Costs
from bgagent.engine.result import BacktestResult
from bgagent.engine.robustness import break_even_cost_bps
from bgagent.reporting.runs import FinishedRun

FREE = Costs(slippage_bps=0.0)


def finish(label: str, source: StrategySource, result: BacktestResult, *, notes: tuple[str, ...] = ()) -> FinishedRun:
    """The run with its yardsticks; the benchmark is buy and hold of its own symbol."""
    free = with_costs(result, FREE)
    break_even = None
    if result.fills:
        break_even = break_even_cost_bps(
            lambda costs: (free if costs == FREE else with_costs(result, costs)).final_equity,
            result.account.initial_capital,
        )
    return FinishedRun(
        label=label,
        source=source,
        result=result,
        benchmark=buy_and_hold(result.bars, first=result.first, account=result.account),
        benchmark_label=f"Buy and hold {result.bars.symbol}",
        without_costs=free,
        break_even_cost_bps=break_even,
        notes=notes,
    )


def with_costs(result: BacktestResult, costs: Costs) -> BacktestResult:
    """The run's orders filled again at other costs."""
    account = Account(result.account.initial_capital, costs)
    return replay(result.orders, result.bars, first=result.first, account=account)
