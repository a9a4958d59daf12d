"""Alpaca as a provider of US shares and funds, for those who have a key (free ones reach back to 2016).

Prices as traded, with dividends and splits from its list of corporate actions; bars within the day are those of the
regular session. Docs: docs.alpaca.markets, "Historical bars" and "Corporate actions".
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from bgagent.bars import Floats, Times
from bgagent.data.calendars import local_days
from bgagent.data.coarsen import regular_hours
from bgagent.data.http_json import JsonClient
from bgagent.data.locks import time_allowed
from bgagent.data.markets import NEW_YORK, market_of
from bgagent.data.series import RawSeries
from bgagent.data.trouble import SourceTrouble, Trouble, explain
from bgagent.errors import DataUnavailable
from bgagent.periods import Period, Timeframe

_FIRST_DAY = date(2016, 1, 1)
_DELAY = timedelta(minutes=16)  # what came in the last 15 minutes is for paying subscribers
_INTERVALS = {
    Timeframe.DAY: "1Day",
    Timeframe.MINUTE_30: "30Min",
    Timeframe.MINUTE_15: "15Min",
    Timeframe.MINUTE_5: "5Min",
    Timeframe.MINUTE_1: "1Min",
}
_ACTIONS = "cash_dividend,forward_split,reverse_split"
_REMEDY = "check ALPACA_API_KEY and ALPACA_SECRET_KEY, and what your subscription allows"


class AlpacaProvider:
    """Bars from Alpaca's market data service.

    timeout_s: for one fetch. deadline: on the monotonic clock, when all fetches have to be over. base_url: a server to
    ask in Alpaca's place. wait: sleeps.
    """

    name = "alpaca"
    remote = True
    synthetic = False
    where = "Alpaca"
    library = "alpaca v2"

    def __init__(
        self,
        key: str,
        secret: str,
        *,
        timeout_s: float = 60.0,
        deadline: float | None = None,
        base_url: str = "https://data.alpaca.markets",
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._headers = {"APCA-API-KEY-ID": key, "APCA-API-SECRET-KEY": secret}
        self.timeout_s = timeout_s
        self.deadline = deadline
        self.base_url = base_url
        self.wait = wait

    def __repr__(self) -> str:
        return f"AlpacaProvider(timeout_s={self.timeout_s})"

    def fetched_as(self, wanted: Timeframe) -> Timeframe:
        """Hours are made of half hours: Alpaca's own begin on the full hour, a session at 09:30."""
        if not wanted.is_intraday:
            return Timeframe.DAY
        return wanted if wanted in _INTERVALS else Timeframe.MINUTE_30

    def fetch(self, symbol: str, period: Period, timeframe: Timeframe, now: datetime) -> RawSeries:
        """Rows of the period. Raises DataUnavailable, in one line for each trouble."""
        timeframe = self.fetched_as(timeframe)
        market = market_of(symbol)
        if not (market.us_sessions and market.pays):
            raise DataUnavailable(
                f"Alpaca has US shares and funds only, {symbol} is none", hint="choose another source with --data"
            )
        deadline = time.monotonic() + time_allowed(self.timeout_s, self.deadline)
        # splits after the period are wanted too: they tell nothing about prices as traded, but about what follows
        last = max(period.end, now.date()) if timeframe is Timeframe.DAY else period.end
        try:
            with JsonClient(self.base_url, headers=self._headers, deadline=deadline, wait=self.wait) as client:
                rows = list(self._bars(client, symbol, Period(min(period.start, last), last), timeframe, now))
                if not rows:
                    raise SourceTrouble(Trouble.NO_BARS)
                series = _series(symbol, timeframe, rows, now)
                actions = self._actions(client, symbol, series.sessions[0].item(), series.sessions[-1].item())
                if timeframe.is_intraday:
                    series = series.take(regular_hours(series.times, market))
                return _with_actions(series, actions)
        except SourceTrouble as trouble:
            raise explain(trouble, "Alpaca", symbol, period, timeframe, remedy=_REMEDY) from trouble
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            odd = SourceTrouble(Trouble.FORMAT_CHANGED, f"{type(error).__name__} {error}")
            raise explain(odd, "Alpaca", symbol, period, timeframe, remedy="upgrade bgagent") from error

    def _bars(
        self, client: JsonClient, symbol: str, period: Period, timeframe: Timeframe, now: datetime
    ) -> Iterator[dict[str, Any]]:
        start = max(period.start, _FIRST_DAY)
        end = min(datetime(period.end.year, period.end.month, period.end.day, tzinfo=UTC) + timedelta(1, 8 * 3600),
                  now.astimezone(UTC) - _DELAY)  # fmt: skip
        if end.date() < start:
            return
        params = {
            "timeframe": _INTERVALS[timeframe],
            "start": str(start),
            "end": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "adjustment": "raw",
            "limit": "10000",
        }
        for page in _pages(client, f"/v2/stocks/{_alpaca_name(symbol)}/bars", params):
            yield from page["bars"] or ()

    def _actions(self, client: JsonClient, symbol: str, first: date, last: date) -> list[dict[str, Any]]:
        params = {
            "symbols": _alpaca_name(symbol),
            "types": _ACTIONS,
            "start": str(first),
            "end": str(last),
            "limit": "1000",
        }
        found: list[dict[str, Any]] = []
        for page in _pages(client, "/v1/corporate-actions", params):
            for kind, actions in page["corporate_actions"].items():
                found += [{"kind": kind, **action} for action in actions]
        return found


def _alpaca_name(symbol: str) -> str:
    return symbol.upper().replace("-", ".")  # BRK-B is BRK.B there


def _pages(client: JsonClient, path: str, params: dict[str, str]) -> Iterator[dict[str, Any]]:
    token: str | None = ""
    while token is not None:
        page = client.get(path, params | ({"page_token": token} if token else {}))
        yield page
        token = page["next_page_token"] or None


def _series(symbol: str, timeframe: Timeframe, rows: list[dict[str, Any]], now: datetime) -> RawSeries:
    times: Times = np.array([row["t"].removesuffix("Z") for row in rows], dtype="datetime64[s]")
    sessions = local_days(times, NEW_YORK)

    def column(letter: str) -> Floats:
        return np.array([row[letter] for row in rows], dtype=np.float64)

    return RawSeries(
        symbol=symbol,
        timeframe=timeframe,
        times=times if timeframe.is_intraday else sessions.astype("datetime64[s]"),
        sessions=sessions,
        open=column("o"),
        high=column("h"),
        low=column("l"),
        close=column("c"),
        volume=column("v"),
        dividends=np.zeros(len(rows)),
        splits=np.zeros(len(rows)),
        adj_close=None,
        split_basis=None,
        provider=AlpacaProvider.name,
        source=f"Alpaca, {_INTERVALS[timeframe]} bars",
        currency="USD",
        fetched_at=now,
    )


def _with_actions(series: RawSeries, actions: list[dict[str, Any]]) -> RawSeries:
    """Dividends and splits on the first bar of their ex-date, or of the session after it."""
    for action in actions:
        row = int(np.searchsorted(series.sessions, np.datetime64(action["ex_date"], "D")))
        if row == len(series):
            continue
        if action["kind"] == "cash_dividends":
            series.dividends[row] += float(action["rate"])
        elif action["kind"] in ("forward_splits", "reverse_splits"):
            ratio = float(action["new_rate"]) / float(action["old_rate"])
            series.splits[row] = ratio * (series.splits[row] or 1.0)
    return series
