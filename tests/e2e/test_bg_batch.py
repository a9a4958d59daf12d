"""A file of sentences: each a job, ranked, and taken up where it was interrupted."""

import json
import os
import signal
import subprocess
import sys
import time

from tests.e2e.prices import write_prices
from tests.e2e.project import PATIENCE_S, Project

IDEAS = """# best first is for the program to find
Buy and hold WAVE in 2024 with $10K
Backtest WAVE 10/30 MA crossover in 2024 with $25K
Buy and hold QZXVW in 2024 with $10K
"""


def batch(project: Project, *arguments: str) -> tuple[int, list[dict[str, object]]]:
    done = project.nlbt("bg-batch", *arguments, "--json")
    assert done.stdout, done.stderr
    rows: list[dict[str, object]] = json.loads(done.stdout)
    return done.returncode, rows


def test_results_are_ranked_and_a_second_run_runs_nothing(project: Project):
    (project.root / "ideas.txt").write_text(IDEAS)
    code, rows = batch(project, "ideas.txt", "--metric", "total_return")
    assert code == 3, "the highest of the jobs' exit codes"
    assert [row["verdict"] for row in rows] == ["caution", "caution", None]
    returns = [
        project.report(str(row["job_id"]))["runs"][0]["metrics"]["total_return"] for row in rows if row["verdict"]
    ]
    assert returns == sorted(returns, reverse=True)
    assert [row["value"] for row in rows] == [*returns, None]
    assert "QZXVW" in str(rows[-1]["error"])
    before = sorted(path.name for path in (project.root / "logs").glob("*.jsonl"))
    assert batch(project, "ideas.txt", "--metric", "total_return") == (code, rows)
    assert sorted(path.name for path in (project.root / "logs").glob("*.jsonl")) == before
    shown = project.nlbt("bg-batch", "ideas.txt").stdout.splitlines()
    assert [line.split()[0] for line in shown[1:]] == ["1", "2", "3"]
    assert "Buy and hold WAVE" in "\n".join(shown)


def test_options_of_a_row_reach_its_job(project: Project):
    (project.root / "rows.csv").write_text("sentence,data,seed\nBuy and hold ABCD in 2024,demo,5\n")
    code, rows = batch(project, "rows.csv")
    assert code == 0, rows
    report = project.report(str(rows[0]["job_id"]))
    assert report["data"][0]["synthetic"] is True


def test_an_interrupted_batch_is_taken_up_and_what_was_stopped_runs_again(project: Project):
    tide = project.root / "prices" / "TIDE.csv"
    os.mkfifo(tide)  # whoever reads it waits
    (project.root / "two.txt").write_text("Buy and hold WAVE in 2024\nBuy and hold TIDE in 2024\n")
    running = subprocess.Popen(
        [sys.executable, "-m", "bgagent", "bg-batch", "two.txt"],
        cwd=project.root,
        env={**project.environment, "NLBT_MAX_RUNNING": "2"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + PATIENCE_S
    while states(project) != ["running", "succeeded"]:
        assert time.monotonic() < deadline, states(project)
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to all that belongs to the command
    _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert said == "\nwhat runs goes on; nlbt bg-batch two.txt takes it up again\n"
    assert states(project) == ["running", "succeeded"], "an interruption of the waiting leaves the jobs alone"
    assert project.nlbt("bg-stop", "--all").returncode == 0
    tide.unlink()
    write_prices(project.root / "prices", "TIDE")
    code, rows = batch(project, "two.txt")
    assert code == 0, rows
    assert states(project) == ["stopped", "succeeded", "succeeded"]


def states(project: Project) -> list[str]:
    return sorted(row["state"] for row in json.loads(project.nlbt("bg-list", "--json").stdout))


def test_a_file_that_cannot_be_used_starts_nothing(project: Project):
    (project.root / "bad.csv").write_text("sentence,colour\nBuy and hold WAVE,red\n")
    for name in ("bad.csv", "nowhere.txt"):
        done = project.nlbt("bg-batch", name)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
    assert not (project.root / "logs").exists()
