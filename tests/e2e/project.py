"""A project folder with prices of its own, and the program run in it as a person would."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.artifacts.published import complaints
from tests.e2e.prices import write_prices

CROSSOVER = "Backtest WAVE 10/30 MA crossover in 2024 with $25K"
PATIENCE_S = 90.0


@dataclass(frozen=True, slots=True)
class Project:
    """`root` is the current folder of every command; jobs run without tmux unless asked otherwise."""

    root: Path
    environment: dict[str, str]

    def nlbt(self, *arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bgagent", *arguments],
            cwd=self.root,
            env={**self.environment, **environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def run(self, sentence: str, *options: str, name: str = "job", **environment: str) -> dict[str, Any]:
        """The report of a sentence whose job has ended, whatever its exit code."""
        self.nlbt("bg", sentence, "--name", name, "--wait", *options, **environment)
        return self.report(name)

    def report(self, name: str) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.root / "reports" / f"{name}.json").read_text())
        assert complaints(report) == []
        return report

    def state(self, name: str) -> dict[str, Any]:
        done = self.nlbt("bg-status", name, "--json")
        assert done.returncode == 0, done.stderr
        facts: dict[str, Any] = json.loads(done.stdout)
        return facts

    def log(self, name: str) -> str:
        return (self.root / "logs" / f"{name}.log").read_text()

    def wait_until(self, name: str, **wanted: object) -> dict[str, Any]:
        """The job's facts once they are as wanted."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            facts = self.state(name)
            if all(facts[key] == value for key, value in wanted.items()):
                return facts
            if facts["ended_at"] is not None:
                break
            time.sleep(0.02)
        pytest.fail(f"{name} never came to {wanted}: {facts}")


def make_project(root: Path, **environment: str) -> Project:
    write_prices(root / "prices")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("COVERAGE", "PYTEST"))}
    return Project(
        root, {**kept, "NLBT_DATA_DIR": str(root / "prices"), "NLBT_LAUNCHER": "plain", "NO_COLOR": "1", **environment}
    )
