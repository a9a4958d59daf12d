"""Closed streams and pipes without a reader: no traceback, and the exit code that is due."""

import json
import os
import subprocess
import sys

import pytest

from tests.e2e.project import CROSSOVER, PATIENCE_S, Project

NO_SYMBOL = "Backtest a 20/50 moving average crossover in 2023 with $10,000"


def unheard(project: Project, *arguments: str) -> tuple[int, str]:
    """Exit code and standard error of a verb whose standard output is a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "bgagent", *arguments],
        cwd=project.root,
        env=project.environment,
        stdin=subprocess.DEVNULL,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    os.close(writing)
    return done.returncode, done.stderr


def test_who_does_not_listen_gets_the_jobs_exit_code_from_verbs_that_wait(project: Project):
    assert unheard(project, "bg", CROSSOVER, "--name", "good", "--wait") == (0, "")
    assert unheard(project, "bg", NO_SYMBOL, "--name", "asks", "--wait") == (4, "")
    assert unheard(project, "bg", NO_SYMBOL, "--name", "json", "--wait", "--json") == (4, "")
    assert unheard(project, "bg-wait", "asks") == (4, "")
    assert unheard(project, "bg-wait", "asks", "--json") == (4, "")
    assert unheard(project, "bg-rerun", "asks", "--wait") == (4, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")
@pytest.mark.parametrize("more", ["", "--wait"])
def test_a_job_that_cannot_be_told_of_is_named_all_the_same(project: Project, more: str):
    done = closed(project, f'bg "$SENTENCE" --name untold {more} >/dev/full')
    assert done.returncode == 11
    assert "job untold was started" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert project.nlbt("bg-wait", "untold").returncode == 0


def test_a_batch_and_the_demo_go_on_when_nobody_listens(project: Project):
    (project.root / "ideas.txt").write_text(f"{CROSSOVER}\n{NO_SYMBOL}\n")
    assert unheard(project, "bg-batch", "ideas.txt") == (4, "")
    assert unheard(project, "bg-batch", "ideas.txt", "--json") == (4, "")
    assert unheard(project, "demo") == (0, "")
    states = [json.loads(path.read_bytes())["state"] for path in (project.root / "logs").glob("*[!t].json")]
    assert sorted(states) == ["failed", "succeeded", "succeeded"]


def test_who_does_not_listen_gets_0_from_verbs_that_show(project: Project):
    project.run(CROSSOVER, name="good")
    for verb in (
        *(["bg-logs", "good"], ["bg-logs", "-f", "good"], ["bg-list"], ["bg-status", "good"], ["--help"]),
        *(["bg", "--help"], ["bg-report", "good", "--md"], ["bg", CROSSOVER, "--explain"]),
    ):
        assert unheard(project, *verb) == (0, ""), verb


def closed(project: Project, arguments: str) -> subprocess.CompletedProcess[str]:
    """A verb as a shell runs it, with streams closed by what the arguments end in."""
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" -m bgagent {arguments}', sys.executable],
        cwd=project.root,
        env={**project.environment, "SENTENCE": CROSSOVER},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@pytest.mark.parametrize("streams", ["2>&-", ">&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_change_nothing(project: Project, streams: str):
    done = closed(project, f'bg "$SENTENCE" --name job --wait {streams}')
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert project.report("job")["status"] == "succeeded"
    assert "Traceback" not in project.log("job")
    assert closed(project, f"bg-list {streams}").returncode == 0
    assert closed(project, f"bg-status nobody {streams}").returncode == 2


def test_a_batch_without_standard_error_runs(project: Project):
    (project.root / "ideas.txt").write_text(f"{CROSSOVER}\n")
    done = closed(project, "bg-batch ideas.txt 2>&-")
    assert done.returncode == 0, done.stdout


def test_a_sentence_from_a_closed_standard_input_is_empty(project: Project):
    for arguments, said in (("bg - <&-", "empty"), ("bg-batch - <&-", "no sentence")):
        done = closed(project, arguments)
        assert done.returncode == 2, done.stderr
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
