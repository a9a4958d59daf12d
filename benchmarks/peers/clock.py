"""What the contenders' scripts share: the bars they are given, and how they are timed. numpy only."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

FAST, SLOW = 50, 200
CAPITAL, COMMISSION = 10_000.0, 0.001
STOP, TARGET = 0.05, 0.10
TOP, MONTHS_BACK = 50, 252


def columns(folder: str) -> dict[str, np.ndarray]:
    """The bars: open, high, low, close, volume, and days counted from 1970."""
    return {path.stem: np.load(path) for path in Path(folder).glob("*.npy")}


def pairs() -> list[tuple[int, int]]:
    """A thousand pairs of lengths."""
    return [(fast, slow) for fast in range(5, 30) for slow in range(40, 240, 5)]


def peak_mb() -> float:
    """The most memory this process has had, in MB; 0 where the system does not say."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))


def measure(work: Callable[[], float | list[float]]) -> None:
    """Runs the work so many times as asked, once more before, and prints what it took and gave as JSON."""
    rounds = int(sys.argv[3])
    equity = work()
    took = []
    for _ in range(rounds):
        started = time.perf_counter()
        equity = work()
        took.append(time.perf_counter() - started)
    print(json.dumps({"seconds": took, "equity": equity, "peak_mb": peak_mb()}))
