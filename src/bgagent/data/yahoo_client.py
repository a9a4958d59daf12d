"""The only module that touches yfinance, pandas and curl_cffi; imported when the first request is made."""

import logging
import re
import time
import warnings
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pandas
import yfinance
from curl_cffi.requests import Session
from curl_cffi.requests.exceptions import ConnectionError as NoConnection
from curl_cffi.requests.exceptions import DNSError, HTTPError, ProxyError, RequestException, Timeout
from peewee import PeeweeException
from yfinance.data import YfData
from yfinance.exceptions import YFException, YFPricesMissingError, YFRateLimitError, YFTzMissingError

from bgagent.bars import Floats
from bgagent.data.trouble import SourceTrouble, Trouble
from bgagent.data.yahoo_answer import Answer

_OLDEST = timedelta(days=98 * 365)  # Yahoo refuses requests that begin much earlier
_SLOWEST_S = 20.0
_placed: list[Path] = []  # where yfinance keeps its cookies and zones in this process


class _Session(Session[Any]):
    """A browser-like session that keeps to a deadline; with base_url every request goes there instead."""

    def __init__(self, base_url: str, deadline: float) -> None:
        super().__init__(impersonate="chrome")
        self.target = base_url.rstrip("/")
        self.deadline = deadline
        self.last_status = 0

    def request(self, method: Any, url: str, *args: Any, **kwargs: Any) -> Any:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Timeout("the time for fetching is used up")
        kwargs["timeout"] = min(_SLOWEST_S, left)
        if self.target:
            parts = urlsplit(url)
            url = self.target + parts.path + (f"?{parts.query}" if parts.query else "")
        self.last_status = 0
        response = super().request(method, url, *args, **kwargs)
        self.last_status = response.status_code
        return response


def ask(
    symbol: str, interval: str, start: date, end: date, *, cache_dir: Path, timeout_s: float, base_url: str = ""
) -> Answer:
    """Rows from `start` to `end`, both included, as Yahoo gives them, empty ones too. Raises SourceTrouble, OSError.

    cache_dir: where yfinance keeps cookies and zones. base_url: a server to ask in Yahoo's place.
    """
    session = _Session(base_url, time.monotonic() + timeout_s)
    yfinance.config.debug.hide_exceptions = False
    if not _placed:  # once a process: yfinance never opens its databases a second time
        yfinance.set_tz_cache_location(str(cache_dir))
        _placed.append(cache_dir)
    logging.getLogger("yfinance").setLevel(logging.ERROR)  # what it warns of ends in an exception or does not matter
    YfData.cache_get.cache_clear()  # yfinance keeps answers, errors among them, for the life of the process
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # pandas' to yfinance, not ours to mend
            ticker = yfinance.Ticker(symbol, session=session)
            frame = ticker.history(
                start=max(start, end - _OLDEST),
                end=end + timedelta(days=1),
                interval=interval,
                auto_adjust=False,
                actions=True,
                keepna=True,
                timeout=_SLOWEST_S,
            )
            metadata = ticker.history_metadata
            currency, zone = metadata["currency"], metadata["exchangeTimezoneName"]
        return _answer(frame, currency, zone, daily=interval == "1d")
    except YFRateLimitError as error:
        raise SourceTrouble(Trouble.RATE_LIMITED) from error
    except YFTzMissingError as error:
        raise SourceTrouble(Trouble.UNKNOWN_SYMBOL) from error
    except YFPricesMissingError as error:
        raise _no_prices(error) from error
    except PeeweeException as error:
        raise OSError(f"yfinance's own database: {error}") from error
    except (YFException, RequestException) as error:
        raise SourceTrouble(_connection_trouble(error), _plain(str(error))) from error
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        if session.last_status >= 500:
            raise SourceTrouble(Trouble.NO_ANSWER, f"HTTP {session.last_status}") from error
        raise SourceTrouble(Trouble.FORMAT_CHANGED, f"{type(error).__name__} {error}") from error
    finally:
        session.close()


def _answer(frame: pandas.DataFrame, currency: str | None, zone: str, *, daily: bool) -> Answer:
    if frame.empty:
        raise SourceTrouble(Trouble.NO_BARS)
    index = frame.index.tz_localize(None) if daily else frame.index.tz_convert("UTC").tz_localize(None)
    times = index.to_numpy().astype("datetime64[D]" if daily else "datetime64[s]").astype("datetime64[s]")

    def column(name: str) -> Floats:
        return np.ascontiguousarray(frame[name].to_numpy(dtype=np.float64))

    return Answer(
        times=times,
        open=column("Open"),
        high=column("High"),
        low=column("Low"),
        close=column("Close"),
        volume=column("Volume"),
        dividends=column("Dividends"),
        splits=column("Stock Splits"),
        adj_close=column("Adj Close"),
        currency=currency,
        zone=zone,
    )


def _no_prices(error: YFPricesMissingError) -> SourceTrouble:
    reason = error.yahoo_reason or ""
    if "delisted" in reason.lower() or "not found" in reason.lower():
        return SourceTrouble(Trouble.UNKNOWN_SYMBOL, reason)
    return SourceTrouble(Trouble.NO_BARS, reason)


def _connection_trouble(error: Exception) -> Trouble:
    if isinstance(error, HTTPError):
        status = getattr(error.response, "status_code", 0)
        return {404: Trouble.UNKNOWN_SYMBOL, 429: Trouble.RATE_LIMITED}.get(status, Trouble.NO_ANSWER)
    if isinstance(error, Timeout) or not isinstance(error, (NoConnection, DNSError, ProxyError)):
        return Trouble.NO_ANSWER
    return Trouble.OFFLINE


def _plain(message: str) -> str:
    """curl's own words without where to read about them."""
    return re.sub(r"^Failed to perform, |[. ]*See https?://.*$", "", message)
