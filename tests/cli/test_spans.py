from datetime import UTC, datetime, timedelta

import pytest

from bgagent.cli.spans import moment_of, span_of
from bgagent.errors import BadUse

NOW = datetime(2024, 3, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("1.5h", timedelta(minutes=90)),
        ("30d", timedelta(days=30)),
        ("30", timedelta(days=30)),
        (" 2 w ", timedelta(days=14)),
        ("0d", timedelta(0)),
    ],
)
def test_spans_are_read_as_people_type_them(text, span):
    assert span_of(text) == span


@pytest.mark.parametrize("text", ["", "d", "-1d", "30 days", "1y", "nan", "\u0661d", "1e3d"])
def test_anything_else_is_bad_use(text):
    with pytest.raises(BadUse, match="span of time"):
        span_of(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-31", datetime(2024, 1, 31, tzinfo=UTC)),
        ("2024-01-31T10:00+02:00", datetime(2024, 1, 31, 8, tzinfo=UTC)),
        ("12h", datetime(2024, 3, 31, tzinfo=UTC)),
        ("99999999999w", datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_a_moment_is_a_date_or_so_long_ago(text, moment):
    assert moment_of(text, NOW) == moment
