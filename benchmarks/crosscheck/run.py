"""`make crosscheck`: the engine and its peers on the same bars, fill by fill; 1 when a difference has no reason.

Real bars come from a folder of daily CSV files (--data), where there is one; with --record the peers' outcomes on
synthetic bars are written to tests/golden/peers, which the test suite compares with.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.crosscheck import ours, series  # noqa: E402
from benchmarks.crosscheck.cases import CASES, Case  # noqa: E402
from benchmarks.crosscheck.compare import differences  # noqa: E402
from benchmarks.crosscheck.reasons import reason_of  # noqa: E402
from bgagent.bars import Bars  # noqa: E402

PYTHON = ROOT / ".crosscheck-venv" / "bin" / "python"
GOLDEN = ROOT / "tests" / "golden" / "peers"
REAL = ("SPY", "AAPL", "TLT", "GLD", "MSFT", "BTC-USD")
START, END = date(2015, 1, 1), date(2024, 12, 31)
SYNTHETIC = (("ONE", 7), ("TWO", 11), ("THREE", 23))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "market" / "daily")
    parser.add_argument("--python", type=Path, default=PYTHON, help="interpreter that has the peers")
    parser.add_argument("--record", action="store_true", help="write the outcomes on synthetic bars as golden files")
    asked = parser.parse_args()
    made = [series.synthetic(symbol, seed) for symbol, seed in SYNTHETIC]
    unexplained = 0
    for case in CASES:
        for peer in case.peers:
            for bars in _inputs(case, made, asked.data):
                unexplained += _compare(case, peer, bars, asked)
    if asked.record:
        _record_metrics(asked.python)
    print(f"{unexplained} differences without a reason" if unexplained else "every difference has its reason")
    return int(unexplained > 0)


def _inputs(case: Case, made: list[Bars], folder: Path) -> list[list[Bars]]:
    """What a case runs on: the synthetic bars first, then real ones."""
    files = [path for symbol in REAL if (path := folder / f"{symbol}.csv.gz").exists()]
    real = [series.read(path, START, END) for path in files]
    if case.family == "rebalance":
        return [made, *([series.together(real[:1] + real[2:4])] if len(real) >= 4 else [])]
    return [[made[0]], *([bars] for bars in real)]


def _compare(case: Case, peer: str, bars: Sequence[Bars], asked: argparse.Namespace) -> int:
    mine, theirs = ours.run(case, bars), _peer(case, peer, bars, asked.python)
    names = "+".join(each.symbol for each in bars)
    found = differences(mine.fills, mine.equity, theirs["fills"], theirs["equity"])
    reason = reason_of(case.family, peer, mine.fills, theirs["fills"]) if found else ""
    said = "the same" if not found else f"{len(found)} differences: {reason or 'WITHOUT A REASON'}"
    print(f"{case.name:16} {peer:12} {names:16} {len(mine.fills):5} fills, {mine.equity[-1]:14.4f}  {said}")
    if found and not reason:
        print(*(f"    {line}" for line in found[:5]), sep="\n")
    if asked.record and bars[0].symbol == SYNTHETIC[0][0]:
        GOLDEN.mkdir(parents=True, exist_ok=True)
        path = GOLDEN / f"{case.name}.{peer}.json"
        rows = {"peer": peer, "version": theirs["version"], "case": case.as_json()}
        fills, equity = theirs["fills"], theirs["equity"]
        path.write_text(json.dumps({**rows, "fills": fills, "equity": equity}) + "\n", encoding="utf-8")
    return int(bool(found) and not reason)


def _record_metrics(python: Path) -> None:
    """Writes what empyrical-reloaded makes of two of the recorded curves."""
    curves = [str(GOLDEN / f"{name}.json") for name in ("crossover.vectorbt", "rebalance.vectorbt")]
    script = Path(__file__).parent / "peer_metrics.py"
    done = subprocess.run(
        [str(python), "-W", "ignore", str(script), *curves], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"the metrics failed:\n{done.stderr[-2000:]}")
    (GOLDEN.parent / "metrics_empyrical.json").write_text(done.stdout, encoding="utf-8")


def _peer(case: Case, peer: str, bars: Sequence[Bars], python: Path) -> dict[str, list]:
    with tempfile.TemporaryDirectory() as name:
        paths = [Path(name) / f"{place}.csv" for place in range(len(bars))]
        for each, path in zip(bars, paths, strict=True):
            series.write(each, path)
        script = Path(__file__).parent / f"peer_{peer}.py"
        command = [str(python), "-W", "ignore", str(script), json.dumps(case.as_json()), *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{peer} failed on {case.name}:\n{done.stderr[-2000:]}")
        return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
