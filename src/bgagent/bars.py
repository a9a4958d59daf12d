"""Read-only OHLCV arrays of one symbol."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from bgagent.periods import Period, Timeframe

Floats = NDArray[np.float64]
Times = NDArray[np.datetime64]

PRICE_COLUMNS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """Bars of one symbol, oldest first.

    times: (n,) datetime64[s], strictly increasing: the start of each bar. For daily and longer bars midnight of the
        exchange's calendar day, without a zone; within the day UTC.
    sessions: (n,) datetime64[D], the exchange's calendar day of each bar.
    open, high, low, close: (n,) prices, finite and above 0. volume: (n,), 0 or more.
    next_session: day of the session after the last bar's, known ahead from the exchange's calendar; None: not known.
    All arrays are float64, contiguous and set read-only here. Raises ValueError when shapes, order or values break it.
    """

    symbol: str
    timeframe: Timeframe
    times: Times
    sessions: Times
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    next_session: date | None = None

    def __post_init__(self) -> None:
        count = len(self.times)
        times = np.ascontiguousarray(self.times, dtype="datetime64[s]")
        sessions = np.ascontiguousarray(self.sessions, dtype="datetime64[D]")
        if sessions.shape != (count,):
            raise ValueError(f"{self.symbol}: sessions have shape {sessions.shape}, expected ({count},)")
        if count > 1 and not bool(np.all(times[1:] > times[:-1])):
            raise ValueError(f"{self.symbol}: bar times must increase strictly")
        if self.next_session is not None and count and not self.next_session > sessions[-1].item():
            raise ValueError(f"{self.symbol}: {self.next_session} does not come after the last bar")
        frozen: dict[str, Floats | Times] = {"times": times, "sessions": sessions}
        for name in PRICE_COLUMNS:
            column = np.ascontiguousarray(getattr(self, name), dtype=np.float64)
            if column.shape != (count,):
                raise ValueError(f"{self.symbol}: {name} has shape {column.shape}, expected ({count},)")
            low_enough = column >= 0 if name == "volume" else column > 0
            if not bool(np.all(np.isfinite(column) & low_enough)):
                raise ValueError(
                    f"{self.symbol}: {name} must be finite and {'0 or more' if name == 'volume' else 'above 0'}"
                )
            frozen[name] = column
        for name, array in frozen.items():
            view = array.view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    def __len__(self) -> int:
        return len(self.times)

    def between(self, start: int, stop: int) -> "Bars":
        """The bars `start` to `stop - 1`, as views; the session after them stays known."""
        columns = {name: getattr(self, name)[start:stop] for name in PRICE_COLUMNS}
        sessions = self.sessions[start:stop]
        following = self.next_session
        if len(sessions):
            after = int(np.searchsorted(self.sessions, sessions[-1], side="right"))
            following = self.sessions[after].item() if after < len(self) else following
        return Bars(self.symbol, self.timeframe, self.times[start:stop], sessions, **columns, next_session=following)

    def index_of(self, day: date) -> int:
        """Index of the first bar whose session is `day` or later; len(self) when there is none."""
        return int(np.searchsorted(self.sessions, np.datetime64(day, "D"), side="left"))

    def until(self, day: date) -> "Bars":
        """The bars whose session is `day` or earlier."""
        return self.between(0, int(np.searchsorted(self.sessions, np.datetime64(day, "D"), side="right")))

    def span(self) -> Period | None:
        """First to last session; None when there are no bars."""
        if not len(self):
            return None
        return Period(self.sessions[0].item(), self.sessions[-1].item())


def daily_bars(symbol: str, days: Times, prices: dict[str, Floats], *, timeframe: Timeframe = Timeframe.DAY) -> Bars:
    """Bars one session long or longer, from calendar days and the five columns of PRICE_COLUMNS."""
    sessions = np.asarray(days, dtype="datetime64[D]")
    return Bars(symbol, timeframe, sessions.astype("datetime64[s]"), sessions, **prices, next_session=None)
