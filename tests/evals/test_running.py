"""Cases on an executor, and which answers hold for the prices of a run."""

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bgagent.errors import BadUse, MachineUnfit
from bgagent.evals.prices import digest_of_prices
from bgagent.evals.results import CaseResult, Mark
from bgagent.evals.running import Ended, Terms, applicable, report_of, result_of, run_cases
from bgagent.evals.suite import Answer, Case, Expectation, GoldRun, Meaning
from tests.evals.reports import refusal, report, result

ANSWERS = (Answer(Meaning(), (GoldRun(12_000.0, None),)),)
TELEMETRY = {"attempts": 1, "model_calls": 0, "tokens_in": 0, "tokens_out": 0, "cost_usd": 0.0, "time_to_report_s": 0.5}


def terms(root: Path = Path("/nowhere"), **changed: Any) -> Terms:
    return Terms(**{"arm": "agent", "root": root, "environment": {}, "prefix": "x-", **changed})


class Backwards(Executor):
    """Another engine: takes everything, then works from the last to the first."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[CaseResult], Callable[[], CaseResult]]] = []

    def submit(self, fn, /, *args, **kwargs):
        future: Future[CaseResult] = Future()
        self.waiting.append((future, lambda: fn(*args, **kwargs)))
        if len(self.waiting) == 3:
            for waiting, work in reversed(self.waiting):
                waiting.set_result(work())
        return future


def test_results_come_in_the_order_of_the_cases_whatever_the_executor_does():
    cases = [Case(name, f"sentence of {name}") for name in "abc"]
    told: list[str] = []
    found = run_cases(
        cases,
        Backwards(),
        terms(),
        run=lambda case, _: result(case.id),
        on_result=lambda one: told.append(one.id),
    )
    assert [one.id for one in found] == ["a", "b", "c"]
    assert sorted(told) == ["a", "b", "c"]


def test_an_interruption_gives_up_what_waits_and_comes_through():
    begun: list[str] = []

    def run(case: Case, _: Terms) -> CaseResult:
        begun.append(case.id)
        return result(case.id)

    def interrupted(_: CaseResult) -> None:
        raise KeyboardInterrupt

    cases = [Case(f"c{number}", "x") for number in range(500)]
    with ThreadPoolExecutor(1) as executor, pytest.raises(KeyboardInterrupt):
        run_cases(cases, executor, terms(), run=run, on_result=interrupted)
    assert len(begun) < 500


def test_an_executor_that_breaks_is_said_in_one_line():
    class Broken(Executor):
        def submit(self, fn, /, *args, **kwargs):
            future: Future[CaseResult] = Future()
            future.set_exception(BrokenExecutor("a child process terminated abruptly"))
            return future

    with pytest.raises(MachineUnfit, match="a process that waits for jobs died"):
        run_cases([Case("a", "x")], Broken(), terms(), run=lambda case, _: result(case.id))


@pytest.mark.parametrize(
    ("prices", "data", "setting", "holds"),
    [
        ({}, "daily", "", True),
        ({}, None, "", True),
        ({}, "demo", "", False),
        ({}, None, "synthetic", False),
        ({"SPY": "right"}, "demo", "", True),
        ({"SPY": "right"}, None, "demo", True),
        ({"SPY": "other"}, "demo", "", False),
        ({"SPY": "right"}, "daily", "demo", False),
    ],
)
def test_answers_hold_for_the_prices_they_were_reckoned_on_alone(prices, data, setting, holds):
    digests = {symbol: digest_of_prices(symbol) if kind == "right" else kind for symbol, kind in prices.items()}
    case = Case("a", "x", answers=ANSWERS, prices=digests)
    assert applicable(case, terms(data=data, environment={"NLBT_DATA": setting})) == (ANSWERS if holds else ())


def test_a_result_tells_what_the_report_does():
    case = Case("a", "x", "family", answers=ANSWERS)
    telemetry = {**TELEMETRY, "model_calls": 2, "tokens_in": 10, "tokens_out": 4, "cost_usd": None}
    found = result_of(case, terms(), Ended(report(telemetry=telemetry), 1.5, log="INFO imports_ok: true"), "x-a")
    assert found.mark is Mark.RIGHT
    assert (found.time_to_report_s, found.job_s, found.cost_usd) == (1.5, 0.5, None)
    assert (found.model_calls, found.tokens_in, found.tokens_out) == (2, 10, 4)
    assert found.imports_ok is True
    assert result_of(case, terms(), Ended(report(telemetry=TELEMETRY), 1.0, log="a log"), "x-a").imports_ok is False
    assert result_of(case, terms(), Ended(report(telemetry=TELEMETRY), 1.0), "x-a").imports_ok is None


def test_where_a_model_reads_another_end_may_be_right(tmp_path: Path):
    asked = Expectation(("needs_model",), (4,))
    case = Case("a", "x", expectation=asked, with_model=Expectation(("report",), (0, 10)))
    ended = Ended(refusal(telemetry=TELEMETRY), 1.0)
    assert result_of(case, terms(), ended, "x-a").mark is Mark.RIGHT
    assert result_of(case, terms(model="some"), ended, "x-a").mark is Mark.MISSING
    assert result_of(case, terms(environment={"LLM_MODEL": "some"}), ended, "x-a").mark is Mark.MISSING
    assert result_of(case, terms(model="some", reader="embedded"), ended, "x-a").mark is Mark.RIGHT
    (tmp_path / "a.jsonl").write_text("")
    assert result_of(case, terms(replay=tmp_path), ended, "x-a").mark is Mark.MISSING
    assert result_of(case, terms(replay=tmp_path / "none"), ended, "x-a").mark is Mark.RIGHT


def test_what_never_became_a_job_is_told_like_a_report():
    case = Case("a", "   ", expectation=Expectation(("bad_use",), (2,)))
    found = result_of(case, terms(), Ended(report_of(BadUse("the sentence is empty")), 0.01), "x-a")
    assert found.mark is Mark.RIGHT
    assert (found.status, found.error_class, found.imports_ok) == ("bad_use", "BadUse", None)
