import errno
import fcntl
import os
from pathlib import Path
from pwd import getpwuid

import pytest

from bgagent.cli import doctor


@pytest.mark.parametrize(
    ("main", "drop_in", "lingers", "is_told"),
    [
        ("[Login]\n#KillUserProcesses=yes\n", "", False, False),
        ("[Login]\nKillUserProcesses=yes\n", "", False, True),
        ("[Login]\nKillUserProcesses=yes\n", "", True, False),
        ("[Login]\nKillUserProcesses=yes\n", "[Login]\nKillUserProcesses = no\n", False, False),
        ("", "[Login]\nKillUserProcesses=1\n", False, True),
    ],
)
def test_a_system_that_ends_jobs_at_log_out_is_told_of(tmp_path: Path, main, drop_in, lingers, is_told):
    (tmp_path / "etc/systemd/logind.conf.d").mkdir(parents=True)
    (tmp_path / "etc/systemd/logind.conf").write_text(main)
    (tmp_path / "etc/systemd/logind.conf.d/50-site.conf").write_text(drop_in)
    if lingers:
        (tmp_path / "var/lib/systemd/linger").mkdir(parents=True)
        (tmp_path / "var/lib/systemd/linger" / getpwuid(os.getuid()).pw_name).touch()
    remedies = [finding.remedy for finding in doctor._log_out(tmp_path)]
    assert remedies == (["run: loginctl enable-linger"] if is_told else [])


def test_a_system_without_systemd_has_nothing_to_tell(tmp_path: Path):
    assert list(doctor._log_out(tmp_path)) == []


def test_a_folder_without_locks_is_no_place_for_jobs(tmp_path: Path, monkeypatch):
    def refuse(_):
        raise OSError(95, os.strerror(95))

    monkeypatch.setattr(doctor.locks, "one_at_a_time", refuse)
    finding = doctor._folders(tmp_path)
    assert (finding.status, "no locks" in finding.found) == ("missing", True)
    assert finding.remedy


def test_a_folder_whose_locks_are_leases_is_named(tmp_path: Path, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    finding = doctor._folders(tmp_path)
    assert (finding.status, "file fresh" in finding.found) == ("note", True)
