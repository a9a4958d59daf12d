"""The engine against its peers: the same work on the same bars, each in a process and an environment of its own.

Signal on the close, fill at the next open, 10 basis points a side, all of the money, fractional shares. Ratios within
one run are what counts; the goals stand beside them. What a peer does differently stands under the table.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PEERS = Path(__file__).resolve().parent / "peers"
OURS, THEIRS = ROOT / ".venv/bin/python", ROOT / ".bench-venv/bin/python"
TURNS = 2  # processes of each contender, taken in turn with the others


@dataclass(frozen=True, slots=True)
class Contender:
    """A peer at a work. goal: how many times our time it should take; rounds: counted ones in a process."""

    peer: str
    goal: float | None
    rounds: int = 7
    work: str | None = None
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """One line of the table. per_bar: the folders have different numbers of bars, times are divided by them."""

    title: str
    work: str
    folder: str
    peers: tuple[Contender, ...]
    per_bar: bool = False


WORKS = (
    Work(
        "W1: crossover, 2,520 bars, warm, all metrics",
        "crossover",
        "small",
        (
            Contender("raptorbt", 4, 201),
            Contender("vectorbt", 300, 9),
            Contender("backtesting", None, 7),
        ),
    ),
    Work(
        "W2: the same, 1,000,000 bars",
        "crossover",
        "large",
        (Contender("raptorbt", 15, 9), Contender("vectorbt", 10, 7)),
    ),
    Work(
        "W3: 1,000 pairs of averages on W1's bars",
        "sweep",
        "small",
        (Contender("raptorbt", 25, 7), Contender("vectorbt", 30, 7)),
    ),
    Work(
        "W4: W2 with a stop of 5 % and a target of 10 %",
        "levels",
        "large",
        (Contender("raptorbt", 15, 9), Contender("vectorbt", None, 7)),
    ),
    Work(
        "W5: 500 symbols, 20 years, monthly the 50 best",
        "rotation",
        "universe",
        (Contender("vectorbt", 80, 3), Contender("bt", 400, 2)),
    ),
    Work(
        "on_bar with a stop, time of one bar",
        "on_bar",
        "large",
        (
            Contender("backtesting", 5, 4, folder="middle"),
            Contender("backtrader", 20, 1, folder="middle"),
        ),
        per_bar=True,
    ),
)
NOT_MEASURED = "nautilus-trader is installed but not measured: its engine takes a catalogue and a venue, not arrays"
GROWTH = (100_000, 1_000_000, 10_000_000)


def walk(count: int, seed: int, symbols: int = 0) -> dict[str, np.ndarray]:
    """Bars of a random walk, one row for each symbol; those of one symbol are flat arrays."""
    random = np.random.default_rng(seed)
    shape = (symbols or 1, count)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.01, shape), axis=1))
    before = np.concatenate((np.full((shape[0], 1), 100.0), close[:, :-1]), axis=1)
    opens = before * np.exp(random.normal(0.0, 0.003, shape))
    prices = {
        "open": opens,
        "high": np.maximum(opens, close) * (1.0 + np.abs(random.normal(0.0, 0.004, shape))),
        "low": np.minimum(opens, close) * (1.0 - np.abs(random.normal(0.0, 0.004, shape))),
        "close": close,
        "volume": np.ones(shape),
    }
    days = np.busday_offset("2004-01-01", np.arange(count), roll="forward") if count < 20_000 else np.arange(count)
    return {name: column if symbols else column[0] for name, column in prices.items()} | {"days": days.astype(np.int64)}


def write(folder: Path, own: dict[str, np.ndarray]) -> None:
    """The columns as files of numpy."""
    folder.mkdir()
    for name, column in own.items():
        np.save(folder / f"{name}.npy", column)


def answer(peer: str, work: str, folder: Path, rounds: int) -> dict[str, object]:
    """What a contender's process says: seconds of each round, final equity, peak memory; or why it failed."""
    python = OURS if peer == "ours" else THEIRS
    script = PEERS / ("ours.py" if peer == "ours" else f"{peer}_peer.py")
    done = subprocess.run(
        [str(python), str(script), work, str(folder), str(rounds)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        return {"failed": lines[-1] if lines else f"ended with {done.returncode}"}
    said: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return said


def apart(ours: object, theirs: object) -> str:
    """How far the final equities are from each other, relatively, the furthest of them."""
    one, other = np.atleast_1d(np.array(ours, float)), np.atleast_1d(np.array(theirs, float))
    gap = float(np.max(np.abs(one / other - 1.0)))
    return "equal to 1e-9" if gap <= 1e-9 else f"{gap:.1e} apart"


def run_work(work: Work, folder: Path) -> None:
    """Prints the lines of one work."""
    bars = {name: len(np.load(folder / name / "days.npy")) for name in ("small", "middle", "large", "universe")}
    contenders = [Contender("ours", None, 201 if work.folder == "small" else 9), *work.peers]
    took: dict[str, list[float]] = {contender.peer: [] for contender in contenders}
    last: dict[str, dict[str, object]] = {}
    for _ in range(TURNS):
        for contender in contenders:
            where = contender.folder or work.folder
            last[contender.peer] = answer(contender.peer, work.work, folder / where, contender.rounds)
            seconds = last[contender.peer].get("seconds", [])
            divide = bars[where] if work.per_bar else 1
            took[contender.peer] += [one / divide for one in seconds]  # type: ignore[union-attr,attr-defined]
    ours = statistics.median(took["ours"])
    print(f"\n{work.title}: {span(ours)}, peak {last['ours']['peak_mb']:.0f} MB of the process")
    for contender in work.peers:
        if not took[contender.peer]:
            print(f"  {contender.peer:12} {last[contender.peer]['failed']}")
            continue
        median = statistics.median(took[contender.peer])
        goal = "" if contender.goal is None else f"(goal {contender.goal:g} x)"
        same_bars = contender.folder is None
        gap = apart(last["ours"]["equity"], last[contender.peer]["equity"]) if same_bars else "on fewer bars"
        print(f"  {contender.peer:12} {span(median):>10}  {median / ours:8.1f} x {goal:14} {gap}")


def span(seconds: float) -> str:
    """A time with a fitting unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def run_cold(folder: Path, rounds: int) -> None:
    """Whole processes that import, run W1 once and print what it gave."""
    contenders: dict[str, Sequence[str]] = {
        "ours": [str(OURS), str(PEERS / "ours.py"), "crossover", str(folder / "small"), "0"],
        "raptorbt": [str(THEIRS), str(PEERS / "raptorbt_peer.py"), "crossover", str(folder / "small"), "0"],
        "vectorbt": [str(THEIRS), str(PEERS / "vectorbt_peer.py"), "crossover", str(folder / "small"), "0"],
        "backtesting": [str(THEIRS), str(PEERS / "backtesting_peer.py"), "crossover", str(folder / "small"), "0"],
        "import numpy": [str(OURS), "-c", "import numpy"],
        "pass": [str(OURS), "-I", "-S", "-c", "pass"],
    }
    took: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, command in contenders.items():
            started = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            took[name].append(time.perf_counter() - started)
    ours = statistics.median(took["ours"])
    print(f"\ncold process, imports, one W1 and its answer as JSON: {span(ours)}")
    goals = {"raptorbt": "(goal 2 x)", "backtesting": "(goal 10 x)"}
    for name, seconds in took.items():
        if name != "ours":
            median = statistics.median(seconds)
            print(f"  {name:12} {span(median):>10}  {median / ours:8.2f} x {goals.get(name, '')}")


def run_growth(folder: Path) -> None:
    """Time of one bar as the bars become more."""
    medians = []
    for count in GROWTH:
        if not (folder / str(count)).exists():
            write(folder / str(count), walk(count, 5))
        seconds = answer("ours", "crossover", folder / str(count), 7)["seconds"]
        medians.append(statistics.median(seconds) / count)  # type: ignore[arg-type]
    said = ", ".join(f"{count:,} bars {span(median)}" for count, median in zip(GROWTH, medians, strict=True))
    print(f"\ntime of one bar of the crossover: {said}; {max(medians) / min(medians):.2f} x (goal 1.2 x)")


def run(rounds: int = 7) -> None:
    """Prints the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "small", walk(2_520, 7))
        write(folder / "middle", walk(20_000, 8))
        write(folder / "large", walk(1_000_000, 9))
        write(folder / "universe", walk(252 * 20, 10, symbols=500))
        for work in WORKS:
            run_work(work, folder)
        run_cold(folder, rounds)
        run_growth(folder)
    print(f"\n{NOT_MEASURED}")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
