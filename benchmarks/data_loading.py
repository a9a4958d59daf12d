"""Loading bars, against a bare `pandas.read_parquet` of the same rows, in turn and each in a process of its own.

One symbol and 500 symbols of 20 years daily, and a million one-minute bars: from the cache (warm), from csv (cold), and
peak memory over that of the imports, in multiples of the arrays that come out.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from benchmarks.timing import Contender, in_turn, table
from bgagent.data.cache import SeriesCache, Stored
from bgagent.data.calendars import sessions
from bgagent.data.export import write_series
from bgagent.data.series import RawSeries
from bgagent.periods import Period, Timeframe, Trading

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"
YEARS = Period(date(2005, 1, 3), date(2024, 12, 31))
MINUTES = 1_000_000
NOW = datetime(2024, 12, 31, 23, tzinfo=UTC)

# of this process alone; getrusage would count what its parent had before the exec
_PEAK = """
def peak_kb():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
"""

# what the benchmarked processes share: bars of each symbol through the one door, as a job gets them
_OURS = (
    _PEAK
    + """
import json, sys
from datetime import UTC, date, datetime
from pathlib import Path
from bgagent.data.cached_provider import CachedProvider
from bgagent.data.folder import FolderProvider
from bgagent.data.load import load_series
from bgagent.periods import Period, Timeframe
class Nowhere:
    name, remote, synthetic, where = "bench", True, False, "nowhere"
    def fetch(self, symbol, period, timeframe, now):
        raise SystemExit(f"{symbol} is not in the cache")
kind, folder, timeframe, start, end, *symbols = sys.argv[1:]
now = datetime(2024, 12, 31, 23, tzinfo=UTC)
cached = CachedProvider(Nowhere(), Path(folder), clock=lambda: now)
provider = cached if kind == "cache" else FolderProvider([Path(folder)])
period = Period(date.fromisoformat(start), date.fromisoformat(end))
before = peak_kb()
for symbol in symbols:
    series = load_series(symbol, period, Timeframe(timeframe), warmup_bars=0, provider=provider, now=now)
heavy = [name for name in ("pandas", "pyarrow", "yfinance", "exchange_calendars") if name in sys.modules]
peak = peak_kb() - before
print(json.dumps({"bars": len(series.bars), "peak_mb": peak / 1024, "heavy": heavy}))
"""
)
_THEIRS = (
    _PEAK
    + """
import json, sys
import pandas
before = peak_kb()
for path in sys.argv[1:]:
    frame = pandas.read_parquet(path)
peak = peak_kb() - before
print(json.dumps({"bars": len(frame), "peak_mb": peak / 1024}))
"""
)


def series_of(symbol: str, timeframe: Timeframe, times: np.ndarray, days: np.ndarray, seed: int) -> RawSeries:
    """A random walk with two decimals, as vendors write prices."""
    random = np.random.default_rng(seed)
    count = len(times)
    close = np.round(100 * np.exp(np.cumsum(random.normal(0, 1e-3, count))), 2)
    open_ = np.append(close[0], close[:-1])
    return RawSeries(
        symbol=symbol,
        timeframe=timeframe,
        times=times,
        sessions=days,
        open=open_,
        high=np.maximum(open_, close) + 0.01,
        low=np.minimum(open_, close) - 0.01,
        close=close,
        volume=np.floor(random.uniform(1, 1e6, count)),
        dividends=np.zeros(count),
        splits=np.zeros(count),
        adj_close=None,
        split_basis=NOW.date(),
        provider="bench",
        source="benchmark",
        currency="USD",
        fetched_at=NOW,
    )


def keep(series: RawSeries, folder: Path) -> None:
    """The same rows in the cache, as csv and as parquet."""
    length = "" if series.timeframe is Timeframe.DAY else f"_{series.timeframe}"
    write_series(series, folder / "csv" / f"{series.symbol}{length}.csv")
    write_series(series, folder / "parquet" / f"{series.symbol}{length}.parquet")
    cache, period = SeriesCache(folder / "cache"), Period(date(1900, 1, 1), NOW.date())
    with cache.lock("bench", series.symbol, series.timeframe, wait_s=1.0, shared=False):
        cache.write(Stored(series, period), library="benchmark")


def measure(
    title: str, folder: Path, timeframe: Timeframe, period: Period, symbols: Sequence[str], rounds: int
) -> None:
    length = "" if timeframe is Timeframe.DAY else f"_{timeframe}"
    asked = [str(timeframe), str(period.start), str(period.end), *symbols]
    files = [str(folder / "parquet" / f"{symbol}{length}.parquet") for symbol in symbols]
    commands = {
        "pandas.read_parquet": [str(PYTHON), "-c", _THEIRS, *files],
        "ours, cached": [str(PYTHON), "-c", _OURS, "cache", str(folder / "cache"), *asked],
        "ours, from csv": [str(PYTHON), "-c", _OURS, "csv", str(folder / "csv"), *asked],
    }
    facts = {name: _facts(command) for name, command in commands.items()}
    contenders = [Contender(name, lambda _, command=command: command, folder, {}) for name, command in commands.items()]
    print(f"\n{title}: {facts['ours, cached']['bars']:,} bars a symbol")
    print(table(in_turn(contenders, rounds), ["pandas.read_parquet"]))
    if len(symbols) == 1:
        arrays_mb = facts["ours, cached"]["bars"] * 7 * 8 / 2**20
        for name, fact in facts.items():
            print(f"{name}: peak {fact['peak_mb']:.0f} MB over the imports, {fact['peak_mb'] / arrays_mb:.1f} x arrays")
    print(
        f"loaded by the cached one of pandas, pyarrow, yfinance, exchange_calendars: {facts['ours, cached']['heavy']}"
    )


def _facts(command: Sequence[str]) -> Mapping[str, float]:
    done = subprocess.run(command, capture_output=True, text=True, env={}, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    found: Mapping[str, float] = json.loads(done.stdout)
    return found


def run(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        days = sessions(Trading.EXCHANGE, YEARS)
        symbols = [f"S{number:03d}" for number in range(500)]
        for number, symbol in enumerate(symbols):
            keep(series_of(symbol, Timeframe.DAY, days.astype("datetime64[s]"), days, number), folder)
        times = np.datetime64("2023-01-01", "s") + (np.arange(MINUTES) * 60).astype("timedelta64[s]")
        keep(series_of("BTC-USD", Timeframe.MINUTE_1, times, times.astype("datetime64[D]"), 1), folder)
        print(f"{rounds} rounds, in turn; Python {sys.version.split()[0]}; ratios are medians, pair by pair")
        measure("one symbol, 20 years daily", folder, Timeframe.DAY, YEARS, symbols[:1], rounds)
        measure("500 symbols, 20 years daily", folder, Timeframe.DAY, YEARS, symbols, max(1, rounds // 3))
        last = times[-1].astype("datetime64[D]").item()
        measure(
            "a million one-minute bars", folder, Timeframe.MINUTE_1, Period(date(2023, 1, 1), last), ["BTC-USD"], rounds
        )


if __name__ == "__main__":
    run(rounds=5)
