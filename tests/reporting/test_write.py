import errno
import os

import pytest

from bgagent.artifacts.clauses import Assumption
from bgagent.artifacts.codec import from_json
from bgagent.errors import MachineUnfit
from bgagent.reporting.write import write_bytes, write_json, write_text


def test_a_file_is_written_whole_with_the_folders_it_needs_and_nothing_beside_it(tmp_path):
    path = tmp_path / "a" / "b" / "text.md"
    write_text(path, "é\ud800\n")
    assert path.read_bytes() == "é?\n".encode()
    assert [each.name for each in path.parent.iterdir()] == ["text.md"]


def test_json_can_be_read_back(tmp_path):
    artifact = Assumption("timeframe", "1d", "not said")
    write_json(tmp_path / "x.json", artifact)
    assert from_json((tmp_path / "x.json").read_bytes(), Assumption) == artifact


def test_what_stood_there_stays_when_the_disk_is_full(tmp_path, monkeypatch):
    path = tmp_path / "x.txt"
    write_text(path, "before")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MachineUnfit, match="no room left on the disk") as caught:
        write_text(path, "after")
    assert caught.value.exit_code == 11
    assert path.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["x.txt"]


def test_a_folder_that_is_a_file_is_said_in_one_line(tmp_path):
    (tmp_path / "reports").write_text("in the way")
    with pytest.raises(MachineUnfit, match="cannot write") as caught:
        write_bytes(tmp_path / "reports" / "x.json", b"{}")
    assert "\n" not in caught.value.message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_said_in_one_line(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(MachineUnfit, match="permission denied"):
            write_bytes(tmp_path / "x.json", b"{}")
    finally:
        tmp_path.chmod(0o700)


def test_a_value_json_cannot_hold_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "x.json"
    write_bytes(path, b"before")
    with pytest.raises(ValueError, match="JSON has no word for"):
        write_json(path, object())
    assert path.read_bytes() == b"before"
