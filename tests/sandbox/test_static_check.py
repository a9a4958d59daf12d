"""The first look at source: what is let through, and what the producer is told about the rest."""

import pytest

from bgagent.artifacts.attempts import RunFailure
from bgagent.sandbox.static_check import LARGEST_SOURCE, Checked, check_source

GOOD = '''
"""A crossover."""
import math
from dataclasses import dataclass

import numpy as np
from bgagent.engine.plan import Distance, DistanceKind
from bgagent.engine.strategy import Strategy, crossed_above


class Crossover(Strategy):
    def init(self):
        self.fast = self.indicator("sma(close, 50)")
        self.slow = self.indicator("sma(close, 200)")

    def on_bar(self):
        if self.position.is_flat and crossed_above(self.fast, self.slow):
            self.buy(stop_loss=0.05)
'''


def strategy(body: str, *, head: str = "") -> str:
    start = "from bgagent.engine.strategy import Strategy\nclass S(Strategy):\n    def on_bar(self):\n"
    return f"{head}\n{start}        {body}\n"


def test_an_ordinary_strategy_passes_and_names_what_it_needs():
    assert check_source(GOOD) == Checked(
        "Crossover", ("bgagent.engine.plan", "bgagent.engine.strategy", "dataclasses", "math", "numpy")
    )


@pytest.mark.parametrize(
    ("source", "needed"),
    [
        (strategy("np.random.default_rng(1)", head="import numpy as np"), "numpy.random"),
        (strategy("fft.rfft(self.close)", head="from numpy import fft"), "numpy.fft"),
        (strategy("datetime.strptime('2024', '%Y')", head="from datetime import datetime"), "_strptime"),
    ],
)
def test_what_is_loaded_on_first_use_is_loaded_before_the_seal(source, needed):
    checked = check_source(source)
    assert isinstance(checked, Checked)
    assert needed in checked.modules


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        (strategy("pass", head="import os"), 1, "os cannot be imported"),
        (strategy("pass", head="import numpy, socket"), 1, "socket cannot be imported"),
        (strategy("import subprocess"), 5, "subprocess cannot be imported"),
        (strategy("pass", head="from . import x"), 1, ". cannot be imported"),
        (strategy("pass", head="import bgagent.data.yahoo"), 1, "bgagent.data.yahoo is not for strategies"),
        (strategy("pass", head="from bgagent import engine"), 1, "bgagent is not for strategies"),
        (strategy("open('/etc/passwd')"), 5, "open() is refused"),
        (strategy("f = eval"), 5, "eval() is refused"),
        (strategy("__import__('os')"), 5, "__import__() is refused"),
        (strategy("().__class__.__subclasses__()"), 5, ".__class__ is refused"),
        (strategy("pass", head="import numpy.f2py"), 1, "numpy.f2py cannot be imported"),
        (strategy("np.load('x')", head="import numpy as np"), 5, "np.load is refused"),
        (strategy("datetime.now()", head="from datetime import datetime"), 5, "reads the clock"),
        (strategy("datetime.date.today()", head="import datetime"), 5, "reads the clock"),
        (strategy("self.indicator('sma(close')"), 5, "cannot be read"),
        (strategy("self.indicator('future(close, 1)')"), 5, "cannot be read"),
        ("x = 1", 1, "exactly one subclass of Strategy is needed, found none"),
        (strategy("pass") + "class T(S):\n    pass\n", 6, "found S, T"),
        ("from bgagent.engine.strategy import Strategy\nclass S(Strategy):\n    pass\n", 2, "can never trade"),
        ("class S(Strategy):\n    def on_bar(self):\n        return (1\n", 3, "'(' was never closed"),
    ],
)
def test_a_finding_names_the_line_and_the_reason(source, line, words):
    failure = check_source(source)
    assert isinstance(failure, RunFailure)
    assert failure.kind == "static"
    assert f"line {line}: " in failure.detail
    assert words in failure.detail
    assert "\n" not in failure.detail


def test_many_findings_are_all_in_the_log_and_counted_in_the_detail():
    failure = check_source(strategy("pass", head="import os\nimport sys\nimport socket\nimport ctypes\nimport json"))
    assert isinstance(failure, RunFailure)
    assert failure.detail.endswith("(and 2 more)")
    assert len(failure.log.splitlines()) == 5


def test_a_strategy_may_use_the_names_of_columns_for_itself():
    assert isinstance(check_source(strategy("open, high = self.open[-1], self.high[-1]; open > high")), Checked)


@pytest.mark.parametrize(
    "source",
    [
        "x" * (LARGEST_SOURCE + 1),
        "(" * 50_000,
        "-" * 150_000 + "1",
        "x = " + "+".join("1" for _ in range(60_000)),
        "\0",
        "\ud800",
        "a" + ".a" * 90_000,
    ],
)
def test_source_made_to_break_the_parser_is_a_finding(source):
    failure = check_source(source)
    assert isinstance(failure, RunFailure)
    assert failure.kind == "static"
