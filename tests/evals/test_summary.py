"""Figures of an evaluation whose cases are known, and what its goals make of them."""

from bgagent.artifacts.codec import to_json
from bgagent.evals.page import page_of
from bgagent.evals.results import Mark, read_evaluation
from bgagent.evals.summary import complaints, goals, shares, speed_against, stage_shares
from tests.evals.reports import evaluation, result


def met(*cases, baseline=None) -> dict[str, bool | None]:
    return {goal.name: goal.is_met for goal in goals(evaluation(*cases), baseline)}


def many(count: int, mark: Mark = Mark.RIGHT):
    return [result(f"{mark.value}-{number}", mark) for number in range(count)]


def test_rates_are_over_the_cases_they_can_be_told_of():
    cases = [*many(6), *many(1, Mark.WRONG), *many(2, Mark.UNCHECKED), *many(1, Mark.MISSING), *many(3, Mark.MISNAMED)]
    cases.append(result("refused", wanted="refusal"))
    found = {name: (one.value, one.count) for name, one in shares(evaluation(*cases)).items()}
    assert found == {
        "completed, of sentences that can be tested": (0.9, 10),
        "right, of those with a known answer": (6 / 7, 7),
        "refused as wanted, of those to be refused": (0.25, 4),
        "imports_ok, of jobs with a log": (1.0, 14),
    }


def test_goals_are_met_missed_or_not_told():
    good = met(*many(49), *many(1, Mark.MISSING))
    assert good["completed"] is True
    assert good["completed, our own goal"] is True
    assert good["no wrong number"] is True
    assert good["faster than the baseline"] is None
    assert met(*many(48), *many(2, Mark.MISSING))["completed, our own goal"] is False
    assert met(*many(8), *many(2, Mark.MISSING))["completed"] is False
    assert met(*many(9), *many(1, Mark.WRONG))["no wrong number"] is False
    assert met(*many(9, Mark.UNCHECKED))["no wrong number"] is None
    assert met(*many(9), *many(1, Mark.REPORTED))["no report of what had to be refused"] is False
    assert met(result("a", imports_ok=False))["imports_ok"] is False
    assert met(result("a", imports_ok=None))["imports_ok"] is None


def test_time_is_compared_case_by_case_and_answers_are_assumed():
    slow = [result(f"c{number}", seconds=2.0, questions=2) for number in range(5)]
    fast = [result(f"c{number}", seconds=1.0) for number in range(5)]
    baseline = evaluation(*slow, result("d", Mark.WRONG, seconds=0.1), arm="interactive", answer_s=9.0)
    found = speed_against(evaluation(*fast, result("d", seconds=50.0)), baseline)
    assert found.ratio.value == 0.5
    assert found.assumed_ratio.value == 1 / 20
    assert found.questions == 2
    assert found.tenfold_from_s == 4.0  # (10 x 1 s - 2 s) / 2 answers
    rows = goals(evaluation(*fast), baseline)
    told = {goal.name: goal.is_met for goal in rows}
    assert told["faster than the interactive arm, waiting for nobody"] is True
    tenfold = "ten times as fast as the interactive arm, assuming (not measured) 9 s for each of 2 answers"
    assert told[tenfold] is True
    late = [result(f"c{number}", seconds=1.7) for number in range(5)]
    assert met(*late, baseline=baseline)["faster than the interactive arm, waiting for nobody"] is False


def test_complaints_begin_with_the_worst():
    cases = [result(mark.value, mark) for mark in Mark]
    assert [case.mark for case in complaints(cases)] == [Mark.REPORTED, Mark.WRONG, Mark.MISSING, Mark.MISNAMED]


def test_a_stage_that_was_not_reached_counts_as_failed():
    stages = [
        {"compiles": True, "runs": True, "looks not ahead": True, "conforms": True, "trades": False},
        dict.fromkeys(("compiles", "runs", "looks not ahead", "conforms", "trades")),
    ]
    cases = [result(f"task-{number}", stages=stage) for number, stage in enumerate(stages)]
    found = stage_shares(evaluation(*cases, result("no task")))
    assert {name: one.value for name, one in found.items()} == {
        "compiles": 0.5,
        "runs": 0.5,
        "looks not ahead": 0.5,
        "conforms": 0.5,
        "trades": 0.0,
    }
    assert stage_shares(evaluation(result("no task"))) == {}


def test_the_page_has_every_case_and_nothing_in_a_sentence_breaks_its_tables(tmp_path):
    odd = result("odd", Mark.WRONG, sentence="a | b\n<script>\x1b[31m", why="x | y")
    found = evaluation(odd, *many(3), remarks=("The jobs are in jobs.",))
    page = page_of(found, evaluation(*many(3), arm="interactive", answer_s=30.0))
    assert "a \\| b &lt;script>" in page
    assert "\x1b" not in page
    tables = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(tables) == 1 + 4  # one complaint, four cases
    path = tmp_path / "one.json"
    path.write_bytes(to_json(found))
    assert read_evaluation(path) == found
