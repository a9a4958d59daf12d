"""What looking at a job settles: its report says what its state says."""

import json
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bgagent import api
from bgagent.errors import BadUse, MachineUnfit
from bgagent.jobs import store
from bgagent.jobs.folders import JobFiles
from bgagent.jobs.state import Finished, Job, JobResult, Queued
from tests.artifacts.published import complaints

MORNING = datetime(2024, 1, 31, 9, 30, tzinfo=UTC)
REQUEST = {
    "prompt": "Buy and hold WAVE in 2024",
    "as_of": MORNING.isoformat(),
    "reader": "embedded",
    "data": "auto",
    "data_dir": "",
    "model": None,
    "max_iters": 3,
    "timeout_s": 60.0,
    "seed": 0,
    "lang": "",
}


def ended(root: Path, exit_code: int, message: str = "as it was") -> JobFiles:
    """A job that has ended so, without a report."""
    folders = api.folders_of(root)
    folders.make_ready()
    files = folders.files("j")
    files.request.write_text(json.dumps(REQUEST))
    files.events.write_text("{}\n")
    store.save(files, Job("j", MORNING, Finished(JobResult(exit_code, message), MORNING)))
    return files


@pytest.mark.parametrize(
    ("exit_code", "status", "kind"),
    [
        (1, "failed", "Bug"),
        (2, "bad_use", "BadUse"),
        (3, "data_unavailable", "DataUnavailable"),
        (4, "needs_clarification", "NeedsClarification"),
        (5, "model_unavailable", "ModelUnavailable"),
        (6, "failed", "NoAcceptableStrategy"),
        (7, "limit_reached", "LimitReached"),
        (8, "stopped", "Stopped"),
        (9, "crashed", "Crashed"),
        (11, "failed", "MachineUnfit"),
        (42, "failed", "Bug"),
    ],
)
def test_a_report_that_is_missing_tells_the_kind_of_the_end(tmp_path: Path, exit_code: int, status: str, kind: str):
    files = ended(tmp_path, exit_code)
    api.job_status("j", root=tmp_path)
    report = json.loads(files.report_json.read_bytes())
    assert complaints(report) == []
    assert (report["status"], report["error"]["class"], report["error"]["message"]) == (status, kind, "as it was")


@pytest.mark.parametrize("exit_code", [7, 9, 42])
def test_a_report_that_says_otherwise_than_the_state_is_written_anew(tmp_path: Path, exit_code: int):
    files = ended(tmp_path, exit_code, "cut short")
    files.report_json.write_text(json.dumps({"exit_code": 0, "status": "succeeded"}))
    api.wait_for_job("j", root=tmp_path)
    report = json.loads(files.report_json.read_bytes())
    assert report["error"]["message"] == "cut short"
    assert report["exit_code"] == (exit_code if exit_code != 42 else 1)  # a code outside the table is our defect
    written = files.report_json.stat().st_mtime_ns
    api.job_status("j", root=tmp_path)
    assert files.report_json.stat().st_mtime_ns == written


def test_a_file_in_place_of_the_report_that_is_none_stays(tmp_path: Path):
    files = ended(tmp_path, 9)
    files.report_json.write_text("[]")
    api.job_status("j", root=tmp_path)
    assert files.report_json.read_text() == "[]"


def test_the_report_of_a_success_that_was_taken_away_stays_away(tmp_path: Path):
    files = ended(tmp_path, 0)
    api.job_status("j", root=tmp_path)
    assert not files.report_json.exists()
    with pytest.raises(BadUse):
        api.job_status("nobody", root=tmp_path)


def test_files_that_are_taken_away_end_the_waiting(tmp_path: Path):
    folders = api.folders_of(tmp_path)
    folders.make_ready()
    files = folders.files("j")
    store.save(files, Job("j", MORNING, Queued(None)))
    files.events.touch()  # empty and new: somebody is about to submit it
    remover = threading.Timer(0.05, shutil.rmtree, [folders.logs])
    remover.start()
    with pytest.raises(MachineUnfit, match="cannot use"):
        api.wait_for_job("j", root=tmp_path, timeout=20)
    remover.join()
