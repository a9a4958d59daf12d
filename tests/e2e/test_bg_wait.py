"""`nlbt bg-wait`: the exit code is that of the jobs."""

import json

from tests.e2e.jobs import start
from tests.e2e.project import Project

FOREVER = "while ! test -e go; do sleep 0.05; done"


def test_the_highest_exit_code_counts(project: Project):
    for name, code in (("good", 0), ("bad", 6), ("odd", 3)):
        start(project, name, f"exit {code}")
    done = project.nlbt("bg-wait", "good", "bad", "odd")
    assert done.returncode == 6
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["good", "bad", "odd"]
    assert project.nlbt("bg-wait", "go").returncode == 0
    rows = json.loads(project.nlbt("bg-wait", "bad", "good", "--json").stdout)
    assert [(row["job_id"], row["exit_code"]) for row in rows] == [("bad", 6), ("good", 0)]


def test_any_is_enough_where_that_is_asked_for(project: Project):
    start(project, "long", FOREVER)
    start(project, "quick", "exit 3")
    done = project.nlbt("bg-wait", "long", "quick", "--any")
    assert done.returncode == 3
    assert done.stdout.splitlines()[0] == "long  still running"
    assert project.state("long")["state"] == "running"
    (project.root / "go").touch()
    assert project.nlbt("bg-wait", "long").returncode == 0


def test_its_own_time_limit_is_124_and_the_job_does_not_notice(project: Project):
    start(project, "long", FOREVER)
    done = project.nlbt("bg-wait", "long", "--timeout", "0.05")
    assert (done.returncode, "still" in done.stderr) == (124, True)
    assert project.state("long")["exit_code"] is None
    (project.root / "go").touch()
    assert project.nlbt("bg-wait", "long").returncode == 0


def test_who_is_not_there_cannot_be_waited_for(project: Project):
    done = project.nlbt("bg-wait", "nobody")
    assert (done.returncode, "nobody" in done.stderr) == (2, True)
    assert project.nlbt("bg-wait").returncode == 2
