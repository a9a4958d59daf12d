"""Yahoo Finance as a provider, through yfinance, which is loaded when the first request is made.

Prices come split-adjusted as of the day of the fetch, with dividends and splits beside them; they are for personal use
under Yahoo's terms. One request at a time leaves this machine; when Yahoo asks for patience it is given some, within
the time that the job has.
"""

import os
import random
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from bgagent.data.calendars import local_days
from bgagent.data.coarsen import fetched_as
from bgagent.data.locks import LockTimeout, locked, time_allowed
from bgagent.data.series import RawSeries, join_rows
from bgagent.data.trouble import SourceTrouble, Trouble, explain
from bgagent.data.yahoo_answer import Answer
from bgagent.errors import DataUnavailable, MachineUnfit
from bgagent.periods import Period, Timeframe

# how Yahoo names the bars, how many days back it has them, how many days one request may span
_INTERVALS = {
    Timeframe.DAY: ("1d", None, None),
    Timeframe.HOUR_1: ("1h", 729, None),
    Timeframe.MINUTE_15: ("15m", 59, None),
    Timeframe.MINUTE_5: ("5m", 59, None),
    Timeframe.MINUTE_1: ("1m", 29, 7),
}
_PATIENCE_S = {Trouble.RATE_LIMITED: (30.0, 120.0, 480.0), Trouble.NO_ANSWER: (1.0, 4.0)}


class YahooProvider:
    """Bars from Yahoo Finance.

    timeout_s: for one call of `fetch`, waiting included. deadline: on the monotonic clock, when all calls have to be
    over. base_url: a server to ask in Yahoo's place. wait: sleeps.
    """

    name = "yahoo"
    remote = True
    synthetic = False
    where = "Yahoo Finance"

    def __init__(
        self,
        cache_dir: Path,
        *,
        timeout_s: float = 60.0,
        base_url: str = "",
        wait: Callable[[float], None] = time.sleep,
        lock_dir: Path | None = None,
        deadline: float | None = None,
    ) -> None:
        self.cache_dir = cache_dir / "yfinance"
        self.timeout_s = timeout_s
        self.base_url = base_url
        self.wait = wait
        self.deadline = deadline
        self.lock_path = (lock_dir or Path(tempfile.gettempdir())) / f"bgagent-yahoo-{os.getuid()}.lock"

    def __repr__(self) -> str:
        return f"YahooProvider(timeout_s={self.timeout_s})"

    @property
    def library(self) -> str:
        """The library that asks, for the cache's manifest."""
        return f"yfinance {version('yfinance')}"

    def fetch(self, symbol: str, period: Period, timeframe: Timeframe, now: datetime) -> RawSeries:
        """Rows of the period, in days for weeks and months, in shorter bars for those that Yahoo does not give.

        Raises DataUnavailable, in one line for each trouble; MachineUnfit when the cache cannot be written.
        """
        timeframe = fetched_as(timeframe)
        interval, days_back, span = _INTERVALS[timeframe]
        # later rows are wanted too: a split after the period has changed the prices in it
        start, end = period.start, max(period.end, now.date()) if timeframe is Timeframe.DAY else period.end
        if days_back is not None:
            oldest = now.date() - timedelta(days_back)
            if period.end < oldest:
                raise DataUnavailable(
                    f"{symbol}: Yahoo keeps {timeframe} bars for {days_back} days only, {period} lies before {oldest}",
                    hint="use daily bars, or --data DIR with files that reach back",
                )
            start = max(start, oldest)
        allowed_s = time_allowed(self.timeout_s, self.deadline)
        deadline = time.monotonic() + allowed_s
        try:
            self.cache_dir.mkdir(parents=True, exist_ok=True)
            with locked(self.lock_path, wait_s=allowed_s):
                parts = [self._ask_patiently(symbol, interval, piece, deadline) for piece in _pieces(start, end, span)]
        except SourceTrouble as trouble:
            raise _explain(trouble, symbol, period, timeframe) from trouble
        except LockTimeout as error:
            raise DataUnavailable(
                f"{symbol}: another job has been asking Yahoo for {allowed_s:.0f} s",
                hint="run the job again later",
            ) from error
        except OSError as error:
            raise MachineUnfit.from_os_error(error, self.cache_dir) from error
        found = [_series(symbol, timeframe, answer, now) for answer in parts if answer is not None]
        if not found:
            raise _explain(SourceTrouble(Trouble.NO_BARS), symbol, period, timeframe)
        return join_rows(found)

    def _ask_patiently(self, symbol: str, interval: str, piece: Period, deadline: float) -> Answer | None:
        """One request, repeated while Yahoo asks for patience and there is time; None when the piece has no bars."""
        from bgagent.data.yahoo_client import ask  # noqa: PLC0415 - loads yfinance and pandas

        tries = 0
        while True:
            left = deadline - time.monotonic()
            try:
                answer = ask(
                    symbol,
                    interval,
                    piece.start,
                    piece.end,
                    cache_dir=self.cache_dir,
                    timeout_s=max(left, 1.0),
                    base_url=self.base_url,
                )
            except SourceTrouble as trouble:
                if trouble.trouble is Trouble.NO_BARS and not trouble.detail:
                    return None
                pauses = _PATIENCE_S.get(trouble.trouble, ())
                if tries >= len(pauses) or pauses[tries] * 1.2 > deadline - time.monotonic():
                    raise
                self.wait(pauses[tries] * random.uniform(0.8, 1.2))  # jobs that were sent away together come back apart
                tries += 1
            else:
                return answer


def _pieces(start: date, end: date, span: int | None) -> list[Period]:
    """The period in pieces that one request may ask for."""
    if span is None:
        return [Period(start, end)]
    pieces = []
    while start <= end:
        stop = min(end, start + timedelta(span - 1))
        pieces.append(Period(start, stop))
        start = stop + timedelta(1)
    return pieces


def _series(symbol: str, timeframe: Timeframe, answer: Answer, now: datetime) -> RawSeries:
    intraday = timeframe.is_intraday
    return RawSeries(
        symbol=symbol,
        timeframe=timeframe,
        times=answer.times,
        sessions=local_days(answer.times, answer.zone) if intraday else answer.times.astype("datetime64[D]"),
        open=answer.open,
        high=answer.high,
        low=answer.low,
        close=answer.close,
        volume=answer.volume,
        dividends=answer.dividends,
        splits=answer.splits,
        adj_close=None if intraday else answer.adj_close,
        split_basis=now.date(),
        provider=YahooProvider.name,
        source="Yahoo Finance, chart",
        currency=answer.currency,
        fetched_at=now,
    )


def _explain(trouble: SourceTrouble, symbol: str, period: Period, timeframe: Timeframe) -> DataUnavailable:
    return explain(trouble, "Yahoo", symbol, period, timeframe, remedy="upgrade yfinance (pip install -U yfinance)")
