"""The strategy that the documentation shows runs and trades."""

import re
from pathlib import Path

from bgagent.engine.backtest import replay, run_strategy
from tests.engine.hand_bars import account
from tests.engine.price_samples import random_bars

PAGE = Path(__file__).parents[2] / "docs/engine.md"


def test_the_example_runs_and_its_orders_replay():
    (source,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.S)
    namespace: dict[str, type] = {}
    exec(source, namespace)
    bars = random_bars(11, 400)
    result = run_strategy(namespace["Pullback"], bars, first=60, account=account())
    assert len(result.trades) > 5
    assert {str(trade.exit_reason) for trade in result.trades} >= {"rule", "stop_loss"}
    assert replay(result.orders, bars, first=60, account=account()).trades == result.trades
