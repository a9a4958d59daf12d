"""Many jobs at once, and jobs that are killed."""

import os
import signal

from tests.e2e.project import CROSSOVER, Project

LONG = "Buy and hold WAVE in 2024 with $10K"


def test_twenty_at_once_all_succeed_with_files_of_their_own(project: Project):
    capitals = {f"many-{number}": 10_000 + 1_000 * number for number in range(20)}
    for name, capital in capitals.items():
        done = project.nlbt("bg", f"Backtest WAVE 10/30 MA crossover in 2024 with ${capital}", "--name", name)
        assert done.returncode == 0, done.stderr
    waited = project.nlbt("bg-wait", *capitals)
    assert waited.returncode == 0, waited.stdout
    returns = set()
    for name, capital in capitals.items():
        report = project.report(name)
        assert report["job_id"] == name
        assert report["understood"]["initial_capital"] == capital
        returns.add(round(report["runs"][0]["metrics"]["total_return"], 12))
        assert (project.root / "reports" / name / "trades.csv").exists()
    assert len(returns) == 1, "the same strategy returns the same on any capital"


def test_a_job_killed_with_sigkill_has_crashed_at_once(project: Project):
    project.nlbt("bg", LONG, "--name", "blocker", NLBT_MAX_RUNNING="1")
    assert project.nlbt("bg", CROSSOVER, "--name", "victim", NLBT_MAX_RUNNING="1").returncode == 0
    facts = project.wait_until("victim", state="running")
    os.kill(facts["pid"], signal.SIGKILL)
    waited = project.nlbt("bg-wait", "victim")
    assert waited.returncode == 9, waited.stdout + waited.stderr
    state = project.state("victim")
    assert (state["state"], state["exit_code"]) == ("crashed", 9)
    report = project.report("victim")
    assert (report["status"], report["exit_code"], report["runs"]) == ("crashed", 9, [])
    assert "victim" in (project.root / "reports" / "index.html").read_text()


def test_a_job_that_waits_can_be_stopped(project: Project):
    names = [f"queue-{number}" for number in range(4)]
    for name in names:
        project.nlbt("bg", CROSSOVER, "--name", name, NLBT_MAX_RUNNING="1")
    stopped = project.nlbt("bg-stop", names[-1])
    assert stopped.returncode == 0, stopped.stderr
    state = project.state(names[-1])
    assert state["state"] in ("stopped", "succeeded")  # it may have come to its turn in the meantime
    assert project.nlbt("bg-wait", *names[:-1]).returncode == 0
    if state["state"] == "stopped":
        assert project.report(names[-1])["status"] == "stopped"


def test_a_time_limit_ends_the_job_as_such(project: Project):
    done = project.nlbt("bg", CROSSOVER, "--name", "short", "--timeout", "0.05", "--wait")
    assert done.returncode == 7, done.stdout + done.stderr
    assert project.state("short")["state"] == "limit_reached"
    assert project.report("short")["status"] == "limit_reached"


def test_lists_and_logs_show_the_jobs(project: Project):
    project.run(CROSSOVER, name="seen")
    assert "seen" in project.nlbt("bg-list").stdout
    assert "seen" in project.nlbt("bg-status").stdout
    followed = project.nlbt("bg-logs", "-f", "seen")
    assert followed.returncode == 0
    assert "finished" in followed.stdout.splitlines()[-1]
    assert len(project.nlbt("bg-logs", "seen", "-n", "2").stdout.splitlines()) == 2
    assert project.nlbt("bg-logs", "see").stdout == followed.stdout


def test_an_empty_project_says_what_to_do(project: Project):
    done = project.nlbt("bg-status")
    assert done.returncode == 0
    assert "nlbt bg" in done.stdout
