"""Old jobs go, with their reports; running ones and everything else stay."""

import json
import os

from tests.e2e.project import CROSSOVER, Project


def aged(project: Project, name: str, days: int) -> None:
    """The job ended so many days earlier than it did."""
    path = project.root / "logs" / f"{name}.json"
    state = json.loads(path.read_text())
    state["ended_at"] = f"{2024 - days // 365}-01-01T00:00:00.000Z"
    path.write_text(json.dumps(state))


def everything(project: Project) -> list[str]:
    """What lies there, apart from what a supervisor takes away as it leaves."""
    paths = (path.relative_to(project.root) for path in project.root.rglob("*"))
    return sorted(str(path) for path in paths if not any(part.startswith(".") for part in path.parts))


def test_only_old_jobs_go_and_a_dry_run_changes_nothing(project: Project):
    project.run(CROSSOVER, name="old")
    project.run(CROSSOVER, name="new")
    aged(project, "old", 0)
    (project.root / "reports" / "mine.txt").write_text("not a job")
    before = everything(project)
    dry = project.nlbt("bg-clean", "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "old" in dry.stdout
    assert "new" not in dry.stdout
    assert "would be removed" in dry.stdout
    assert everything(project) == before
    done = project.nlbt("bg-clean", "--json")
    assert [row["job_id"] for row in json.loads(done.stdout)] == ["old"]
    left = {str(path.relative_to(project.root)) for path in project.root.rglob("*")}
    assert not [path for path in left if path.startswith(("logs/old", "reports/old"))]
    assert {"logs/new.log", "reports/new.json", "reports/new/trades.csv", "reports/mine.txt"} <= left
    assert project.nlbt("bg-status", "old").returncode == 2


def test_a_running_job_stays_even_when_it_is_named(project: Project):
    os.mkfifo(project.root / "prices" / "TIDE.csv")  # whoever reads it waits
    assert project.nlbt("bg", "Buy and hold TIDE in 2024 with $10K", "--name", "busy").returncode == 0
    project.wait_until("busy", state="running")
    done = project.nlbt("bg-clean", "busy", "--older-than", "0d")
    assert done.returncode == 2, done.stdout
    assert "busy is still running" in done.stderr
    assert project.nlbt("bg-clean", "--older-than", "0d").returncode == 0
    assert project.state("busy")["state"] == "running"
    assert project.nlbt("bg-stop", "busy").returncode == 0
    assert project.nlbt("bg-clean", "busy").returncode == 0
    assert not [name for name in everything(project) if "busy" in name]


def test_a_span_that_is_none_is_bad_use(project: Project):
    done = project.nlbt("bg-clean", "--older-than", "soon")
    assert done.returncode == 2
    assert "30d" in done.stderr
