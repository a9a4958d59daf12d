import json
import os
import signal
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from bgagent.jobs import lifecycle, locks, processes, store, turns
from bgagent.jobs.lifecycle import look, look_at_all, place_in_queue
from bgagent.jobs.logs import Log, read_events
from bgagent.jobs.redaction import Redactor
from bgagent.jobs.state import Finished, JobResult, Process, Queued, Running, finished
from tests.jobs.builders import MORNING, PROCESS, ended, eventually, kill, leftovers, make_job, recorded, running, start


def lay_down(folders, job, *, with_state=True):
    """A job on disk whose processes are gone."""
    files = folders.files(job.job_id)
    log = Log(files, redact=Redactor(), clock=lambda: MORNING)
    log.write("info", "submitted", store.told("submitted", replace(job, state=Queued(None))))
    log.close()
    if with_state:
        store.save(files, job)
    return files


def own_boot(process):
    return replace(process, boot_id=processes.boot_id())


RUNNING = Running(PROCESS, MORNING, MORNING, began=0.0, phase="reading", attempt=2)


@pytest.mark.parametrize("victim", ["supervisor", "command"])
@pytest.mark.parametrize("command", [("sleep", "60"), recorded("record.phase('x'); time.sleep(60)")])
def test_a_killed_job_has_crashed_at_once(folders, victim, command):
    job = start(folders, *command, name="j")
    state = running(folders, "j").job.state
    kill(state.process if victim == "supervisor" else state.body)
    seen = look(folders, "j")
    assert (seen.job.word, seen.job.exit_code) == ("crashed", 9)
    assert "last lines of the log" in seen.job.state.result.message or "SIGKILL" in seen.job.state.result.message
    assert not processes.is_alive(state.body)
    assert look(folders, "j").job == seen.job
    assert store.load(job.files) == seen.job
    eventually(lambda: leftovers(folders) == [])


def test_the_look_that_finds_it_says_so_once(folders):
    files = lay_down(folders, make_job(state=RUNNING))
    first, second = look(folders, "j"), look(folders, "j")
    assert (first.newly_dead, second.newly_dead) == (True, False)
    assert first.job == second.job
    assert first.is_recorded
    assert first.lacks_report
    files.report_json.touch()
    assert not look(folders, "j").lacks_report


def test_what_was_known_is_kept_and_the_last_lines_are_told(folders):
    files = lay_down(folders, make_job(state=replace(RUNNING, process=own_boot(PROCESS))))
    with files.log.open("a") as log:
        log.write("one\ntwo\nthree\n")
    job = look(folders, "j").job
    assert (job.state.phase, job.state.attempt, job.state.started_at) == ("reading", 2, MORNING)
    assert job.state.result.message.startswith("the job's process died without a word")
    assert job.state.result.message.endswith("last lines of the log: one | two | three")
    assert "\n" not in job.state.result.message


def test_a_reboot_is_told_as_that(folders):
    lay_down(folders, make_job(state=RUNNING))
    assert "machine was restarted" in look(folders, "j").job.state.result.message


@pytest.mark.parametrize("state", [Queued(None), Queued(PROCESS), RUNNING], ids=["claimed", "queued", "running"])
@pytest.mark.parametrize("with_state", [True, False])
def test_no_state_without_a_process_is_believed(folders, state, with_state):
    lay_down(folders, make_job(state=state), with_state=with_state)
    assert look(folders, "j").job.word == "crashed"


def test_an_end_is_believed_without_a_process(folders):
    lay_down(folders, make_job(state=Finished(JobResult(0), MORNING)))
    assert look(folders, "j").job.word == "succeeded"


def test_a_number_used_again_does_not_keep_a_job_alive_and_is_left_alone(folders):
    sleeper = start(folders, "sleep", "60", name="other")
    other = running(folders, "other").job.state
    stranger = replace(other.body, started="1")
    lay_down(folders, make_job(state=replace(RUNNING, process=stranger, body=stranger)))
    assert look(folders, "j").job.word == "crashed"
    assert processes.is_alive(other.body)
    os.kill(other.process.pid, signal.SIGTERM)
    ended(folders, sleeper.job_id)


def test_a_clock_that_jumped_back_changes_nothing(folders):
    lay_down(folders, make_job(state=replace(RUNNING, started_at=MORNING + timedelta(days=9000))))
    job = look(folders, "j", clock=lambda: MORNING).job
    assert job.word == "crashed"
    assert store.load(folders.files("j")) == job


def test_a_claim_without_a_line_waits_a_moment_and_then_has_crashed(folders):
    files = folders.files("j")
    files.events.touch()
    assert look(folders, "j").job.word == "queued"
    long_ago = time.time() - 60
    os.utime(files.events, (long_ago, long_ago))
    job = look(folders, "j").job
    assert job.word == "crashed"
    assert "died before it could start" in job.state.result.message


def test_an_end_that_cannot_be_written_is_still_the_truth(folders):
    files = lay_down(folders, make_job(state=RUNNING))
    files.state.unlink()
    files.state.mkdir()  # neither replaced nor overwritten
    files.log.unlink()
    files.log.mkdir()  # nor logged
    for _ in range(2):
        seen = look(folders, "j")
        assert seen.job.word == "crashed"
        assert (seen.newly_dead, seen.is_recorded) == (True, False)


def test_the_moment_between_death_and_its_record_is_waited_for(folders):
    job = make_job(state=replace(RUNNING, process=own_boot(PROCESS)))
    files = lay_down(folders, job)
    held = locks.exclusive(files.events)  # another look, just writing it down
    seen: list[lifecycle.Look] = []
    looker = threading.Thread(target=lambda: seen.append(look(folders, "j")))
    looker.start()
    store.save(files, finished(job, JobResult(9, "by the other look"), ended_at=MORNING))
    held.close()
    looker.join(timeout=20)
    assert [(one.job.word, one.job.state.result.message) for one in seen] == [("crashed", "by the other look")]


def test_a_lock_held_on_another_machine_counts(folders):
    files = lay_down(folders, make_job(state=RUNNING))
    with locks.shared(files.events):
        assert look(folders, "j").job.word == "running"


def test_all_jobs_are_looked_at_in_the_order_of_submission(folders):
    for minute, job_id in enumerate(["b", "a", "c"]):
        lay_down(folders, make_job(job_id, submitted_at=MORNING + timedelta(minutes=minute), state=RUNNING))
    turns.take_place(folders.logs, "a")
    assert [(seen.job.job_id, seen.job.word) for seen in look_at_all(folders)] == [
        ("b", "crashed"),
        ("a", "crashed"),
        ("c", "crashed"),
    ]
    assert leftovers(folders) == []


def test_a_job_that_is_not_there_is_an_error(folders):
    with pytest.raises(FileNotFoundError):
        look(folders, "none")


def test_the_place_in_the_queue_is_counted(folders):
    jobs = [start(folders, "sleep", "60", name=f"j{number}", max_running=1) for number in range(3)]
    running(folders, "j0")
    places = [place_in_queue(folders, look(folders, job.job_id).job) for job in jobs]
    assert places == [None, 1, 2]
    for job in reversed(jobs):
        process = eventually(lambda: look(folders, job.job_id).job.state.process)  # noqa: B023
        kill(process)
        assert look(folders, job.job_id).job.word == "crashed"
    assert leftovers(folders) == []


def test_a_torn_state_of_a_living_job_is_rebuilt(folders):
    job = start(folders, "sleep", "60", name="j")
    state = running(folders, "j").job.state
    job.files.state.write_text(json.dumps({"job_id": "j"})[:5])
    seen = look(folders, "j").job
    assert seen.word == "running"
    assert seen.state.process == state.process
    assert seen.state.body == Process(state.body.pid, state.body.started, state.body.boot_id)
    os.kill(state.process.pid, signal.SIGTERM)
    assert ended(folders, "j").job.exit_code == 9
    assert len([*read_events(job.files.events, about="finished")]) == 1
