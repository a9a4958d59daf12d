"""Everything that cannot be done ends in one line that says what to do, with the right exit code, and no traceback."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.project import CROSSOVER, Project, make_project
from tests.jobs.builders import eventually


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in done.stdout + done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bg", ""], "empty"),
        (["bg", "   "], "empty"),
        (["bg", CROSSOVER, "--colour", "red"], "--colour"),
        (["bg"], "SENTENCE"),
        (["bg", CROSSOVER, "--name", "a/b"], "name"),
        (["bg", CROSSOVER, "--name", ".."], "name"),
        (["bg", CROSSOVER, "--name", "../../x"], "name"),
        (["bg", CROSSOVER, "--timeout", "soon"], "timeout"),
        (["bg", CROSSOVER, "--timeout", "-5"], "--timeout='-5.0'"),
        (["bg", CROSSOVER, "--max-iters", "0"], "--max-iters='0'"),
        (["bg", CROSSOVER, "--data", "nowhere/at/all"], "no directory"),
        (["bg", CROSSOVER, "--data", "bloomberg"], "bloomberg"),
        (["bg", CROSSOVER, "--reader", "crystal-ball"], "crystal-ball"),
        (["bg", CROSSOVER, "--as-of", "yesterday-ish"], "--as-of='yesterday-ish'"),
        (["bg-status", "nobody"], "nobody"),
        (["bg-teleport"], "bg-teleport"),
    ],
)
def test_bad_use_is_exit_2_and_one_line(project: Project, arguments: list[str], said: str):
    done = project.nlbt(*arguments)
    assert done.returncode == 2, done.stderr
    assert said in one_line(done)
    assert not list((project.root).glob("logs/*"))


def test_a_name_is_taken_once(project: Project):
    assert project.nlbt("bg", CROSSOVER, "--name", "mine", "--wait").returncode == 0
    before = (project.root / "reports" / "mine.json").read_bytes()
    again = project.nlbt("bg", CROSSOVER, "--name", "mine")
    assert again.returncode == 2
    assert "mine" in one_line(again)
    assert (project.root / "reports" / "mine.json").read_bytes() == before


REFUSED = {
    "unknown-ticker": ("Buy and hold QZXVW in 2024 with $10,000", 3, "data_unavailable", "QZXVW"),
    "future": ("50/200 SMA crossover on WAVE in 2035 with $20K", 3, "data_unavailable", "2035"),
    "before-the-data": ("Buy and hold WAVE from 2015 to 2017 with $5,000", 3, "data_unavailable", "WAVE"),
    "no-symbol": ("Backtest a 20/50 moving average crossover in 2023 with $10,000", 4, "needs_clarification", ""),
    "unknown-word": (
        "WAVE 10/30 SMA crossover in 2024, but skip entries while the Hurst exponent is low",
        4,
        "needs_model",
        "Hurst",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_job_that_cannot_go_on_says_why_in_one_line(project: Project, name: str):
    sentence, exit_code, status, said = REFUSED[name]
    done = project.nlbt("bg", sentence, "--name", name, "--wait")
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr + project.log(name)
    assert said in done.stdout.splitlines()[-1]
    report = project.report(name)
    assert (report["status"], report["exit_code"]) == (status, exit_code)
    assert report["runs"] == []
    assert said in report["error"]["message"] + " ".join(report["error"]["questions"])
    assert (project.root / "reports" / f"{name}.md").exists()
    assert project.state(name)["exit_code"] == exit_code


def test_offline_without_a_cache_names_the_ways_out(tmp_path: Path):
    project = make_project(
        tmp_path, NLBT_DATA_DIR="", HTTPS_PROXY="http://127.0.0.1:9", HTTP_PROXY="http://127.0.0.1:9"
    )
    done = project.nlbt("bg", "Buy and hold AAPL in 2024 with $10K", "--name", "offline", "--wait")
    assert done.returncode == 3, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert "--data demo" in last
    assert "--data DIR" in last


def test_reports_that_cannot_be_written_are_exit_11(project: Project):
    (project.root / "reports").write_text("in the way")
    done = project.nlbt("bg", CROSSOVER)
    assert done.returncode == 11
    assert "reports" in one_line(done)


@pytest.mark.parametrize(
    "verb",
    [
        *(["bg-list"], ["bg-list", "--json"], ["bg-status"], ["bg-status", "j"], ["bg-wait", "j"], ["bg-logs", "j"]),
        *(["bg-logs", "-f", "j"], ["bg-clean"], ["bg-clean", "j"], ["bg-stop", "--all"], ["bg-stop", "j"]),
        *(["bg-report", "j"], ["bg-rerun", "j"]),
    ],
    ids=" ".join,
)
def test_logs_that_are_no_folder_are_exit_11(project: Project, verb: list[str]):
    (project.root / "logs").write_text("in the way")
    done = project.nlbt(*verb)
    assert done.returncode == 11, done.stdout + done.stderr
    assert "logs: not a directory" in one_line(done)
    assert (project.root / "logs").read_text() == "in the way"


@pytest.mark.parametrize("verb", [["bg", "--wait"], ["bg-wait"]], ids=" ".join)
def test_logs_that_are_removed_under_a_wait_are_exit_11(project: Project, verb: list[str]):
    os.mkfifo(project.root / "prices" / "TIDE.csv")  # whoever reads it waits
    asked = ["bg", "Buy and hold TIDE in 2024", "--name", "tide"]
    if verb == ["bg-wait"]:
        assert project.nlbt(*asked).returncode == 0
    command = ["bg-wait", "tide"] if verb == ["bg-wait"] else [*asked, "--wait"]
    waiting = subprocess.Popen(
        [sys.executable, "-m", "bgagent", *command],
        cwd=project.root,
        env=project.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    eventually((project.root / "logs" / "tide.json").exists)
    body = project.wait_until("tide", phase="data")
    moved = project.root / "moved"
    (project.root / "logs").rename(moved)
    out, err = waiting.communicate(timeout=30)
    os.kill(body["pid"], signal.SIGKILL)
    os.kill(body["body_pid"], signal.SIGKILL)
    assert waiting.returncode == 11, out + err
    assert "Traceback" not in out + err
    assert len(err.splitlines()) == 1
    assert "took it away" in err


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_exit_11(project: Project):
    (project.root / "reports").mkdir(mode=0o500)
    done = project.nlbt("bg", CROSSOVER)
    assert done.returncode == 11
    assert "reports" in one_line(done)


@pytest.fixture
def small_disk(tmp_path: Path):
    """A file system of 96 kB, to be filled."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small file system can be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_is_exit_11(project: Project, small_disk: Path):
    (project.root / "reports").symlink_to(small_disk)
    (small_disk / "filler").write_bytes(b"x" * 90 * 1024)
    done = project.nlbt("bg", CROSSOVER, "--name", "full", "--wait")
    assert done.returncode == 11, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "no room left on the disk" in done.stdout.splitlines()[-1]
    assert project.state("full")["exit_code"] == 11
