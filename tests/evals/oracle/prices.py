"""Bars of one symbol as lists, read from CSV; weeks made of days."""

import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path


@dataclass
class Prices:
    """Columns of equal length, oldest bar first. dates: of each bar's first session."""

    symbol: str
    dates: list[date] = field(default_factory=list)
    open: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    close: list[float] = field(default_factory=list)
    volume: list[float] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.dates)

    def window(self, start: date, end: date) -> tuple[int, "Prices"]:
        """Index of the first bar of the window, and the bars up to the window's end."""
        count = sum(1 for day in self.dates if day <= end)
        columns = (getattr(self, name)[:count] for name in ("dates", "open", "high", "low", "close", "volume"))
        first = next(index for index, day in enumerate(self.dates) if day >= start)
        return first, Prices(self.symbol, *columns)


def read_prices(folder: Path, symbol: str) -> Prices:
    """`<symbol>.csv` with the columns date, open, high, low, close, volume."""
    prices = Prices(symbol)
    with (folder / f"{symbol}.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            prices.dates.append(date.fromisoformat(row["date"]))
            for name in ("open", "high", "low", "close", "volume"):
                getattr(prices, name).append(float(row[name]))
    return prices


def weeks(days: Prices, start: date) -> Prices:
    """Bars from Monday to Sunday. A week that `start` cuts in two belongs to the time before the window."""
    made = Prices(days.symbol)
    monday = None
    for index, day in enumerate(days.dates):
        own = day - timedelta(days=day.weekday())
        if own != monday:
            monday = own
            made.dates.append(day if own >= start or day < start else start - timedelta(days=1))
            for name in ("open", "high", "low", "close"):
                getattr(made, name).append(getattr(days, name)[index])
            made.volume.append(days.volume[index])
            continue
        made.high[-1] = max(made.high[-1], days.high[index])
        made.low[-1] = min(made.low[-1], days.low[index])
        made.close[-1] = days.close[index]
        made.volume[-1] += days.volume[index]
    return made
