import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from bgagent.errors import MachineUnfit
from bgagent.jobs import wishes
from tests.jobs.builders import start


@pytest.fixture
def files(folders):
    return folders.files("j")


def test_a_wish_is_taken_once_and_leaves_nothing(files):
    wishes.keep_wish(files, "curl 'ü' \udcff\n$X")
    assert stat.S_IMODE(files.wish.stat().st_mode) == 0o600
    assert wishes.take_wish(files) == "curl 'ü' \udcff\n$X"
    assert wishes.take_wish(files) is None
    assert os.listdir(files.logs) == []


def test_of_many_who_take_it_one_gets_it(files):
    for _ in range(20):
        wishes.keep_wish(files, "x")
        with ThreadPoolExecutor(8) as many:
            got = [*many.map(lambda _: wishes.take_wish(files), range(8))]
        assert sorted(got, key=str) == [None] * 7 + ["x"]


def test_a_wish_that_cannot_be_kept_is_no_job(folders, monkeypatch):
    def refuse(*_args):
        raise MachineUnfit("no room left on the disk")

    monkeypatch.setattr("bgagent.jobs.submission.keep_wish", refuse)
    with pytest.raises(MachineUnfit):
        start(folders, "true", name="j", wish="x")
    assert os.listdir(folders.logs) == []
