"""From pressing Enter to the shell prompt back, and to the finished report, against two floors.

Floors: a bare `python -c pass`, and a bare script that makes the same trades with backtesting.py on the same CSV
(`peer_crossover.py` says what differs); it writes no report, checks nothing and isolates nothing.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from benchmarks.timing import Contender, in_turn, ratio, table

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"
NLBT = ROOT / ".venv" / "bin" / "nlbt"
PEER = ROOT / ".bench-venv" / "bin" / "python"
FLOOR, PEER_SCRIPT = "python -c pass", "backtesting.py script"
MOST = {"nlbt bg, plain": 6.0, "nlbt bg, tmux": 9.0}
SENTENCE = "Backtest DEMO 50/200 MA crossover in 2024 with $25K"


def write_bars(folder: Path) -> Path:
    """Five years of synthetic daily bars as a CSV, the way people keep them; in 2024 they cross up, down and up."""
    days = _weekdays(date(2020, 1, 1), date(2024, 12, 31))
    price, state, lines = 100.0, 11, ["date,open,high,low,close,volume"]
    for day in days:
        state = (state * 1103515245 + 12345) % 2**31  # the textbook generator: the same bars on every machine
        move = (state / 2**31 - 0.5) * 0.04 + 0.0003
        close = price * (1 + move)
        high, low = max(price, close) * 1.004, min(price, close) * 0.996
        lines.append(f"{day},{price:.4f},{high:.4f},{low:.4f},{close:.4f},{1_000_000}")
        price = close
    path = folder / "DEMO.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _weekdays(first: date, last: date) -> list[date]:
    days = (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))
    return [day for day in days if day.weekday() < 5]


def launchers() -> list[str]:
    """Those that this machine has."""
    return ["plain", *(["tmux"] if shutil.which("tmux") else [])]


def run(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bars").mkdir()
        csv = write_bars(folder / "bars")
        environment = {**os.environ, "NLBT_DATA_DIR": str(csv.parent)}

        def submit(launcher: str, *options: str) -> Contender:
            label = f"nlbt bg{' --wait' if options else ''}, {launcher}"
            job = f"{launcher}{'-wait' if options else ''}"

            def after(number: int) -> None:
                if not options:  # the next contender must not share the machine with this one's job
                    done = subprocess.run(
                        [NLBT, "bg-wait", f"{job}-{number}"],
                        cwd=folder,
                        env=environment,
                        stdout=subprocess.PIPE,
                        text=True,
                        check=False,
                    )
                    if done.returncode:
                        raise SystemExit(f"{job}-{number} ended with {done.returncode}: {done.stdout}")

            return Contender(
                label,
                lambda number: [str(NLBT), "bg", SENTENCE, "--name", f"{job}-{number}", *options],
                folder,
                {**environment, "NLBT_LAUNCHER": launcher},
                after,
            )

        contenders = [
            Contender(FLOOR, lambda _: [str(PYTHON), "-c", "pass"], folder, environment),
            Contender(
                PEER_SCRIPT,
                lambda _: [str(PEER), str(ROOT / "benchmarks" / "peer_crossover.py"), str(csv)],
                folder,
                environment,
            ),
            *(submit(launcher) for launcher in launchers()),
            *(submit(launcher, "--wait") for launcher in launchers()),
        ]
        print(f"{rounds} rounds, in turn; Python {sys.version.split()[0]}; ratios are medians, pair by pair\n")
        seconds = in_turn(contenders, rounds)
        print(table(seconds, [FLOOR, PEER_SCRIPT]))
        if "tmux" not in launchers():
            print("tmux is not installed: its rows are left out")
        for contender, most in MOST.items():
            if contender not in seconds:
                continue
            times = ratio(seconds, contender, FLOOR)
            print(f"{contender}: {times:.2f} times the interpreter's start, at most {most:g} is wanted")
