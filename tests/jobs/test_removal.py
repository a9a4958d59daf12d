import os

import pytest

from bgagent.jobs import store
from bgagent.jobs.removal import removal, remove
from bgagent.jobs.state import JobResult, finished
from tests.jobs.builders import MORNING, ended, make_job, running, start


def with_report(files):
    """The job's report, and files of others beside it that must stay."""
    files.report_folder.mkdir()
    (files.report_folder / "trades.csv").write_text("12345")
    files.report_json.write_text("{}")
    files.report_markdown.write_text("# report")
    return files


def test_everything_of_the_job_goes_and_nothing_else(folders):
    job = start(folders, "true", name="old")
    other = start(folders, "true", name="old-2")
    ended(folders, "old")
    ended(folders, "old-2")
    with_report(job.files)
    with_report(other.files)
    (folders.reports / "index.html").write_text("all jobs")
    before = {path for path in folders.logs.parent.rglob("*") if "old-2" in path.name or path.name == "index.html"}
    gone = remove(job.files)
    assert gone is not None
    assert gone.paths[0] == job.files.request
    assert gone.paths[-1] == job.files.events
    after = set(folders.logs.parent.rglob("*"))
    assert before <= after
    assert not [path for path in after if path.name.removeprefix(".").split(".")[0] == "old"]
    assert store.job_ids(folders) == ["old-2"]


def test_a_job_that_lives_stays(folders):
    job = start(folders, "sleep", "30", name="alive")
    running(folders, "alive")
    assert remove(job.files) is None
    assert job.files.events.exists()
    os.kill(store.load(job.files).state.process.pid, 15)
    ended(folders, "alive")


def test_a_job_without_an_end_stays_until_somebody_has_looked(folders):
    files = folders.files("unsettled")
    files.events.write_text("\n")
    store.save(files, make_job("unsettled"))
    assert remove(files) is None
    assert files.state.exists()


def test_a_link_goes_and_what_it_leads_to_stays(folders, tmp_path):
    job = start(folders, "true", name="linked")
    ended(folders, "linked")
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("mine")
    job.files.report_folder.symlink_to(precious)
    assert remove(job.files) is not None
    assert not os.path.lexists(job.files.report_folder)
    assert (precious / "file").read_text() == "mine"


@pytest.mark.parametrize("name", ["index", "a.json", "name with space", "-x"])
def test_files_that_only_look_like_a_job_stay(folders, name):
    files = folders.files(name)
    files.events.write_text("\n")
    store.save(files, finished(make_job(name), JobResult(0), ended_at=MORNING))
    assert removal(files) is None
    assert remove(files) is None
    assert files.state.exists()


def test_the_size_is_that_of_all_files(folders):
    job = start(folders, "true", name="sized")
    ended(folders, "sized")
    with_report(job.files)
    found = removal(job.files)
    assert found is not None
    files = [
        path
        for path in folders.logs.parent.rglob("*")
        if path.is_file() and "sized" in str(path.relative_to(folders.logs.parent))
    ]
    assert found.bytes == sum(path.stat().st_size for path in files)
