import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, strategies

from bgagent.jobs.state import (
    Finished,
    Job,
    JobResult,
    Process,
    Queued,
    Running,
    finished,
    from_json,
    to_json,
)
from tests.jobs.builders import MORNING, PROCESS, make_job

RUNNING = Running(
    process=PROCESS,
    started_at=MORNING,
    heartbeat_at=MORNING + timedelta(seconds=3),
    began=12.5,
    timeout_s=600.0,
    body=Process(4_000_002, "78", PROCESS.boot_id),
    terminal="/dev/pts/3",
    phase="reading",
    attempt=2,
)
FINISHED = Finished(JobResult(9, "gone", "Killed"), MORNING, MORNING, 1.5, PROCESS, "reading", 2)
STATES = [
    Queued(None),
    Queued(PROCESS),
    RUNNING,
    replace(RUNNING, body=None, timeout_s=None),
    FINISHED,
    Finished(JobResult(0), MORNING),
]


@pytest.mark.parametrize("state", STATES)
def test_json_gives_the_same_job_back(state):
    job = make_job(state=state, launcher="tmux", session="bg_j", socket="/tmp/x", ticket=3)
    assert from_json(json.loads(json.dumps(to_json(job)))) == job


def test_the_keys_are_flat_and_the_same_in_every_state():
    keys = [set(to_json(make_job(state=state))) for state in STATES]
    assert all(these == keys[0] for these in keys)
    assert {"job_id", "state", "pid", "started_at", "boot_id", "phase", "attempt", "heartbeat_at", "exit_code"} <= keys[
        0
    ]


@pytest.mark.parametrize(
    ("exit_code", "word"),
    [
        (0, "succeeded"),
        (10, "succeeded"),
        (1, "failed"),
        (2, "failed"),
        (3, "failed"),
        (4, "failed"),
        (5, "failed"),
        (6, "failed"),
        (7, "limit_reached"),
        (8, "stopped"),
        (9, "crashed"),
        (11, "failed"),
        (42, "failed"),
    ],
)
def test_the_exit_code_names_the_state(exit_code, word):
    assert make_job(state=Finished(JobResult(exit_code), MORNING)).word == word


def test_a_deadline_is_reckoned_from_leaving_the_queue():
    assert RUNNING.deadline == 612.5
    assert replace(RUNNING, timeout_s=None).deadline is None


def test_an_end_keeps_what_was_known_of_the_life():
    job = finished(make_job(state=RUNNING), JobResult(9, "gone", "Killed"), ended_at=MORNING, elapsed_s=1.5)
    assert job.state == FINISHED


def test_a_job_ends_once():
    with pytest.raises(ValueError, match="ended before"):
        finished(make_job(state=FINISHED), JobResult(0), ended_at=MORNING)


@pytest.mark.parametrize(
    "damage",
    [
        {"state": "sleeping"},
        {"state": "running", "pid": None},
        {"state": "succeeded", "exit_code": None},
        {"state": "succeeded", "ended_at": "soon"},
        {"submitted_at": None},
        {"submitted_at": "2024-01-31T09:30:00"},
        {"job_id": None},
        {"command": "rm"},
        {"pid": "many"},
    ],
)
def test_a_damaged_state_is_refused(damage):
    with pytest.raises(ValueError):
        from_json({**to_json(make_job(state=RUNNING)), **damage})


@given(
    flat=strategies.dictionaries(
        strategies.sampled_from(sorted(to_json(make_job()))),
        strategies.none()
        | strategies.booleans()
        | strategies.integers()
        | strategies.text()
        | strategies.lists(strategies.text()),
    )
)
def test_foreign_json_is_a_job_or_a_value_error(flat):
    try:
        assert isinstance(from_json(flat), Job)
    except ValueError:
        return
