"""A wall clock that is put back while a job runs changes neither its time limit nor how long it is said to take."""

import pytest

from bgagent.jobs import submission, takeover
from tests.jobs.builders import ended, recorded, start

# the supervisor's clock goes back by an hour with every look at it
SUPERVISOR = """
import runpy, sys
from datetime import timedelta
sys.path.append(sys.argv[1])
from bgagent.jobs import stamps
real, looks = stamps.utc_now, []
def utc_now():
    looks.append(1)
    return real() - timedelta(hours=len(looks))
stamps.utc_now = utc_now
runpy.run_path({takeover!r}, run_name="__main__")
"""
# and the clock of the command by a day
COMMAND = """
from datetime import timedelta
looks = []
def clock():
    looks.append(1)
    return real() - timedelta(days=len(looks))
real = record._clock
record._clock = clock
record.phase("reading")
time.sleep(0.2)
record.finish(0, "done")
"""


@pytest.fixture
def clock_that_jumps_back(monkeypatch, tmp_path):
    script = tmp_path / "takeover.py"
    script.write_text(SUPERVISOR.format(takeover=takeover.__file__))
    monkeypatch.setattr(submission.takeover, "__file__", str(script))


@pytest.mark.parametrize("command", [("sleep", "0.2"), recorded(COMMAND)], ids=["silent", "telling"])
def test_durations_do_not_follow_a_clock_that_jumps_back(folders, clock_that_jumps_back, command):
    start(folders, *command, name="j", timeout_s=60.0)
    state = ended(folders, "j").job.state
    assert state.result.exit_code == 0, state
    assert 0.2 <= state.elapsed_s < 30
    assert state.ended_at < state.started_at  # the clock did jump


def test_a_time_limit_comes_in_spite_of_a_clock_that_jumps_back(folders, clock_that_jumps_back):
    start(folders, "sleep", "60", name="j", timeout_s=0.3)
    state = ended(folders, "j").job.state
    assert (state.result.exit_code, 0.3 <= state.elapsed_s < 30) == (7, True)
