"""What one run may use."""

import pytest

from bgagent.sandbox.limits import Limits


@pytest.mark.parametrize("name", ["wall_s", "cpu_s", "memory_mb", "file_size_mb", "output_kb", "orders_per_bar"])
def test_a_limit_of_nothing_is_refused(name):
    with pytest.raises(ValueError, match=f"{name} must be above 0"):
        Limits(**{name: 0})


def test_processor_time_follows_the_wall_unless_it_is_given():
    assert Limits(wall_s=2.5).processor_s == 4
    assert Limits(wall_s=2.5, cpu_s=1).processor_s == 1
