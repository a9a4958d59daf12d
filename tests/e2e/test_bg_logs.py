"""`nlbt bg-logs`: the log, its end, and the log as it grows."""

import json
import subprocess
import sys

from tests.e2e.jobs import ended, start
from tests.e2e.project import PATIENCE_S, Project


def test_the_whole_log_or_its_last_lines_are_printed(project: Project):
    start(project, "talks", "for i in 1 2 3; do echo line $i; done")
    ended(project, "talks")
    whole = project.nlbt("bg-logs", "talks").stdout
    assert whole == project.log("talks")
    lines = whole.splitlines()
    assert project.nlbt("bg-logs", "talks", "-n", "2").stdout.splitlines() == lines[-2:]
    assert project.nlbt("bg-logs", "talks", "-n", "0").stdout == ""
    assert project.nlbt("bg-logs", "talks", "-n", "999").stdout == whole


def test_many_last_lines_of_a_long_log_are_whole(project: Project):
    start(project, "long", "for i in $(seq 900); do printf '%0200d\\n' $i; done")
    ended(project, "long")
    lines = project.log("long").splitlines()
    assert sum(map(len, lines)) > 200_000
    assert project.nlbt("bg-logs", "long", "-n", "800").stdout.splitlines() == lines[-800:]


def test_events_are_printed_as_json(project: Project):
    start(project, "talks", "echo hello")
    ended(project, "talks")
    events = [json.loads(line) for line in project.nlbt("bg-logs", "talks", "--json").stdout.splitlines()]
    assert [events[0]["event"], events[-1]["event"]] == ["submitted", "finished"]
    assert [event["text"] for event in events if event["event"] == "output"] == ["hello"]
    (last,) = project.nlbt("bg-logs", "talks", "--json", "-n", "1").stdout.splitlines()
    assert json.loads(last)["event"] == "finished"
    followed = project.nlbt("bg-logs", "talks", "--json", "-f").stdout.splitlines()
    assert [json.loads(line) for line in followed] == events


def test_following_ends_with_the_job(project: Project):
    start(project, "grows", "echo one; while ! test -e go; do sleep 0.05; done; echo two")
    with subprocess.Popen(
        [sys.executable, "-m", "bgagent", "bg-logs", "-f", "grows"],
        cwd=project.root,
        env=project.environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as following:
        assert following.stdout is not None
        seen = []
        for line in following.stdout:
            seen.append(line.rstrip("\n"))
            if "one" in line:
                (project.root / "go").touch()  # it is shown before the job has ended
        assert following.wait(timeout=PATIENCE_S) == 0
    assert seen == project.log("grows").splitlines()
    assert "finished" in seen[-1]
