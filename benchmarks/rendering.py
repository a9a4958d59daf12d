"""What a report costs: the three renderings of ten years of days and 500 trades, and the page of 1,000 jobs.

Each is timed inside one process of its own, imports left out, and held against `python -c "import numpy"`.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bgagent.artifacts.report import Curve, Report

ROOT = Path(__file__).resolve().parent.parent
JOBS = 1000
TRADES = 500


def run(rounds: int) -> None:
    """Prints the table."""
    rows: dict[str, list[float]] = {"python -c 'import numpy'": [], **{name: [] for name in _MEASURED}}
    for _ in range(rounds):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import numpy"], check=True)
        rows["python -c 'import numpy'"].append(time.perf_counter() - started)
        for name in _MEASURED:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.rendering", name],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=True,
            )
            rows[name].append(float(done.stdout))
    floor = rows["python -c 'import numpy'"]
    print("a report of 2,520 days and 500 trades; the page of 1,000 jobs")
    for name, took in rows.items():
        ratio = statistics.median(one / other for one, other in zip(took, floor, strict=True))
        print(f"{name:32} median {_ms(statistics.median(took))}  min {_ms(min(took))}  x import numpy {ratio:5.2f}")


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:6.1f} ms"


def _long_report() -> "tuple[Report, list[Curve]]":
    from tests.reporting.samples import make_report, make_run

    run_row, curve = make_run(bars=2520)
    trades = tuple(run_row.trades[at % len(run_row.trades)] for at in range(TRADES))
    return make_report(replace(run_row, trades=trades)), [curve]


def render() -> Callable[[], object]:
    """All three renderings, drawings included."""
    from bgagent.artifacts.codec import to_json
    from bgagent.reporting.charts import draw_charts
    from bgagent.reporting.html import to_html
    from bgagent.reporting.markdown import to_markdown

    report, curves = _long_report()

    def made() -> object:
        charts = draw_charts(report, curves)
        return to_json(report), to_markdown(report), to_html(report, charts, curves)

    return made


def index() -> Callable[[], object]:
    """The page of all jobs, one of which is new."""
    from bgagent.artifacts.codec import to_json
    from bgagent.jobs.folders import Folders
    from bgagent.reporting.index import rebuild_index
    from tests.reporting.samples import crossover

    root = Path(tempfile.mkdtemp())
    folders = Folders(root / "logs", root / "reports")
    folders.make_ready()
    text = to_json(crossover()[0])
    for number in range(JOBS):
        folders.files(f"job-{number}").report_json.write_bytes(text)
    rebuild_index(folders, now=datetime.now(UTC))
    folders.files("new").report_json.write_bytes(text)
    return lambda: rebuild_index(folders, now=datetime.now(UTC))


_MEASURED = {"render": render, "index": index}

if __name__ == "__main__":
    if len(sys.argv) > 1:
        measured = _MEASURED[sys.argv[1]]()
        began = time.perf_counter()
        measured()
        print(time.perf_counter() - began)
    else:
        run(7)
