"""`nlbt bg-status`: all facts of one job, or a line for each of the recent ones."""

import json

from tests.e2e.jobs import ended, start
from tests.e2e.project import CROSSOVER, Project


def test_one_job_is_told_in_full_by_a_unique_beginning(project: Project):
    project.run(CROSSOVER, name="alpha")
    shown = dict(line.split(maxsplit=1) for line in project.nlbt("bg-status", "al").stdout.splitlines())
    assert (shown["job_id"], shown["state"], shown["exit_code"]) == ("alpha", "succeeded", "0")
    assert (shown["phase"], shown["attempt"], shown["cost_usd"]) == ("reporting", "1", "0")
    assert float(shown["elapsed_s"]) > 0
    assert "finished" in shown["last_line"]
    assert shown["report"].endswith("reports/alpha.md")


def test_a_running_job_tells_how_long_and_a_waiting_one_its_place(project: Project):
    start(project, "runs", "while ! test -e go; do sleep 0.05; done", max_running=1)
    project.wait_until("runs", state="running")
    start(project, "first", "true", max_running=1)
    start(project, "second", "true", max_running=1)
    facts = [json.loads(project.nlbt("bg-status", name, "--json").stdout) for name in ("runs", "first", "second")]
    assert [(one["state"], one["place_in_queue"]) for one in facts] == [("running", None), ("queued", 1), ("queued", 2)]
    assert facts[0]["elapsed_s"] > 0
    assert facts[1]["elapsed_s"] is None
    (project.root / "go").touch()
    assert project.nlbt("bg-wait", "runs", "first", "second").returncode == 0


def test_without_a_job_the_ten_most_recent_are_listed(project: Project):
    for number in range(12):
        start(project, f"j{number:02d}", "true")
        ended(project, f"j{number:02d}")
    lines = project.nlbt("bg-status").stdout.splitlines()
    assert lines[0].split() == ["job", "state", "exit", "phase", "submitted", "message"]
    assert [line.split()[0] for line in lines[1:]] == [f"j{number:02d}" for number in range(2, 12)]
    rows = json.loads(project.nlbt("bg-status", "--json").stdout)
    assert [row["job_id"] for row in rows] == [f"j{number:02d}" for number in range(2, 12)]


def test_a_beginning_of_two_jobs_names_both(project: Project):
    for name in ("wave-1", "wave-2"):
        start(project, name, "true")
        ended(project, name)
    done = project.nlbt("bg-status", "wave")
    assert (done.returncode, "wave-1, wave-2" in done.stderr) == (2, True)
