"""Small markets, and strategies run in the sandbox with or without its layers."""

import numpy as np

from bgagent.artifacts.attempts import RunFailure
from bgagent.bars import Bars, daily_bars
from bgagent.engine.plan import Account
from bgagent.sandbox.conversation import Proposal, Task
from bgagent.sandbox.host import propose, run_task
from bgagent.sandbox.isolation import LAYERS
from bgagent.sandbox.limits import Limits
from bgagent.sandbox.static_check import Checked

ACCOUNT = Account(10_000.0)
FIRST = 30


def make_bars(count: int = 60, *, seed: int = 1) -> Bars:
    """A random walk from 100, on weekdays from 2024 on."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, count)))
    opened = np.concatenate([[100.0], close[:-1]]) * np.exp(rng.normal(0, 0.004, count))
    high, low = np.maximum(opened, close) * 1.003, np.minimum(opened, close) * 0.997
    days = np.busday_offset("2024-01-01", np.arange(count), roll="forward")
    prices = {"open": opened, "high": high, "low": low, "close": close, "volume": rng.uniform(1e5, 1e6, count)}
    return daily_bars("WALK", days, prices)


def written(on_bar: str = "pass", *, init: str = "pass", on_start: str = "pass", head: str = "") -> str:
    """Source of a strategy with these bodies, one statement a line."""

    def method(name: str, body: str) -> str:
        return f"    def {name}(self):\n" + "".join(f"        {line}\n" for line in body.splitlines())

    methods = method("init", init) + method("on_start", on_start) + method("on_bar", on_bar)
    return f"{head}\nfrom bgagent.engine.strategy import Strategy\nclass S(Strategy):\n{methods}"


def run(source: str, *, count: int = 60, **options) -> Proposal | RunFailure:
    """`propose` with a short market and short limits."""
    options = {"limits": Limits(wall_s=20.0), **options}
    return propose(source, make_bars(count), first=FIRST, account=ACCOUNT, **options)


def run_unchecked(
    source: str,
    *,
    modules: tuple[str, ...] = (),
    layers: tuple[str, ...] = LAYERS,
    limits: Limits | None = None,
    **options,
) -> Proposal | RunFailure:
    """A hostile strategy `S` that the look at the source would have stopped, with the modules it dreams of at hand."""
    task = Task(source, Checked("S", modules), make_bars(), FIRST, ACCOUNT, layers=layers, **options)
    return run_task(task, lambda isolation: True, limits=limits or Limits(wall_s=20.0))
