"""`nlbt bg-stop`: jobs end with all they have started."""

import json

from bgagent.jobs import processes
from tests.e2e.jobs import folders, start
from tests.e2e.project import Project

STUBBORN = "trap '' TERM; setsid sleep 60 & echo ready; while :; do sleep 60; done"


def test_a_job_is_stopped_with_what_it_has_started(project: Project):
    start(project, "stubborn", STUBBORN)
    project.wait_until("stubborn", state="running")
    marked = {"BGAGENT_JOB_ID": "stubborn", "BGAGENT_JOB_LOGS": str(folders(project).logs)}
    done = project.nlbt("bg-stop", "stub")
    assert (done.returncode, done.stdout) == (0, "stubborn  stopped\n")
    assert processes.carrying(marked) == set()
    facts = project.state("stubborn")
    assert (facts["state"], facts["exit_code"]) == ("stopped", 8)
    assert project.nlbt("bg-stop", "stubborn").stdout == "stubborn  had ended before: stopped\n"


def test_all_means_those_that_have_not_ended(project: Project):
    start(project, "done", "true")
    assert project.nlbt("bg-wait", "done").returncode == 0
    for name in ("one", "two"):
        start(project, name, "sleep 60", max_running=1)
    rows = json.loads(project.nlbt("bg-stop", "--all", "--json").stdout)
    assert [(row["job_id"], row["state"], row["had_ended"]) for row in rows] == [
        ("one", "stopped", False),
        ("two", "stopped", False),
    ]
    assert project.state("done")["state"] == "succeeded"
    assert project.nlbt("bg-stop", "--all").stdout == "no job is running\n"
    assert json.loads(project.nlbt("bg-stop", "--all", "--json").stdout) == []


def test_somebody_has_to_be_named(project: Project):
    for arguments in ([], ["nobody"]):
        done = project.nlbt("bg-stop", *arguments)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
