"""What an attempt in the sandbox costs: from the call to the orders, against starting a bare interpreter.

Floors: `python -I -c "import numpy"` for a spawned attempt of a strategy that imports only numpy, and
`python -I -S -c pass` for a forked one. All in turn within one run; the ratio of the medians is what counts.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

import numpy as np  # noqa: E402

from bgagent.artifacts.attempts import RunFailure  # noqa: E402
from bgagent.bars import daily_bars  # noqa: E402
from bgagent.engine.plan import Account  # noqa: E402
from bgagent.sandbox.host import propose  # noqa: E402
from bgagent.sandbox.runners import Runners  # noqa: E402

MOST_SPAWNED, MOST_FORKED = 1.3, 2.0
SOURCE = """
import numpy as np
from bgagent.engine.strategy import Strategy


class Quiet(Strategy):
    def on_bar(self):
        if self.position.is_flat and np.mean(self.close[-3:]) > self.close[-1]:
            self.buy()
"""


def attempt(runners: Runners | None) -> None:
    count = 40
    close = 100 + np.arange(count) % 7
    days = np.busday_offset("2024-01-01", np.arange(count), roll="forward")
    prices = {"open": close, "high": close + 1, "low": close - 1, "close": close, "volume": np.full(count, 1e6)}
    bars = daily_bars("STEPS", days, {name: column.astype(float) for name, column in prices.items()})
    outcome = propose(SOURCE, bars, first=20, account=Account(10_000.0), runners=runners)
    if isinstance(outcome, RunFailure):
        raise SystemExit(f"the attempt failed: {outcome.detail}")


def run(rounds: int) -> int:
    """Prints medians and ratios; 1 when one of them is beyond its bound."""

    def bare(*options: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-I", *options], check=True)

    with Runners() as runners:
        contenders = {
            "bare python": bare("-S", "-c", "pass"),
            "forked attempt": lambda: attempt(runners),
            "bare numpy": bare("-c", "import numpy"),
            "spawned attempt": lambda: attempt(None),
        }
        seconds: dict[str, list[float]] = {name: [] for name in contenders}
        for number in range(rounds + 1):
            for name, contender in contenders.items():
                started = time.perf_counter()
                contender()
                if number:  # the first round warms the disk's cache and starts the runner
                    seconds[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    for name, median in medians.items():
        print(f"{name:16} {median * 1e3:7.1f} ms   {min(seconds[name]) * 1e3:.1f} to {max(seconds[name]) * 1e3:.1f} ms")
    spawned = medians["spawned attempt"] / medians["bare numpy"]
    forked = medians["forked attempt"] / medians["bare python"]
    print(f"spawned / bare numpy  {spawned:.2f}, at most {MOST_SPAWNED} is wanted")
    print(f"forked / bare python  {forked:.2f}, at most {MOST_FORKED} is wanted")
    return int(spawned > MOST_SPAWNED or forked > MOST_FORKED)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="counted runs of each contender")
    sys.exit(run(parser.parse_args().rounds))
