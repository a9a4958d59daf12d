"""Prices that any machine makes alike: a wave on a rising line, weekdays 2021 to 2024."""

import math
from datetime import date, timedelta
from pathlib import Path


def closes(days: int) -> list[float]:
    return [100 + 0.02 * day + 15 * math.sin(day / 18) for day in range(days)]


def write_prices(folder: Path, symbol: str = "WAVE") -> Path:
    """`SYMBOL.csv` with the columns people have: open is yesterday's close."""
    folder.mkdir(parents=True, exist_ok=True)
    days, day = [], date(2021, 1, 4)
    while day <= date(2024, 12, 31):
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(1)
    lines = ["Date,Open,High,Low,Close,Volume"]
    before = 100.0
    for day, close in zip(days, closes(len(days)), strict=True):
        high, low = max(before, close) + 0.5, min(before, close) - 0.5
        lines.append(f"{day},{before:.6f},{high:.6f},{low:.6f},{close:.6f},100000")
        before = close
    path = folder / f"{symbol}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
