import os
import signal
from pathlib import Path

import pytest

from bgagent.errors import Bug
from bgagent.jobs import control, processes
from bgagent.jobs.lifecycle import look
from bgagent.jobs.logs import read_events
from bgagent.jobs.marks import current_job, marks
from bgagent.jobs.recorder import recording
from bgagent.jobs.state import Finished
from tests.jobs.builders import ended, eventually, recorded, running, start


def test_a_command_tells_its_phases_and_its_end(folders):
    code = """
    record.phase("reading")
    record.event("info", "found", bars=252, key="sk-abcdefghijklmnopqrstuv")
    record.phase("producing")
    record.attempt(2)
    assert record.job_id == "j" and not record.has_finished
    assert 59 < record.seconds_left() <= 60
    record.finish(10, "report written, verdict reject")
    record.finish(1, "too late")
    assert record.has_finished
    """
    submitted = start(folders, *recorded(code), name="j", timeout_s=60)
    job = ended(folders, "j").job
    assert (job.word, job.exit_code) == ("succeeded", 10)
    assert (job.state.phase, job.state.attempt) == ("producing", 2)
    assert job.state.result.message == "report written, verdict reject"
    assert 0 < job.state.elapsed_s < 60
    told = [event["event"] for event in read_events(submitted.files.events)]
    assert told == [
        *("submitted", "queued", "started", "command_started"),
        *("phase", "found", "phase", "attempt", "finished"),
    ]
    assert "abcdefghij" not in submitted.files.events.read_text().partition('"event": "found"')[2]


def test_phase_attempt_and_heartbeat_are_seen_while_it_runs(folders):
    start(folders, *recorded("record.phase('reading'); record.attempt(3); time.sleep(60)"), name="j")
    state = eventually(lambda: (seen := look(folders, "j").job.state) and getattr(seen, "attempt", 0) == 3 and seen)
    assert state.phase == "reading"
    assert state.heartbeat_at >= state.started_at
    assert state.timeout_s is None
    control.stop(folders, "j", environment=os.environ)


@pytest.mark.parametrize(
    ("code", "exit_code", "word", "message"),
    [
        ("raise errors.DataUnavailable('no bars', hint='try --data demo')", 3, "failed", "no bars; try --data demo"),
        ("raise errors.LimitReached('tokens used up')", 7, "limit_reached", "tokens used up"),
        ("raise ValueError('odd\\nthing')", 1, "failed", "ValueError: odd thing"),
        ("sys.exit(5)", 5, "failed", "exit code 5"),
        ("pass", 0, "succeeded", ""),
        ("record.finish(6, 'used up'); os._exit(0)", 6, "failed", "used up"),
        ("record.finish(0); os.kill(os.getpid(), 11)", 0, "succeeded", ""),  # the report was there before the crash
        ("record.phase('x'); os.kill(os.getpid(), 9)", 9, "crashed", "SIGKILL"),
    ],
)
def test_an_end_is_told_however_it_comes(folders, code, exit_code, word, message):
    job = ended(folders, start(folders, *recorded(code)).job_id).job
    assert (job.exit_code, job.word) == (exit_code, word)
    assert message in job.state.result.message


WORK = """
import threading
record.phase("working")
open(os.environ["READY"], "w").close()
deadline = time.monotonic() + 60
while time.monotonic() < deadline:
    time.sleep(0.01)
"""


@pytest.fixture
def ready(tmp_path):
    return tmp_path / "ready"


def start_work(folders, ready, code=WORK, **options):
    job = start(folders, *recorded(code), name="j", environment={**os.environ, "READY": str(ready)}, **options)
    eventually(ready.exists)
    return job


@pytest.mark.parametrize(
    ("end", "exit_code", "message"),
    [
        ("stop", 8, "stopped by the user"),
        ("time", 7, "the time limit of 0.6 s is reached"),
        (signal.SIGTERM, 9, "ended by SIGTERM"),
        (signal.SIGHUP, 9, "terminal or tmux session was closed"),
        (signal.SIGINT, 8, "interrupted by the user (SIGINT)"),
    ],
)
@pytest.mark.parametrize(
    "handling",
    [
        "pass",  # it reaches the end of `recording`
        "record.finish(error.exit_code, error.message)",  # as a body that writes its report first would
        "record.finish(3, 'it looked like missing data')",  # taken for something else by a library in between
        "time.sleep(60)",  # swallowed, and work goes on: killed
    ],
)
def test_what_cuts_the_work_short_is_how_it_ended(folders, ready, end, exit_code, message, handling):
    code = f"try:\n{''.join(f'    {line}{chr(10)}' for line in WORK.splitlines())}"
    code += f"except errors.BgAgentError as error:\n    {handling}\n    {'raise' if handling == 'pass' else ''}\n"
    start_work(folders, ready, code, timeout_s=0.6 if end == "time" else None, grace_s=0.3)
    if end == "stop":
        control.stop(folders, "j", environment=os.environ)
    elif end != "time":
        processes.send(running(folders, "j").job.state.process, end)
    job = ended(folders, "j").job
    assert job.exit_code == exit_code
    assert message in job.state.result.message
    assert job.state.phase == "working"


def test_work_that_was_done_in_time_counts_as_done(folders, ready):
    code = WORK.replace(
        "    time.sleep(0.01)", "    try:\n        time.sleep(0.01)\n    except errors.Stopped:\n        break"
    )
    start_work(folders, ready, code + 'record.finish(0, "report written")\n', grace_s=5)
    assert control.stop(folders, "j", environment=os.environ).job.word == "succeeded"


def test_nothing_cuts_a_job_short_whose_report_is_on_the_disk(folders, ready):
    code = """
    files = folders.files(job_id)
    files.report_json.write_text("{}")
    open(os.environ["READY"], "w").close()
    deadline = time.monotonic() + 60
    while not any(True for _ in open(files.events) if '"stop_requested"' in _) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGALRM)
    record.finish(3, "no bars")
    """
    start_work(folders, ready, code, grace_s=20)
    assert control.stop(folders, "j", environment=os.environ).job.exit_code == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_disk_that_fills_up_ends_the_job_as_that(folders, ready):
    code = """
    log = folders.files(job_id).log
    log.unlink()
    log.symlink_to("/dev/full")
    record._log.close()
    record._log = type(record._log)(folders.files(job_id), redact=record._redact)
    for number in range(1_000):
        record.event("info", "line", number=number)
    """
    start(folders, *recorded(code), name="j")
    job = ended(folders, "j").job
    assert (job.word, job.exit_code) == ("failed", 11)
    assert "no room left on the disk" in job.state.result.message


def test_a_process_that_is_not_the_command_may_not_speak(folders):
    job = start(folders, "sleep", "60", name="j")
    running(folders, "j")
    control.stop(folders, "j", environment=os.environ)
    with pytest.raises(Bug, match="not the command"), recording(folders, "j"):
        pass
    assert isinstance(look(folders, "j").job.state, Finished)
    assert job.job_id == "j"


def test_a_process_knows_its_job_by_its_environment(folders):
    assert current_job({"PATH": "/bin", **marks(folders, "j")}) == (folders, "j")
    with pytest.raises(Bug):
        current_job({"PATH": "/bin"})
