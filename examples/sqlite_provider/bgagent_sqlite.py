"""Daily prices from an SQLite database, as a data provider of bgagent.

    create table bars (symbol text, day text, open real, high real, low real, close real, volume real,
                       dividend real default 0, split real default 0, primary key (symbol, day))

Prices as traded on the day; dividend in money per share on its ex-date, split as new shares for one old. The database
is the file that BGAGENT_SQLITE names.
"""

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import numpy as np

from bgagent.data.markets import market_of
from bgagent.data.providers import ProviderOptions
from bgagent.data.series import RawSeries
from bgagent.errors import BadUse, DataUnavailable
from bgagent.periods import Period, Timeframe

_ROWS = "select day, open, high, low, close, volume, dividend, split from bars where symbol = ? order by day"


class SqliteProvider:
    """Every row of a symbol, whatever the period: splits after it are needed too."""

    name = "sqlite"
    remote = False  # nothing to keep: the database is on this machine
    synthetic = False

    def __init__(self, database: Path) -> None:
        self.database = database

    @property
    def where(self) -> str:
        """The database, as in a message."""
        return str(self.database)

    def fetch(self, symbol: str, period: Period, timeframe: Timeframe, now: datetime) -> RawSeries:  # noqa: ARG002
        """Daily rows, also for weeks and months, which are made of them. Raises DataUnavailable."""
        if timeframe.is_intraday:
            raise DataUnavailable(f"{self.where} has daily bars only, not {timeframe} bars of {symbol}")
        try:
            with closing(sqlite3.connect(f"{self.database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
                rows = connection.execute(_ROWS, (symbol.upper(),)).fetchall()
        except sqlite3.Error as error:
            raise DataUnavailable(f"{self.where} cannot be read for {symbol}: {error}") from error
        if not rows:
            raise DataUnavailable(f"{self.where} has no bars of {symbol}", hint="check the symbol")
        columns = list(zip(*rows, strict=True))
        sessions = np.array(columns[0], dtype="datetime64[D]")
        numbers = [np.array(column, dtype=np.float64) for column in columns[1:]]
        return RawSeries(
            symbol=symbol,
            timeframe=Timeframe.DAY,
            times=sessions.astype("datetime64[s]"),
            sessions=sessions,
            open=numbers[0],
            high=numbers[1],
            low=numbers[2],
            close=numbers[3],
            volume=numbers[4],
            dividends=numbers[5],
            splits=numbers[6],
            adj_close=None,
            split_basis=None,  # as traded; a date would mean: adjusted for the splits up to that day
            provider=self.name,
            source=self.database.name,
            currency=market_of(symbol).currency,
        )


def provider(options: ProviderOptions) -> SqliteProvider:  # noqa: ARG001
    """What the entry point names: makes the provider. Keys, were there any, are in options.keys."""
    path = os.environ.get("BGAGENT_SQLITE", "")
    if not path:
        raise BadUse("sqlite: BGAGENT_SQLITE is not set", hint="set it to the file of the database")
    return SqliteProvider(Path(path).expanduser())
