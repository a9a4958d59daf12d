"""A few jobs under fire; `make soak` does it with hundreds."""

import pytest

from benchmarks import soak


@pytest.mark.slow
def test_every_job_has_one_true_end_and_nothing_is_left(capsys: pytest.CaptureFixture[str]):
    code = soak.run(10, seed=3, pause_s=0.3, of_one_name=8)
    assert code == 0, capsys.readouterr().out
