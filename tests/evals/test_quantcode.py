"""Coding tasks as cases, and how far each came."""

import json
from pathlib import Path

import pytest

from bgagent.errors import BadUse
from bgagent.evals.quantcode import STAGES, stages_of, task_case
from bgagent.evals.suite_files import read_suite
from tests.evals.reports import refusal, report, run
from tests.language.reading import reading

TASK = {"id": 7, "reformulated_task": "**Buy** low.\n", "yf_symbol": "AAPL", "timeframe": "1h", "difficulty": "easy"}


def test_a_task_becomes_a_sentence_with_its_symbol_bars_and_window():
    case = task_case(TASK, "line 1")
    assert case.id == "task-7"
    assert case.family == "task, easy"
    assert case.sentence == "**Buy** low.\n\nSymbol: AAPL\nBars: 1h\nPeriod: 2024-01-01 to 2024-12-31\n"
    assert case.expectation.is_report


def test_a_task_without_a_symbol_is_named(tmp_path: Path):
    path = tmp_path / "tasks.jsonl"
    path.write_text(json.dumps({key: value for key, value in TASK.items() if key != "yf_symbol"}))
    with pytest.raises(BadUse, match="line 1 lacks 'yf_symbol'"):
        read_suite(path)


def checks(**statuses: str) -> list[dict[str, object]]:
    return [{"id": name, "status": status} for name, status in statuses.items()]


def stages(*values: bool | None) -> dict[str, bool | None]:
    return dict(zip(STAGES, values, strict=True))


PASSED = {"static": "pass", "runs": "pass", "lookahead": "pass", "capital": "pass", "traded": "pass"}


@pytest.mark.parametrize(
    ("found", "reached"),
    [
        (report(checks=checks(**PASSED)), stages(True, True, True, True, True)),
        (report(checks=checks(**PASSED), runs=[run(trades=[])]), stages(True, True, True, True, False)),
        (refusal(), stages(None, None, None, None, None)),
        (refusal(status="failed", exit_code=6, checks=checks(static="fail")), stages(False, False, None, None, None)),
        (
            refusal(status="failed", exit_code=6, checks=checks(static="pass", runs="fail")),
            stages(True, False, None, None, None),
        ),
        (
            refusal(status="failed", exit_code=6, checks=checks(**{**PASSED, "lookahead": "fail"})),
            stages(True, True, False, True, True),
        ),
        (
            refusal(status="failed", exit_code=6, checks=checks(**{**PASSED, "capital": "fail", "traded": "warn"})),
            stages(True, True, True, False, False),
        ),
    ],
)
def test_stages_are_told_by_the_checks(found, reached):
    assert stages_of(found) == reached


def test_the_public_tasks_are_read(shared_dir: Path):
    cases = read_suite(shared_dir / "quantcode" / "tasks.jsonl").cases
    assert len(cases) == 194
    assert all("\nSymbol: " in case.sentence for case in cases)


def test_every_task_is_read_asked_about_or_refused_by_name(shared_dir: Path):
    for case in read_suite(shared_dir / "quantcode" / "tasks.jsonl").cases:
        found = reading(case.sentence)
        assert found.spec or found.unexplained or found.questions, case.id
