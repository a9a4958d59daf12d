"""Raw series for tests, from a few numbers."""

from datetime import date

import numpy as np

from bgagent.data.calendars import sessions
from bgagent.data.series import RawSeries
from bgagent.periods import Period, Timeframe, Trading

NAN = float("nan")


def raw_series(
    closes, *, days=None, dividends=None, splits=None, adj_close=None, as_traded=False, **columns
) -> RawSeries:
    """Bars whose four prices are the close unless given; US sessions from 2 January 2024 unless given."""
    close = np.array(closes, dtype=float)
    count = len(close)
    if days is None:
        days = sessions(Trading.EXCHANGE, Period(date(2024, 1, 2), date(2026, 12, 31)))[:count]
    days = np.array(days, dtype="datetime64[D]")

    def column(values, otherwise):
        return np.full(count, otherwise, dtype=float) if values is None else np.array(values, dtype=float)

    return RawSeries(
        symbol="ABC",
        timeframe=Timeframe.DAY,
        times=days.astype("datetime64[s]"),
        sessions=days,
        open=column(columns.get("open"), 0) if "open" in columns else close,
        high=column(columns.get("high"), 0) if "high" in columns else close,
        low=column(columns.get("low"), 0) if "low" in columns else close,
        close=close,
        volume=column(columns.get("volume"), 1000.0),
        dividends=column(dividends, 0.0),
        splits=column(splits, 0.0),
        adj_close=None if adj_close is None else np.array(adj_close, dtype=float),
        split_basis=None if as_traded else days[-1].item(),
        provider="folder",
        source="ABC.csv",
        currency="USD",
    )
