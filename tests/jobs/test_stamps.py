from datetime import UTC, datetime, timedelta, timezone

import pytest

from bgagent.jobs.stamps import moment_of, stamp

MOMENT = datetime(2024, 1, 31, 9, 30, 5, 123_000, tzinfo=UTC)


def test_a_stamp_is_utc_to_the_millisecond():
    assert stamp(MOMENT) == "2024-01-31T09:30:05.123Z"
    assert stamp(MOMENT.astimezone(timezone(timedelta(hours=-5)))) == "2024-01-31T09:30:05.123Z"


def test_a_stamp_is_read_back():
    assert moment_of(stamp(MOMENT)) == MOMENT


@pytest.mark.parametrize("text", ["2024-01-31T09:30:05", "yesterday", ""])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError):
        moment_of(text)
