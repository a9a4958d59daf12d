"""Wall times of whole processes, taken in turn so that a drifting machine touches all of them alike."""

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Contender:
    """Something to time. command: for the number of a round. after: run untimed behind each round."""

    name: str
    command: Callable[[int], Sequence[str]]
    cwd: Path
    environment: Mapping[str, str]
    after: Callable[[int], None] = lambda _: None


def in_turn(contenders: Sequence[Contender], rounds: int) -> dict[str, list[float]]:
    """Seconds of each contender in each round; one round more, first, is not counted. A failure ends the benchmark."""
    seconds: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for number in range(rounds + 1):
        for contender in contenders:
            started = time.perf_counter()
            done = subprocess.run(
                contender.command(number),
                cwd=contender.cwd,
                env=dict(contender.environment),
                capture_output=True,
                text=True,
                check=False,
            )
            took = time.perf_counter() - started
            if done.returncode:
                raise SystemExit(
                    f"{contender.name} ended with {done.returncode}: {(done.stderr or done.stdout)[-2000:]}"
                )
            contender.after(number)
            if number:
                seconds[contender.name].append(took)
    return seconds


def ratio(seconds: Mapping[str, Sequence[float]], name: str, floor: str) -> float:
    """Median of how many times the floor's a row's time is, round by round."""
    return statistics.median(a / b for a, b in zip(seconds[name], seconds[floor], strict=True))


def table(seconds: Mapping[str, Sequence[float]], floors: Sequence[str]) -> str:
    """Median and range of each row, and its ratio to each floor, pair by pair, as text."""
    width = max(len(name) for name in seconds)
    head = "".join(f"{'x ' + floor:>34}" for floor in floors)
    lines = [f"{'':{width}}  {'median':>9}  {'min':>9}  {'max':>9}{head}"]
    for name, times in seconds.items():
        ratios = "".join(f"{ratio(seconds, name, floor):>34.2f}" for floor in floors)
        lines.append(
            f"{name:{width}}  {statistics.median(times) * 1e3:>6.0f} ms  {min(times) * 1e3:>6.0f} ms"
            f"  {max(times) * 1e3:>6.0f} ms{ratios}"
        )
    return "\n".join(lines)
