"""vectorbt: signals as arrays, moved one bar on to fill at the open of the next."""

import sys

import numpy as np
import pandas as pd
import vectorbt as vbt
from clock import CAPITAL, COMMISSION, FAST, MONTHS_BACK, SLOW, STOP, TARGET, TOP, columns, measure, pairs

OWN = columns(sys.argv[2])


def one_bar_on(signals: np.ndarray) -> np.ndarray:
    moved = np.zeros_like(signals)
    moved[1:] = signals[:-1]
    return moved


def crosses(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    above, below = np.zeros(one.shape, dtype=bool), np.zeros(one.shape, dtype=bool)
    above[1:] = (one[1:] > other[1:]) & (one[:-1] <= other[:-1])
    below[1:] = (one[1:] < other[1:]) & (one[:-1] >= other[:-1])
    return one_bar_on(above), one_bar_on(below)


def average(length: int) -> np.ndarray:
    return vbt.MA.run(OWN["close"], length).ma.to_numpy().reshape(-1)


def run(**more: object) -> float:
    above, below = crosses(average(FAST), average(SLOW))
    held = vbt.Portfolio.from_signals(
        OWN["close"], above, below, price=OWN["open"], fees=COMMISSION, init_cash=CAPITAL, freq="1D", **more
    )
    held.total_return()
    held.max_drawdown()
    held.sharpe_ratio()
    held.trades.win_rate()
    return float(held.value().iloc[-1])


def levels() -> float:
    prices = {name: OWN[name] for name in ("open", "high", "low")}
    return run(sl_stop=STOP, tp_stop=TARGET, **prices)


def sweep() -> list[float]:
    lengths = sorted({length for pair in pairs() for length in pair})
    lines = {length: average(length) for length in lengths}
    fast, slow = (np.column_stack([lines[pair[side]] for pair in pairs()]) for side in (0, 1))
    above, below = crosses(fast, slow)
    held = vbt.Portfolio.from_signals(
        OWN["close"][:, None], above, below, price=OWN["open"][:, None], fees=COMMISSION, init_cash=CAPITAL, freq="1D"
    )
    held.max_drawdown()
    held.sharpe_ratio()
    return held.final_value().tolist()


def rotation() -> float:
    close, opens = pd.DataFrame(OWN["close"].T), pd.DataFrame(OWN["open"].T)
    days = OWN["days"].astype("datetime64[D]")
    first = MONTHS_BACK + 1
    months = days.astype("datetime64[M]")
    due = np.flatnonzero(np.append(True, months[1:] > months[:-1]))
    due = np.unique(np.append(due[due > first], first))
    scores = (close / close.shift(MONTHS_BACK) - 1.0).to_numpy()
    weights = np.full(close.shape, np.nan)
    for bar in due:
        weights[bar] = 0.0
        weights[bar, np.argsort(-scores[bar - 1], kind="stable")[:TOP]] = 1.0 / TOP
    held = vbt.Portfolio.from_orders(
        close[first:], weights[first:], price=opens[first:], size_type="targetpercent", group_by=True,
        cash_sharing=True, call_seq="auto", fees=COMMISSION, init_cash=CAPITAL, freq="1D",
    )  # fmt: skip
    return float(held.value().iloc[-1])


WORKS = {"crossover": run, "levels": levels, "sweep": sweep, "rotation": rotation}

if __name__ == "__main__":
    measure(WORKS[sys.argv[1]])
