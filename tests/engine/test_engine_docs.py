"""The strategy that the documentation shows runs and trades."""

import re
from dataclasses import replace
from pathlib import Path

from bgagent.engine.backtest import replay, run_strategy
from bgagent.engine.portfolio import replay_portfolio
from bgagent.engine.portfolio_strategy import run_portfolio_strategy
from bgagent.engine.strategy import Strategy
from tests.engine.hand_bars import account
from tests.engine.price_samples import random_bars

PAGE = Path(__file__).parents[2] / "docs/engine.md"


def shown(name: str) -> type[Strategy]:
    """A class of the page, run as it stands there."""
    namespace: dict[str, type] = {}
    for source in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.S):
        exec(source, namespace)
    return namespace[name]


def test_the_example_runs_and_its_orders_replay():
    bars = random_bars(11, 400)
    result = run_strategy(shown("Pullback"), bars, first=60, account=account())
    assert len(result.trades) > 5
    assert {str(trade.exit_reason) for trade in result.trades} >= {"rule", "stop_loss"}
    assert replay(result.orders, bars, first=60, account=account()).trades == result.trades


def test_the_example_of_several_symbols_runs_and_its_orders_replay():
    universe = [replace(random_bars(seed, 400), symbol=symbol) for seed, symbol in ((1, "A"), (2, "B"), (3, "C"))]
    first_on = universe[0].sessions[60].item()
    result = run_portfolio_strategy(shown("Rotation"), universe, first_on=first_on, account=account())
    assert {fill.symbol for fill in result.fills} == {"A", "B", "C"}
    assert {str(trade.exit_reason) for trade in result.trades} >= {"rebalance", "time"}
    assert replay_portfolio(result.orders, universe, first_on=first_on, account=account()).trades == result.trades
