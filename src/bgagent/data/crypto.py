"""Crypto exchanges as providers through ccxt (extra `crypto`), which is loaded when the first request is made.

`ccxt-kraken`, `ccxt-binance`: one provider an exchange. No key is needed for bars.
"""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import numpy as np

from bgagent.data.locks import time_allowed
from bgagent.data.markets import market_of
from bgagent.data.names import EXCHANGE_PREFIX
from bgagent.data.series import RawSeries
from bgagent.data.trouble import SourceTrouble, Trouble, explain
from bgagent.errors import BadUse, DataUnavailable
from bgagent.periods import Period, Timeframe, Trading

_FIRST_DAY = date(2010, 7, 17)  # the first exchange opened
_EMPTY_STEP = 300  # bars to skip where an exchange has none, before a listing
_LENGTHS = (Timeframe.DAY, Timeframe.HOUR_1, Timeframe.MINUTE_15, Timeframe.MINUTE_5, Timeframe.MINUTE_1)
_PAUSES_S = (5.0, 20.0, 60.0)


class CryptoProvider:
    """Bars of one exchange.

    exchange: its name in ccxt. timeout_s: for one fetch. deadline: on the monotonic clock, when all fetches have to be
    over. base_url: a server to ask in the exchange's place. wait: sleeps.
    """

    remote = True
    synthetic = False

    def __init__(
        self,
        exchange: str,
        *,
        timeout_s: float = 60.0,
        deadline: float | None = None,
        base_url: str = "",
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.exchange = exchange
        self.timeout_s = timeout_s
        self.deadline = deadline
        self.base_url = base_url
        self.wait = wait

    def __repr__(self) -> str:
        return f"CryptoProvider({self.exchange!r})"

    @property
    def name(self) -> str:
        return f"{EXCHANGE_PREFIX}{self.exchange}"

    @property
    def where(self) -> str:
        return f"{self.exchange} (ccxt)"

    @property
    def library(self) -> str:
        """The library that asks, for the cache's manifest."""
        return f"ccxt {_ccxt().__version__}"

    def fetched_as(self, wanted: Timeframe) -> Timeframe:
        """The longest of the usual lengths that adds up to the one wanted."""
        if not wanted.is_intraday:
            return Timeframe.DAY
        return next(one for one in _LENGTHS[1:] if wanted.minutes % one.minutes == 0)

    def fetch(self, symbol: str, period: Period, timeframe: Timeframe, now: datetime) -> RawSeries:
        """Rows of the period, as far back as the exchange gives them. Raises DataUnavailable, BadUse."""
        timeframe = self.fetched_as(timeframe)
        if market_of(symbol).trading is not Trading.ALWAYS:
            raise DataUnavailable(
                f"{self.exchange} is asked for crypto only, {symbol} is none",
                hint="write pairs as BTC-USD or BTCUSDT, or choose another source with --data",
            )
        library = _ccxt()
        if not hasattr(library, self.exchange) or self.exchange not in library.exchanges:
            raise BadUse(f"ccxt knows no exchange {self.exchange}", hint="use one of its names, as in ccxt-kraken")
        deadline = time.monotonic() + time_allowed(self.timeout_s, self.deadline)
        client = getattr(library, self.exchange)({"enableRateLimit": True, "timeout": 20_000})
        if self.base_url:
            client.urls["api"] = _elsewhere(client.urls["api"], self.base_url)
        try:
            pair = _pair(symbol)
            self._patiently(client.load_markets, library, deadline)
            if pair not in client.markets:
                raise SourceTrouble(Trouble.UNKNOWN_SYMBOL, f"no market {pair}")
            rows = list(self._rows(client, library, pair, period, timeframe, deadline))
            if not rows:
                raise SourceTrouble(Trouble.NO_BARS)
            return self._series(symbol, pair, timeframe, rows, now)
        except SourceTrouble as trouble:
            remedy = "upgrade ccxt (pip install -U ccxt)"
            raise explain(trouble, self.exchange, symbol, period, timeframe, remedy=remedy) from trouble
        finally:
            client.session.close()

    def _rows(
        self, client: Any, library: Any, pair: str, period: Period, timeframe: Timeframe, deadline: float
    ) -> Iterator[list[float]]:
        """Pages of bars, oldest first, each row once."""
        start = max(period.start, _FIRST_DAY)
        since = int(datetime(start.year, start.month, start.day, tzinfo=UTC).timestamp()) * 1000
        end = int(datetime(period.end.year, period.end.month, period.end.day, tzinfo=UTC).timestamp()) * 1000
        end += 86_400_000
        step = (timeframe.minutes if timeframe.is_intraday else 1440) * 60_000
        while since < end:
            page = self._patiently(partial(client.fetch_ohlcv, pair, str(timeframe), since=since), library, deadline)
            fresh = [row for row in page if since <= row[0] < end]
            yield from fresh
            if not page:
                since += _EMPTY_STEP * step
            elif not fresh:
                return  # the exchange gives its latest bars, whatever is asked for
            else:
                since = int(fresh[-1][0]) + step

    def _patiently(self, ask: Callable[[], Any], library: Any, deadline: float) -> Any:
        """One request, repeated while the exchange asks for patience and there is time. Raises SourceTrouble."""
        for pause in (*_PAUSES_S, None):
            if time.monotonic() > deadline:
                raise SourceTrouble(Trouble.NO_ANSWER, "the time for fetching is used up")
            try:
                return ask()
            except (library.RateLimitExceeded, library.DDoSProtection) as error:
                if pause is None or pause > deadline - time.monotonic():
                    raise SourceTrouble(Trouble.RATE_LIMITED) from error
                self.wait(pause)
            except library.BadSymbol as error:
                raise SourceTrouble(Trouble.UNKNOWN_SYMBOL, str(error)) from error
            except library.NetworkError as error:
                raise SourceTrouble(Trouble.NO_ANSWER, str(error)) from error
            except library.BaseError as error:
                raise SourceTrouble(Trouble.NO_ANSWER, str(error)) from error
        raise AssertionError  # the last round returns or raises

    def _series(
        self, symbol: str, pair: str, timeframe: Timeframe, rows: list[list[float]], now: datetime
    ) -> RawSeries:
        table = np.array(rows, dtype=np.float64)
        times = (table[:, 0] // 1000).astype(np.int64).astype("datetime64[s]")
        nothing = np.zeros(len(rows))
        return RawSeries(
            symbol=symbol,
            timeframe=timeframe,
            times=times,
            sessions=times.astype("datetime64[D]"),
            open=table[:, 1],
            high=table[:, 2],
            low=table[:, 3],
            close=table[:, 4],
            volume=table[:, 5],
            dividends=nothing,
            splits=nothing,
            adj_close=None,
            split_basis=now.date(),
            provider=self.name,
            source=f"{self.exchange} {pair}, through ccxt",
            currency=pair.partition("/")[2],
            fetched_at=now,
        )


def _ccxt() -> Any:
    try:
        import ccxt  # noqa: PLC0415 - an extra, half a second
    except ImportError as error:
        raise BadUse("ccxt is not installed", hint="pip install 'bgagent[crypto]'") from error
    return ccxt


def _pair(symbol: str) -> str:
    """BTC-USD and BTCUSDT as the exchanges write them: BTC/USD, BTC/USDT."""
    name = symbol.upper()
    if "-" in name:
        return name.replace("-", "/", 1)
    found = re.fullmatch(r"([A-Z0-9]+)(USDT|USDC|BUSD)", name)
    return f"{found[1]}/{found[2]}" if found else name


def _elsewhere(urls: Any, base_url: str) -> Any:
    """Every address of an exchange with its host replaced."""
    if isinstance(urls, dict):
        return {name: _elsewhere(url, base_url) for name, url in urls.items()}
    return re.sub(r"^https?://[^/]+", base_url, urls) if isinstance(urls, str) else urls
