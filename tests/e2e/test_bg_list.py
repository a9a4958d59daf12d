"""`nlbt bg-list`: all jobs, or those that are as wanted."""

import json
import re
import time
from datetime import UTC, datetime, timedelta

import pytest

from bgagent.jobs import lifecycle, store
from bgagent.jobs.logs import Log
from bgagent.jobs.redaction import Redactor
from bgagent.jobs.state import Finished, Job, JobResult
from tests.e2e.jobs import folders, start
from tests.e2e.project import PATIENCE_S, Project

NOW = datetime.now(UTC)


@pytest.fixture
def three(project: Project) -> Project:
    """A job of now that succeeded, one of two hours ago that failed, one of ten days ago that crashed."""
    for name, hours, exit_code in (("aapl-now", 0, 0), ("spy-2h", 2, 6), ("aapl-10d", 240, 9)):
        folders(project).make_ready()
        files = folders(project).files(name)
        at = NOW - timedelta(hours=hours)
        job = Job(name, at, Finished(JobResult(exit_code, f"as {name}"), at))
        Log(files, redact=Redactor()).close()
        files.report_json.write_text("{}")
        store.save(files, job)
    return project


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ([], ["aapl-10d", "spy-2h", "aapl-now"]),
        (["--state", "failed"], ["spy-2h"]),
        (["--state", "failed", "--state", "crashed"], ["aapl-10d", "spy-2h"]),
        (["--since", "1h"], ["aapl-now"]),
        (["--since", "7d"], ["spy-2h", "aapl-now"]),
        (["--since", (NOW - timedelta(hours=3)).isoformat()], ["spy-2h", "aapl-now"]),
        (["--name", "aapl"], ["aapl-10d", "aapl-now"]),
        (["--name", "*-2?"], ["spy-2h"]),
        (["--name", "aapl", "--since", "7d", "--state", "succeeded"], ["aapl-now"]),
        (["--name", "nobody"], []),
    ],
)
def test_those_are_listed_that_are_as_wanted(three: Project, options: list[str], wanted: list[str]):
    rows = json.loads(three.nlbt("bg-list", *options, "--json").stdout)
    assert [row["job_id"] for row in rows] == wanted
    shown = three.nlbt("bg-list", *options).stdout.splitlines()
    assert [line.split()[0] for line in shown[1:]] == wanted
    assert wanted or shown == ["no job is like that; nlbt bg-list alone shows all"]


def test_a_line_tells_state_exit_code_and_message(three: Project):
    (line,) = (line for line in three.nlbt("bg-list").stdout.splitlines() if line.startswith("spy-2h"))
    assert re.split(r"\s{2,}", line)[:3] == ["spy-2h", "failed", "6"]
    assert line.endswith("as spy-2h")


@pytest.mark.parametrize("since", ["soon", "-1h", "7 fortnights"])
def test_a_time_that_is_none_is_refused(project: Project, since: str):
    done = project.nlbt("bg-list", "--since", since)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_before_the_first_job_the_way_to_it_is_shown(project: Project):
    assert "nlbt bg " in project.nlbt("bg-list").stdout
    assert json.loads(project.nlbt("bg-list", "--json").stdout) == []


def test_a_job_that_died_unseen_is_listed_as_that(project: Project):
    seen = start(project, "victim", "kill -9 $PPID; sleep 60")
    deadline = time.monotonic() + PATIENCE_S
    while lifecycle.is_alive(seen.files):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    (row,) = json.loads(project.nlbt("bg-list", "--json").stdout)
    assert (row["state"], row["exit_code"]) == ("crashed", 9)
