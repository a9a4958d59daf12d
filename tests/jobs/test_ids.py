import itertools
from datetime import UTC, datetime

import pytest

from bgagent.errors import BadUse
from bgagent.jobs.ids import LONGEST_NAME, checked_name, ids_from_words

AT = datetime(2024, 1, 31, 9, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize("name", ["a", "AAPL_2024.v1-b", "7", "_", "x" * LONGEST_NAME, "a..b"])
def test_a_plain_name_is_taken_as_it_is(name):
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        ".hidden",
        "-v",
        "a/b",
        "../a",
        "a b",
        "a\n",
        "a\0b",
        "über",
        "a:b",
        "$(x)",
        "x" * (LONGEST_NAME + 1),
        "a.json",  # its folder of reports would be the report of `a`
        "a.JSON",
        "a.request",
        "a.md",
        "index",  # reports/index.html is the list of all jobs
    ],
)
def test_a_name_that_could_harm_is_refused(name):
    with pytest.raises(BadUse):
        checked_name(name)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Backtest AAPL 50/200 MA crossover in 2024", "20240131-093005-backtest-aapl-50-200-ma-crossover"),
        ("../../etc; $(rm -rf ~)", "20240131-093005-etc-rm-rf"),
        ("买入 苹果", "20240131-093005-job"),
        ("", "20240131-093005-job"),
        ("a" * 200, "20240131-093005-" + "a" * 40),
    ],
)
def test_ids_are_made_of_time_and_words(words, expected):
    assert next(ids_from_words(words, AT)) == expected
    assert checked_name(expected) == expected


def test_the_next_ids_are_numbered():
    assert list(itertools.islice(ids_from_words("x", AT), 3)) == [
        "20240131-093005-x",
        "20240131-093005-x-2",
        "20240131-093005-x-3",
    ]
