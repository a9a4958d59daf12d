"""When a later evaluation is a step back behind an earlier one."""

import pytest

from bgagent.errors import BadUse
from bgagent.evals.compare import compare, lines_of
from bgagent.evals.results import Mark
from tests.evals.reports import evaluation, result


def cases(*marks: Mark, seconds: float = 1.0, **changed):
    return evaluation(*(result(f"c{number}", mark, seconds, **changed) for number, mark in enumerate(marks)))


RIGHT, WRONG, MISSING = Mark.RIGHT, Mark.WRONG, Mark.MISSING


def test_the_same_again_is_no_regression():
    found = compare(cases(RIGHT, MISSING), cases(RIGHT, MISSING))
    assert found.regressions == ()
    assert (found.lost, found.won, found.chance) == ((), (), 1.0)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ((RIGHT, RIGHT), (RIGHT, MISSING), "no longer right: c1"),
        ((RIGHT, MISSING), (MISSING, RIGHT), "no longer right: c0"),
        ((RIGHT, RIGHT), (WRONG, RIGHT), "now wrong: c0"),
        ((MISSING, MISSING), (RIGHT, MISSING), ""),
    ],
)
def test_without_a_model_one_lost_case_counts(before, after, said):
    assert compare(cases(*before), cases(*after)).regressions == ((said,) if said else ())


def test_with_a_model_it_takes_more_than_chance_unless_a_number_is_wrong():
    def with_model(*marks):
        return cases(*marks, model_calls=1)

    few = compare(with_model(*[RIGHT] * 9), with_model(*[MISSING] * 5, *[RIGHT] * 4))
    assert few.chance == 2 / 32
    assert few.regressions == ()
    many = compare(with_model(*[RIGHT] * 9), with_model(*[MISSING] * 6, *[RIGHT] * 3))
    assert many.chance == 2 / 64
    assert len(many.regressions) == 1
    assert compare(with_model(RIGHT), with_model(WRONG)).regressions == ("now wrong: c0",)


def test_slower_counts_when_the_whole_interval_is_above_the_limit():
    first = cases(*[RIGHT] * 9)
    assert compare(first, cases(*[RIGHT] * 9, seconds=1.15)).regressions == ()
    (said,) = compare(first, cases(*[RIGHT] * 9, seconds=1.5)).regressions
    assert said == "slower: 1.50 times (1.50 to 1.50)"


def test_cases_are_the_same_when_their_words_are():
    first = evaluation(result("a"), result("b"))
    second = evaluation(result("a", Mark.MISSING, sentence="other words"), result("b"))
    found = compare(first, second)
    assert (found.shared, found.left_out, found.lost) == (1, ("a",), ())
    assert "cases in both: 1; in one alone: 1" in lines_of(found)
    with pytest.raises(BadUse, match="no case in common"):
        compare(first, evaluation(result("c")))
