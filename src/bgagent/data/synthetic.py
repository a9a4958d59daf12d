"""Made-up prices that look like a market: for demos and tests, and always marked as synthetic.

A bar depends on the symbol, the seed and its day alone, never on the window that was asked for: every path is drawn
from the same first day on. Each year has stretches of rising, falling and quiet markets, so that trends begin and end.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from bgagent.bars import PRICE_COLUMNS, Floats, Times
from bgagent.data.calendars import last_complete_session, midnights, sessions
from bgagent.data.findings import Finding, Severity
from bgagent.data.markets import Market, market_of
from bgagent.data.series import RawSeries
from bgagent.errors import DataUnavailable
from bgagent.periods import Period, Timeframe, Trading

FIRST_DAY = date(1980, 1, 1)
_NOTE = Finding("synthetic", Severity.NOTE, "SYNTHETIC prices, drawn at random: they say nothing about any market")


@dataclass(frozen=True, slots=True)
class _Temper:
    """How lively a market is. Rates a year: volatility, and the drifts between which its stretches choose."""

    volatility: float
    drifts: tuple[float, ...]
    pull: float  # share of the distance from its long-run level that a year takes back
    growth: float  # of the long-run level, a year
    decimals: int


_TEMPERS = {
    Trading.EXCHANGE: _Temper(0.24, (0.45, 0.25, 0.05, -0.10, -0.45), 0.25, 0.05, 2),
    Trading.WEEKDAYS: _Temper(0.08, (0.12, 0.04, 0.0, -0.04, -0.12), 0.35, 0.0, 5),
    Trading.ALWAYS: _Temper(0.55, (1.2, 0.5, 0.0, -0.4, -1.0), 0.30, 0.08, 2),
}


class SyntheticProvider:
    """Daily and one-minute bars of any symbol."""

    name = "synthetic"
    remote = False
    synthetic = True

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def __repr__(self) -> str:
        return f"SyntheticProvider(seed={self.seed})"

    @property
    def where(self) -> str:
        """The provider, as in a message."""
        return f"synthetic (seed {self.seed})"

    def fetch(self, symbol: str, period: Period, timeframe: Timeframe, now: datetime) -> RawSeries:
        """All days since the beginning for daily and longer bars, the period's own for bars within the day."""
        market = market_of(symbol)
        end = min(period.end, last_complete_session(now, market))
        if end < FIRST_DAY:
            raise DataUnavailable(
                f"synthetic prices begin on {FIRST_DAY}, {period} lies before", hint="choose a later period"
            )
        days, columns = _daily(symbol, self.seed, market.trading, end)
        if timeframe.is_intraday:
            wanted = (days >= np.datetime64(period.start)) & (days <= np.datetime64(end))
            columns = {name: column[wanted] for name, column in columns.items()}
            times, days, columns = _within_the_day(symbol, self.seed, market, days[wanted], columns)
            timeframe = Timeframe.MINUTE_1
        else:
            times, timeframe = days.astype("datetime64[s]"), Timeframe.DAY
        nothing = np.zeros(len(times))
        return RawSeries(
            symbol=symbol,
            timeframe=timeframe,
            times=times,
            sessions=days,
            open=columns["open"],
            high=columns["high"],
            low=columns["low"],
            close=columns["close"],
            volume=columns["volume"],
            dividends=nothing,
            splits=nothing,
            adj_close=None,
            split_basis=end,
            provider=self.name,
            source=self.where,
            currency=market.currency,
            synthetic=True,
            findings=(_NOTE,),
        )


def _random(symbol: str, seed: int, part: str) -> np.random.Generator:
    key = hashlib.sha256(f"{symbol.upper()}|{seed}|{part}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(key[:16], "big")))


def _daily(symbol: str, seed: int, trading: Trading, end: date) -> tuple[Times, dict[str, Floats]]:
    """Days and columns from FIRST_DAY to `end`, a year drawn whole at a time."""
    temper = _TEMPERS[trading]
    start = _random(symbol, seed, "start")
    anchor = float(np.log(start.uniform(0.7, 1.6) if trading is Trading.WEEKDAYS else start.uniform(20, 120)))
    usual_volume = 0.0 if trading is Trading.WEEKDAYS else float(np.exp(start.uniform(13.5, 17.5)))
    level = anchor
    years = []
    for year in range(FIRST_DAY.year, end.year + 1):
        days = sessions(trading, Period(date(year, 1, 1), date(year, 12, 31)))
        anchor += temper.growth
        moves, stress = _year_of_moves(_random(symbol, seed, str(year)), len(days), temper, anchor - level)
        years.append((days, level + np.cumsum(moves), stress, _random(symbol, seed, f"{year} bars")))
        level = float(years[-1][1][-1])
    days = np.concatenate([year[0] for year in years])
    parts = [_bars_of(path, stress, random, temper, usual_volume) for _days, path, stress, random in years]
    kept = days <= np.datetime64(end)
    return days[kept], {name: np.concatenate([part[name] for part in parts])[kept] for name in PRICE_COLUMNS}


def _year_of_moves(random: np.random.Generator, count: int, temper: _Temper, distance: float) -> tuple[Floats, Floats]:
    """(n,) log moves of the close and (n,) how tense each day is; `distance` to the long-run level pulls back."""
    edges = np.sort(random.integers(0, count, size=random.integers(1, 4)))
    stretch = np.searchsorted(edges, np.arange(count), side="right")
    drifts = random.choice(temper.drifts, size=len(edges) + 1)
    drift = drifts[stretch] + temper.pull * distance
    # falling markets are restless ones
    stress = np.where(drifts[stretch] < 0, 1.35, 0.9) * np.exp(random.normal(0, 0.18, size=count))
    shocks = random.standard_t(5, size=count) * np.sqrt(3 / 5)
    daily = temper.volatility / np.sqrt(252)
    return drift / count + daily * stress * np.clip(shocks, -5, 5), stress


def _bars_of(
    path: Floats, stress: Floats, random: np.random.Generator, temper: _Temper, usual_volume: float
) -> dict[str, Floats]:
    """Open, high, low, close and volume around the closes of one year, from its own random numbers."""
    count, daily = len(path), temper.volatility / np.sqrt(252)
    spread = daily * stress
    # each open lies between the last close and this one, off by a gap; the year's first starts from its own close
    before = np.append(path[0], path[:-1])
    opening = (
        before + (path - before) * random.uniform(0, 0.5, size=count) + spread * random.normal(0, 0.25, size=count)
    )
    open_, close = np.round(np.exp(opening), temper.decimals), np.round(np.exp(path), temper.decimals)
    smallest = 10.0**-temper.decimals
    open_, close = np.maximum(open_, smallest), np.maximum(close, smallest)
    top, bottom = np.maximum(open_, close), np.minimum(open_, close)
    high = np.maximum(np.round(top * np.exp(spread * np.abs(random.normal(0, 0.5, size=count))), temper.decimals), top)
    low = np.round(bottom * np.exp(-spread * np.abs(random.normal(0, 0.5, size=count))), temper.decimals)
    low = np.maximum(np.minimum(low, bottom), smallest)
    volume = np.round(usual_volume * stress * np.exp(random.normal(0, 0.3, size=count)))
    return {"open": open_, "high": high, "low": low, "close": close, "volume": volume}


def _within_the_day(
    symbol: str, seed: int, market: Market, days: Times, daily: dict[str, Floats]
) -> tuple[Times, Times, dict[str, Floats]]:
    """One-minute bars that add up to the daily ones: times in UTC, sessions, columns."""
    minutes, opening_s = (390, 34_200) if market.trading is Trading.EXCHANGE else (1440, 0)
    decimals = _TEMPERS[market.trading].decimals
    starts = midnights(days, market.zone) + np.timedelta64(opening_s, "s")
    times = starts[:, None] + (np.arange(minutes) * 60).astype("timedelta64[s]")
    parts = [
        _minutes_of(
            _random(symbol, seed, f"{day} minutes"),
            minutes,
            [float(daily[name][row]) for name in PRICE_COLUMNS],
            decimals,
        )
        for row, day in enumerate(days)
    ]
    columns: dict[str, Floats] = {
        name: np.concatenate([part[place] for part in parts]) if parts else np.empty(0)
        for place, name in enumerate(PRICE_COLUMNS)
    }
    return times.ravel(), np.repeat(days, minutes), columns


def _minutes_of(random: np.random.Generator, count: int, day: list[float], decimals: int) -> list[Floats]:
    """Columns of one day: a random walk tied to its open and close, held within its low and high, reaching both."""
    open_, high, low, close, volume = day
    walk = np.cumsum(random.normal(size=count))
    walk -= walk[-1] * np.arange(1, count + 1) / count
    reach = float(np.ptp(walk)) or 1.0
    line = open_ + (close - open_) * np.arange(1, count + 1) / count
    ends = np.round(np.clip(line + walk / reach * (high - low), low, high), decimals)
    ends[-1] = close
    begins: Floats = np.concatenate((np.array([open_]), ends[:-1]))
    flicker = (high - low) / 200
    highs = np.round(np.minimum(np.maximum(begins, ends) + flicker * random.random(count), high), decimals)
    lows = np.round(np.maximum(np.minimum(begins, ends) - flicker * random.random(count), low), decimals)
    highs[np.argmax(highs)] = high
    lows[np.argmin(lows)] = low
    busy = 1.0 + 2.0 * (2.0 * np.arange(count) / count - 1.0) ** 2  # most is traded early and late
    shares = np.floor(volume * busy / busy.sum())
    shares[-1] += volume - shares.sum()
    return [begins, highs, lows, ends, shares]
