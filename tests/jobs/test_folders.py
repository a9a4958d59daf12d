import pytest

from bgagent.errors import MachineUnfit
from bgagent.jobs.folders import Folders


def test_folders_are_made_with_their_parents(tmp_path):
    Folders(tmp_path / "a/b/logs", tmp_path / "c/reports").make_ready()
    assert (tmp_path / "a/b/logs").is_dir()
    assert (tmp_path / "c/reports").is_dir()


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path):
    (tmp_path / "reports").write_text("not a folder")
    with pytest.raises(MachineUnfit, match="reports") as caught:
        Folders(tmp_path / "logs", tmp_path / "reports").make_ready()
    assert caught.value.exit_code == 11


def test_files_of_different_jobs_never_share_a_name(tmp_path):
    folders = Folders(tmp_path, tmp_path)
    of = {
        job_id: {
            path.name
            for path in (files.log, files.events, files.state, files.request, files.report_json, files.report_folder)
        }
        for job_id in ("a", "a.b", "a.b-2")
        for files in [folders.files(job_id)]
    }
    assert not of["a"] & of["a.b"]
    assert not of["a.b"] & of["a.b-2"]
