import json
import os
from dataclasses import replace

import pytest

from bgagent.errors import BadUse, MachineUnfit
from bgagent.jobs import store
from bgagent.jobs.folders import Folders
from bgagent.jobs.logs import Log
from bgagent.jobs.redaction import Redactor
from bgagent.jobs.state import Finished, JobResult, Queued, Running, finished
from tests.jobs.builders import MORNING, PROCESS, make_job


@pytest.fixture
def folders(tmp_path):
    made = Folders(tmp_path / "logs", tmp_path / "reports")
    made.make_ready()
    return made


@pytest.fixture
def files(folders):
    return folders.files("j")


QUEUED = make_job(state=Queued(PROCESS), launcher="tmux", session="bg_j", socket="/s", ticket=7)
RUNNING = replace(
    QUEUED,
    state=Running(PROCESS, MORNING, MORNING, began=1.5, timeout_s=9.0, body=PROCESS, phase="reading", attempt=2),
)
FINISHED = finished(RUNNING, JobResult(6, "used up", "NoMore"), ended_at=MORNING, elapsed_s=2.5)


def log_the_life(files, job):
    log = Log(files, redact=Redactor(), clock=lambda: MORNING)
    events = ["submitted", "queued", "started", "command_started", "phase", "attempt", "finished"]
    known = {"submitted": make_job(ticket=7), "queued": QUEUED, "finished": FINISHED}
    last = {Queued: 2, Running: 6, Finished: 7}[type(job.state)]
    for event in events[:last]:
        log.write("info", event, store.told(event, known.get(event, RUNNING)))
    log.close()


def test_a_saved_job_is_read_back(files):
    files.events.touch()
    store.save(files, RUNNING)
    assert store.load(files) == RUNNING
    assert not files.unfinished_state.exists()


@pytest.mark.parametrize("job", [QUEUED, RUNNING, FINISHED], ids=lambda job: job.word)
@pytest.mark.parametrize("damage", ["missing", "empty", "torn", "foreign"])
def test_a_lost_state_is_rebuilt_from_the_log(files, job, damage):
    log_the_life(files, job)
    store.save(files, job)
    whole = files.state.read_text()
    if damage == "missing":
        files.state.unlink()
    else:
        files.state.write_text({"empty": "", "torn": whole[: len(whole) // 2], "foreign": '{"a": 1}'}[damage])
    assert store.load(files) == job


def test_lines_torn_by_a_crash_are_passed_over(files):
    log_the_life(files, RUNNING)
    with files.events.open("ab") as events:
        events.write(b'\n\xff\xfe{"event": "finished", "state": "succ')
    assert store.load(files) == RUNNING


def test_what_a_command_prints_is_no_state(files):
    log_the_life(files, RUNNING)
    log = Log(files, redact=Redactor(), clock=lambda: MORNING)
    log.write("info", "output", {"state": "succeeded", "exit_code": 0, "text": '{"event": "finished"}'})
    assert store.load(files) == RUNNING


def test_of_a_job_without_a_line_only_the_id_is_known(files):
    files.events.touch()
    job = store.load(files)
    assert (job.job_id, job.state) == ("j", Queued(None))


def test_there_is_no_job_without_a_log(files):
    with pytest.raises(FileNotFoundError):
        store.load(files)


def test_a_full_disk_still_takes_the_end_in_the_old_states_place(files):
    store.save(files, RUNNING)
    files.unfinished_state.mkdir()  # no second file can be written
    with pytest.raises(MachineUnfit):
        store.save(files, FINISHED)
    assert store.save_at_any_price(files, FINISHED)
    assert store.load(files) == FINISHED


def test_a_shorter_end_leaves_nothing_of_the_longer_state(files):
    store.save(files, replace(RUNNING, cwd="/" + "x" * 500))
    files.unfinished_state.mkdir()
    assert store.save_at_any_price(files, FINISHED)
    assert json.loads(files.state.read_text())["state"] == "failed"


def test_an_end_that_cannot_be_written_is_not_taken_for_written(files):
    files.state.mkdir()
    files.unfinished_state.mkdir()
    assert not store.save_at_any_price(files, FINISHED)


def test_jobs_are_found_by_id_and_by_unique_beginning(folders):
    for job_id in ("apple", "apple-2", "banana", ".hidden"):
        folders.files(job_id).events.touch()
    assert sorted(store.job_ids(folders)) == ["apple", "apple-2", "banana"]
    assert store.find(folders, "apple") == "apple"
    assert store.find(folders, "apple-") == "apple-2"
    assert store.find(folders, "b") == "banana"


@pytest.mark.parametrize(("text", "said"), [("a", "apple, apple-2"), ("x", "no job 'x'"), ("", "no job ''")])
def test_an_unclear_name_is_refused_with_the_candidates(folders, text, said):
    for job_id in ("apple", "apple-2", "banana"):
        folders.files(job_id).events.touch()
    with pytest.raises(BadUse, match=said):
        store.find(folders, text)


def test_before_the_first_job_there_are_none(tmp_path):
    assert store.job_ids(Folders(tmp_path / "none", tmp_path)) == []


def test_sweeping_takes_only_what_was_half_done(files):
    log_the_life(files, RUNNING)
    store.save(files, RUNNING)
    for path in (files.unfinished_state, files.handover(1), files.logs / ".j-2.1.fifo"):
        path.touch()
    store.sweep(files)
    assert sorted(path.name for path in files.logs.iterdir()) == [".j-2.1.fifo", "j.json", "j.jsonl", "j.log"]


def test_half_written_reports_of_the_dead_go_and_those_of_the_living_stay(folders):
    files = folders.files("j")
    (files.report_folder / "charts").mkdir(parents=True)
    dead = [files.reports / ".j.md.4000001.part", files.report_folder / "charts" / ".a.svg.4000001.part"]
    alive = [files.reports / f".index.html.{os.getpid()}.part", files.reports / ".mine.part", files.reports / "j.md"]
    for path in (*dead, *alive):
        path.touch()
    store.sweep(files)
    assert not [path for path in dead if path.exists()]
    assert [path for path in alive if path.exists()] == alive
