"""`nlbt bg`: a job id at once, and later the files, the state and the exit code that were promised."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from tests.e2e.project import CROSSOVER, Project, make_project

FILES = ("strategy.py", "trades.csv", "equity.csv", "request.json", "spec.json", "attempts/1.json", "attempts/1.py")


def test_a_sentence_becomes_a_job_with_a_whole_report(project: Project):
    submitted = project.nlbt("bg", CROSSOVER, "--name", "first")
    assert submitted.returncode == 0, submitted.stderr
    for shown in ("first", "logs/first.log", "reports/first.md", "reports/first.json"):
        assert shown in submitted.stdout
    waited = project.nlbt("bg-wait", "first")
    assert waited.returncode == 0, waited.stdout + waited.stderr
    report = project.report("first")
    assert report["status"] == "succeeded"
    assert report["verdict"] == "caution"
    assert report["understood"]["symbols"] == ["WAVE"]
    assert report["understood"]["initial_capital"] == 25000
    assert (report["understood"]["start"], report["understood"]["end"]) == ("2024-01-01", "2024-12-31")
    for name in FILES:
        assert (project.root / "reports" / "first" / name).stat().st_size, name
    assert project.state("first")["state"] == "succeeded"
    assert "WAVE" in (project.root / "reports" / "first.md").read_text()


def test_the_first_lines_of_the_log_tell_settings_and_imports(project: Project):
    project.run(CROSSOVER, name="told", DEFAULT_TIMEOUT="123", OPENAI_API_KEY="sk-canary-0123456789")
    log = project.log("told")
    head = "\n".join(log.splitlines()[:10])
    assert "imports_ok: true" in head
    assert "DEFAULT_TIMEOUT=123" in head
    assert "OPENAI_API_KEY=set" in head
    for path in project.root.rglob("*"):
        if path.is_file():
            assert b"sk-canary-0123456789" not in path.read_bytes(), path


def test_the_command_line_beats_the_environment_and_that_beats_dotenv(project: Project):
    (project.root / ".env").write_text("MAX_RETRY_ATTEMPTS=7\nDEFAULT_TIMEOUT=111\nNLBT_SLIPPAGE_BPS=20\n")
    report = project.run(CROSSOVER, "--timeout", "99", name="mixed", DEFAULT_TIMEOUT="222")
    head = project.log("mixed")
    assert "MAX_RETRY_ATTEMPTS=7" in head
    assert "DEFAULT_TIMEOUT=99" in head
    assert report["understood"]["spec"]["costs"]["slippage_bps"] == 20


def test_without_a_name_the_id_is_made_of_time_and_words(project: Project):
    submitted = project.nlbt("bg", CROSSOVER, "--json", "--wait")
    assert submitted.returncode == 0, submitted.stderr
    assert re.fullmatch(r"\d{8}-\d{6}-[a-z0-9-]+", json.loads(submitted.stdout)["job_id"])


def test_two_runs_of_the_same_sentence_give_the_same_figures(project: Project):
    one, other = (project.run(CROSSOVER, "--as-of", "2025-01-31", name=name) for name in ("one", "other"))
    assert one["runs"][0]["metrics"] == other["runs"][0]["metrics"]
    assert one["runs"][0]["trades"] == other["runs"][0]["trades"]


@pytest.mark.parametrize("program", ["nlbt", "nlbt-bg", "module", "api"])
def test_every_front_door_leads_to_the_same_job(tmp_path: Path, program: str):
    project = make_project(tmp_path)
    scripts = Path(sys.executable).parent
    if program == "api":
        code = f"import bgagent; raise SystemExit(bgagent.run_job({CROSSOVER!r}, name='door').exit_code)"
        command = [sys.executable, "-c", code]
    else:
        starts = {
            "nlbt": [scripts / "nlbt"],
            "nlbt-bg": [scripts / "nlbt-bg"],
            "module": [sys.executable, "-m", "bgagent"],
        }
        command = [*map(str, starts[program]), "bg", CROSSOVER, "--name", "door", "--wait"]
    done = subprocess.run(
        command, cwd=project.root, env=project.environment, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert project.report("door")["status"] == "succeeded"


def test_a_sentence_alone_means_bg(project: Project):
    submitted = project.nlbt(CROSSOVER)
    assert submitted.returncode == 0, submitted.stderr
    assert submitted.stdout.startswith("job ")
    job_id = submitted.stdout.split()[1]
    assert project.nlbt("bg-wait", job_id).returncode == 0


def test_the_sentence_may_come_from_standard_input(project: Project):
    done = project.nlbt("bg", "-", "--name", "piped", "--wait", stdin=CROSSOVER)
    assert done.returncode == 0, done.stderr
    assert project.report("piped")["prompt"] == CROSSOVER


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_with_tmux_the_job_is_a_session_of_its_name(project: Project):
    name = f"tmux-{uuid.uuid4().hex[:8]}"
    submitted = project.nlbt("bg", CROSSOVER, "--name", name, NLBT_LAUNCHER="tmux")
    assert submitted.returncode == 0, submitted.stderr
    assert f"tmux attach -t bg_{name}" in submitted.stdout
    assert project.nlbt("bg-wait", name).returncode == 0
    assert project.state(name)["launcher"] == "tmux"


def test_made_up_prices_are_marked_everywhere(project: Project):
    report = project.run("Backtest ABCD 10/30 MA crossover in 2023 with $25K", "--data", "demo", name="made-up")
    assert report["status"] == "succeeded"
    assert [row["synthetic"] for row in report["data"]] == [True]
    assert "SYNTHETIC" in project.log("made-up")
    assert "SYNTHETIC" in (project.root / "reports" / "made-up.md").read_text()


def test_explain_runs_nothing(project: Project):
    done = project.nlbt("bg", CROSSOVER, "--explain")
    assert done.returncode == 0, done.stderr
    assert "WAVE" in done.stdout
    assert not (project.root / "logs").exists() or not list((project.root / "logs").iterdir())


def test_explain_names_the_options_that_it_cannot_heed(project: Project):
    for options, named in (
        (["--wait", "--name", "x"], "--name, --wait"),
        (["--reader", "model"], "--reader"),
        (["--timeout", "600"], "--timeout"),
    ):
        done = project.nlbt("bg", CROSSOVER, "--explain", *options)
        assert done.returncode == 2, done.stdout
        assert f"cannot heed {named};" in done.stderr
    done = project.nlbt("bg", CROSSOVER, "--explain", "--reader", "embedded", "--as-of", "2025-01-31", "--json")
    assert done.returncode == 0, done.stderr


def test_the_strategy_of_a_report_runs_again(project: Project):
    report = project.run(CROSSOVER, name="again")
    done = subprocess.run(
        [sys.executable, "strategy.py"],
        cwd=project.root / "reports" / "again",
        env=project.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"{report['runs'][0]['final_equity']:,.2f}" in done.stdout
    assert "The bars are those of the report." in done.stdout


def test_nothing_of_a_job_is_left_running(project: Project):
    project.run(CROSSOVER, name="gone")
    deadline = time.monotonic() + 10  # the last process is on its way out when the end is told
    while left := _processes_of(project.root, "gone"):
        assert time.monotonic() < deadline, left
        time.sleep(0.02)


def _processes_of(root: Path, job_id: str) -> list[str]:
    marks = (f"BGAGENT_JOB_ID={job_id}".encode(), str(root).encode())
    pids = [pid for pid in os.listdir("/proc") if pid.isdigit()]
    return [pid for pid in pids if all(mark in _environment_of(pid) for mark in marks)]


def _environment_of(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""
