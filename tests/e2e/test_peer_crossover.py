"""The script that submitting is timed against makes the trades of the sentence that it stands for."""

import subprocess
from pathlib import Path

import pytest

from benchmarks.submit_and_report import PEER, ROOT, SENTENCE, launchers, write_bars
from tests.e2e.project import Project


def test_only_launchers_that_are_there_are_timed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert launchers() == ["plain"]
    (tmp_path / "tmux").write_text("#!/bin/sh\n")
    (tmp_path / "tmux").chmod(0o755)
    assert launchers() == ["plain", "tmux"]


@pytest.mark.skipif(not PEER.exists(), reason="the benchmarks' own environment is not there: make bench makes it")
def test_the_peer_makes_the_same_backtest(project: Project):
    path = write_bars(project.root / "prices")
    peer = subprocess.run(
        [PEER, ROOT / "benchmarks" / "peer_crossover.py", path], capture_output=True, text=True, timeout=60, check=True
    )
    total_return, closed = peer.stdout.split()
    metrics = project.run(SENTENCE)["runs"][0]["metrics"]
    assert metrics["trades"] == int(closed) > 0
    # whole shares of some 100 dollars against a capital of 25,000, and a ten-thousandth left in cash
    assert metrics["total_return"] == pytest.approx(float(total_return) / 100, abs=1e-3)
