"""The interface that a model is told is the interface that there is."""

import ast
import inspect
import re

from bgagent.engine.strategy import Market, Position, Strategy
from bgagent.engine.trading import Trading
from bgagent.implementation.strategy_api import strategy_api


def test_every_public_name_is_told():
    told = strategy_api(of_several=True)
    for kind in (Strategy, Trading, Market, Position):
        for name, member in vars(kind).items():
            if not name.startswith("_"):
                written = rf"^{name}\(" if inspect.isfunction(member) else rf"^properties: .*\b{name}\b"
                assert re.search(written, told, re.MULTILINE), name


def test_what_only_several_symbols_have_is_told_where_there_are_several():
    told, alone = strategy_api(of_several=True), strategy_api()
    assert "rebalance(weights, " in told
    assert "trades_next (" in told
    assert "rebalance(" not in alone
    assert "Market" not in alone


def test_arguments_are_those_of_the_code():
    told = strategy_api()
    assert "buy(size=None, *, limit=None, stop=None, stop_loss=None, take_profit=None" in told
    assert "sell_short(as buy):" in told
    assert "exit(reason='rule', lot=None, side=None, *, quantity=None, fraction=None):" in told


def test_what_docstrings_say_is_told_and_types_are_not():
    told = strategy_api()
    assert "good_for_bars: how long a limit or stop order waits" in told
    assert "->" not in told
    assert "Raises" not in told
    assert not any(line.strip().startswith('"""') for line in told.splitlines())


def test_each_call_is_one_that_python_can_write():
    calls = re.findall(r"^(\w+\((?!as )[^)]*\)):", strategy_api(), re.MULTILINE)
    for call in calls:
        ast.parse(f"def {call}: pass")
    assert len(calls) > 10
