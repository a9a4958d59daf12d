"""A remote provider for tests: a list of bars, a clock, and a count of the requests it got."""

from datetime import UTC, date, datetime, timedelta

import numpy as np

from bgagent.data.calendars import sessions
from bgagent.data.series import RawSeries
from bgagent.errors import DataUnavailable
from bgagent.periods import Period, Timeframe, Trading


class RemoteProvider:
    """Gives the US sessions from `first` to the day of `now`, at prices that count up by one a session.

    split: (day, ratio), known and taken out of all prices once its day has come.
    """

    name = "remote"
    remote = True
    synthetic = False
    where = "a remote source"
    library = "remote 1.0"

    def __init__(self, first: date, *, split: tuple[date, float] | None = None) -> None:
        self.first = first
        self.split = split
        self.is_reachable = True
        self.dividend_factor = 1.0
        self.asked: list[Period] = []

    def fetch(self, symbol: str, period: Period, timeframe: Timeframe, now: datetime) -> RawSeries:
        self.asked.append(period)
        if not self.is_reachable:
            raise DataUnavailable("a remote source cannot be reached")
        days = sessions(Trading.EXCHANGE, Period(self.first, now.date()))
        prices = 100.0 + np.arange(len(days))
        splits = np.zeros(len(days))
        if self.split is not None and self.split[0] <= now.date():
            prices = prices / self.split[1]
            splits[days == np.datetime64(self.split[0])] = self.split[1]
        wanted = (days >= np.datetime64(period.start)) & (days <= np.datetime64(period.end))
        days, prices, splits = days[wanted], prices[wanted], splits[wanted]
        return RawSeries(
            symbol=symbol,
            timeframe=timeframe,
            times=days.astype("datetime64[s]"),
            sessions=days,
            open=prices,
            high=prices,
            low=prices,
            close=prices,
            volume=np.full(len(days), 1000.0),
            dividends=np.zeros(len(days)),
            splits=splits,
            adj_close=prices * self.dividend_factor,
            split_basis=now.date(),
            provider=self.name,
            source=self.where,
            currency="USD",
            fetched_at=now,
        )


class Clock:
    """A clock that is set by hand."""

    def __init__(self, day: str) -> None:
        self.now = datetime.fromisoformat(f"{day}T23:00:00+00:00").astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, days: int) -> None:
        self.now += timedelta(days)
