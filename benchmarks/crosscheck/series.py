"""Bars for the comparison: synthetic ones, the same on every machine, or real ones from a folder of CSV files."""

import csv
import gzip
import math
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from bgagent.bars import PRICE_COLUMNS, Bars, daily_bars

DAYS = 700
MULTIPLIER, INCREMENT, MODULUS = 1103515245, 12345, 2**31  # the textbook generator


def synthetic(symbol: str, seed: int) -> Bars:
    """Weekdays from 2020 on, in cents, with gaps and ranges wide enough for stops and targets to be hit."""
    state, price, rows = seed, 100.0, []
    day = date(2020, 1, 1)
    while len(rows) < DAYS:
        if day.weekday() < 5:
            draws = []
            for _ in range(4):
                state = (state * MULTIPLIER + INCREMENT) % MODULUS
                draws.append(state / MODULUS)
            drift = 0.012 * math.sin(len(rows) / 7 + seed)
            opening = price * (1 + 0.03 * (draws[0] - 0.5))
            close = opening * (1 + drift + 0.03 * (draws[1] - 0.5))
            high = max(opening, close) * (1 + 0.02 * draws[2])
            low = min(opening, close) * (1 - 0.02 * draws[3])
            rows.append((day, *(round(value, 2) for value in (opening, high, low, close)), 1000.0))
            price = close
        day += timedelta(days=1)
    return _bars(symbol, rows)


def read(path: Path, start: date, end: date) -> Bars:
    """Daily bars of one file with the columns date, open, high, low, close, volume, from start to end."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        rows = [
            (day, *(float(row[name]) for name in PRICE_COLUMNS))
            for row in csv.DictReader(file)
            if start <= (day := date.fromisoformat(row["date"])) <= end
        ]
    return _bars(path.name.split(".csv")[0], rows)


def together(series: Sequence[Bars]) -> list[Bars]:
    """Each of them on the sessions that all have."""
    common = series[0].sessions
    for bars in series[1:]:
        common = np.intersect1d(common, bars.sessions)
    kept = []
    for bars in series:
        chosen = np.isin(bars.sessions, common)
        kept.append(daily_bars(bars.symbol, common, {name: getattr(bars, name)[chosen] for name in PRICE_COLUMNS}))
    return kept


def write(bars: Bars, path: Path) -> None:
    """As CSV with every digit, for a peer."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("date", *PRICE_COLUMNS))
        columns = [getattr(bars, name).tolist() for name in PRICE_COLUMNS]
        out.writerows(zip(bars.sessions.astype(str).tolist(), *columns, strict=True))


def _bars(symbol: str, rows: Sequence[tuple[object, ...]]) -> Bars:
    days, *columns = zip(*rows, strict=True)
    prices = {name: np.array(column, dtype=float) for name, column in zip(PRICE_COLUMNS, columns, strict=True)}
    return daily_bars(symbol, np.array([str(day) for day in days], dtype="datetime64[D]"), prices)
