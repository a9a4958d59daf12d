"""Tiingo as a provider of daily bars of US shares and funds, for those who have a key (a free one is enough).

Prices as traded with dividends and splits beside them, in one request a symbol. Docs: tiingo.com, "End-of-day".
"""

import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import numpy as np

from bgagent.bars import Floats
from bgagent.data.http_json import JsonClient
from bgagent.data.locks import time_allowed
from bgagent.data.markets import market_of
from bgagent.data.series import RawSeries
from bgagent.data.trouble import SourceTrouble, Trouble, explain
from bgagent.errors import DataUnavailable
from bgagent.periods import Period, Timeframe

_FIRST_DAY = date(1962, 1, 2)
_REMEDY = "check TIINGO_API_KEY"


class TiingoProvider:
    """Daily bars from Tiingo.

    timeout_s: for one fetch. deadline: on the monotonic clock, when all fetches have to be over. base_url: a server to
    ask in Tiingo's place. wait: sleeps.
    """

    name = "tiingo"
    remote = True
    synthetic = False
    where = "Tiingo"
    library = "tiingo daily"

    def __init__(
        self,
        key: str,
        *,
        timeout_s: float = 60.0,
        deadline: float | None = None,
        base_url: str = "https://api.tiingo.com",
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._headers = {"Authorization": f"Token {key}"}
        self.timeout_s = timeout_s
        self.deadline = deadline
        self.base_url = base_url
        self.wait = wait

    def __repr__(self) -> str:
        return f"TiingoProvider(timeout_s={self.timeout_s})"

    def fetch(self, symbol: str, period: Period, timeframe: Timeframe, now: datetime) -> RawSeries:
        """Daily rows of the period, also for weeks and months. Raises DataUnavailable, in one line for each trouble."""
        market = market_of(symbol)
        if timeframe.is_intraday:
            raise DataUnavailable(
                f"Tiingo is asked for daily bars only, not for {timeframe} bars of {symbol}",
                hint="use daily bars, or another source with --data",
            )
        if not (market.us_sessions and market.pays):
            raise DataUnavailable(
                f"Tiingo is asked for US shares and funds only, {symbol} is none",
                hint="choose another source with --data",
            )
        deadline = time.monotonic() + time_allowed(self.timeout_s, self.deadline)
        last = max(period.end, now.date())
        params = {"startDate": str(max(period.start, _FIRST_DAY)), "endDate": str(last), "format": "json"}
        try:
            with JsonClient(self.base_url, headers=self._headers, deadline=deadline, wait=self.wait) as client:
                rows = client.get(f"/tiingo/daily/{quote(symbol.upper().replace('.', '-'), safe='')}/prices", params)
            if not rows:
                raise SourceTrouble(Trouble.NO_BARS)
            return _series(symbol, rows, now)
        except SourceTrouble as trouble:
            raise explain(trouble, "Tiingo", symbol, period, timeframe, remedy=_REMEDY) from trouble
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            odd = SourceTrouble(Trouble.FORMAT_CHANGED, f"{type(error).__name__} {error}")
            raise explain(odd, "Tiingo", symbol, period, timeframe, remedy="upgrade bgagent") from error


def _series(symbol: str, rows: list[dict[str, Any]], now: datetime) -> RawSeries:
    sessions = np.array([row["date"][:10] for row in rows], dtype="datetime64[D]")

    def column(name: str) -> Floats:
        return np.array([row[name] for row in rows], dtype=np.float64)

    return RawSeries(
        symbol=symbol,
        timeframe=Timeframe.DAY,
        times=sessions.astype("datetime64[s]"),
        sessions=sessions,
        open=column("open"),
        high=column("high"),
        low=column("low"),
        close=column("close"),
        volume=column("volume"),
        dividends=column("divCash"),
        splits=column("splitFactor"),
        adj_close=column("adjClose"),
        split_basis=None,
        provider=TiingoProvider.name,
        source="Tiingo, end of day",
        currency="USD",
        fetched_at=now,
    )
