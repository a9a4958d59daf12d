"""raptorbt: arrays of signals, filled at the next bar's open."""

import sys

import numpy as np
import raptorbt
from clock import CAPITAL, COMMISSION, FAST, SLOW, STOP, TARGET, columns, measure, pairs

OWN = columns(sys.argv[2])
PRICES = [OWN[name] for name in ("open", "high", "low", "close", "volume")]
TIMES = OWN["days"] * 86_400_000_000_000


def config() -> "raptorbt.BacktestConfig":
    return raptorbt.BacktestConfig(initial_capital=CAPITAL, fees=COMMISSION, fill_timing="next_bar_open")


def crosses(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    above, below = np.zeros(len(one), dtype=bool), np.zeros(len(one), dtype=bool)
    above[1:] = (one[1:] > other[1:]) & (one[:-1] <= other[:-1])
    below[1:] = (one[1:] < other[1:]) & (one[:-1] >= other[:-1])
    return above, below


def average(length: int) -> np.ndarray:
    return np.asarray(raptorbt.sma(OWN["close"], length))


def run(terms: "raptorbt.BacktestConfig") -> float:
    above, below = crosses(average(FAST), average(SLOW))
    return float(raptorbt.run_single_backtest(TIMES, *PRICES, above, below, config=terms).metrics.end_value)


def levels() -> float:
    terms = config()
    terms.set_fixed_stop(STOP)
    terms.set_fixed_target(TARGET)
    return run(terms)


def sweep() -> list[float]:
    lengths = sorted({length for pair in pairs() for length in pair})
    lines = {length: average(length) for length in lengths}
    items = [
        raptorbt.BatchSingleItem(str(number), *crosses(lines[fast], lines[slow]))
        for number, (fast, slow) in enumerate(pairs())
    ]
    results = raptorbt.batch_single_backtest(TIMES, *PRICES, items, config=config())
    return [float(result.metrics.end_value) for _, result in results]


WORKS = {"crossover": lambda: run(config()), "levels": levels, "sweep": sweep}

if __name__ == "__main__":
    measure(WORKS[sys.argv[1]])
