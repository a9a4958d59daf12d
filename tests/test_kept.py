"""A job that is taken up pays no model again for what it was paid for: the reading, the code, the opinion on it."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bgagent.artifacts.attempts import Attempt, Check, CheckStatus, Critique, StrategySource
from bgagent.artifacts.codec import from_json, to_json
from bgagent.implementation.opinion import CHECK_ID
from bgagent.kept import OPINION
from bgagent.llm.scripted_server import Received, Reply
from tests.model_jobs import GOOD, Ended, model_with, run

BAD = GOOD.replace("hold_bars=5", "hold_bars=4")


def nobody_to_ask(request: Received) -> Reply:
    pytest.fail(f"a model was asked: {request.prompt[:200]}")


def without_report(reports: Path, job_id: str) -> None:
    """As if the job had died while it wrote its report."""
    for path in reports.glob(f"{job_id}.*"):
        path.unlink()


def opinion_in(ended: Ended) -> list[CheckStatus]:
    return [check.status for check in ended.report.checks if check.id == CHECK_ID]


def test_the_opinion_goes_by_its_name():
    assert OPINION == CHECK_ID


def test_a_job_that_died_after_an_accepted_attempt_asks_no_model_again(tmp_path: Path):
    first = run(tmp_path, model_with(GOOD))
    assert first.purposes == ["read", "write", "judge"]
    without_report(first.reports, "job")
    second = run(tmp_path, nobody_to_ask, job_id="job-2", resumes="job")
    assert (second.report.status, second.requests) == ("succeeded", [])
    assert second.report.runs[0].metrics == first.report.runs[0].metrics
    assert [opinion_in(ended) for ended in (first, second)] == [[CheckStatus.PASS]] * 2
    assert second.report.telemetry.model_calls == 0


def test_a_job_that_died_after_its_reading_asks_only_for_the_code(tmp_path: Path):
    first = run(tmp_path, model_with(GOOD))
    shutil.rmtree(first.reports / "job" / "attempts")
    second = run(tmp_path, model_with(GOOD), job_id="job-2", resumes="job")
    assert second.purposes == ["write", "judge"]
    assert second.report.status == "succeeded"


def test_a_job_that_died_after_an_attempt_that_failed_goes_on_from_it(tmp_path: Path):
    first = run(tmp_path, model_with(BAD), max_iters=1)
    assert first.report.exit_code == 6
    second = run(tmp_path, model_with(GOOD), job_id="job-2", resumes="job", max_iters=2)
    assert second.purposes == ["write", "judge"]
    assert [attempt.number for attempt in second.report.attempts] == [1, 2]
    assert "hold_bars=4" in second.requests[0].prompt, "the writer is shown what it wrote before"


def test_an_opinion_on_other_code_is_not_taken(tmp_path: Path):
    first = run(tmp_path, model_with(GOOD))
    file = first.reports / "job" / "attempts" / "1.json"
    attempt = from_json(file.read_bytes(), Attempt)
    source = replace(attempt.sources[0], text=f"# another\n{attempt.sources[0].text}")
    opinion = Check(CHECK_ID, CheckStatus.FAIL, "no", {})
    other = Attempt(2, (StrategySource(source.label, "pass", "model"),), Critique((opinion,)))
    for number, kept in ((1, replace(attempt, sources=(source,), critique=Critique(()))), (2, other)):
        file.with_name(f"{number}.json").write_bytes(to_json(kept))
    second = run(tmp_path, model_with(GOOD), job_id="job-2", resumes="job")
    assert second.purposes == ["judge"]
    assert second.report.status == "succeeded"
