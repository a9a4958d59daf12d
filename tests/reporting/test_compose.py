from dataclasses import replace

import pytest

from bgagent.artifacts.attempts import Attempt, Check, CheckStatus, Critique
from bgagent.artifacts.clauses import Assumption
from bgagent.artifacts.codec import from_json, to_json
from bgagent.artifacts.report import Report
from bgagent.errors import Bug, NeedsModel, NoAcceptableStrategy
from bgagent.reporting.compose import compose, compose_failure, with_time_to_report
from tests.reporting.engine_runs import finish, run_of, source
from tests.reporting.samples import ATTEMPT, CHECKS, DATA, REQUEST, TELEMETRY, UNDERSTOOD

KEYS = (
    "schema_version job_id status exit_code verdict prompt understood clauses assumptions data runs checks "
    "telemetry error"
).split()


def report_of(*runs, **changes) -> Report:
    given = {
        "runs": runs or [finish("hold two days", source(), run_of())],
        "data": [DATA],
        "checks": CHECKS,
        "attempts": [ATTEMPT],
        "telemetry": TELEMETRY,
    }
    return compose(REQUEST, UNDERSTOOD, **(given | changes))


def test_a_result_becomes_a_report_that_survives_its_json():
    report = report_of()
    assert from_json(to_json(report), Report) == report
    assert (report.status, report.exit_code, report.verdict, report.error) == ("succeeded", 0, "caution", None)
    assert (report.job_id, report.prompt, report.schema_version) == (REQUEST.job_id, REQUEST.prompt, 1)
    assert report.clauses == UNDERSTOOD.clauses
    assert report.attempts[0].accepted
    assert "robustness not examined" in report.verdict_reasons


def test_the_same_inputs_give_the_same_bytes():
    assert to_json(report_of()) == to_json(report_of())


def test_what_was_understood_is_the_window_asked_for_not_the_bars_there_were():
    understood = report_of().understood
    assert (understood.start, understood.end) == ("2024-01-01", "2024-12-31")
    assert (understood.symbols, understood.timeframe, understood.direction) == (("AAPL",), "1d", "long")
    assert (understood.initial_capital, understood.currency, understood.reader) == (25_000.0, "USD", "embedded")
    assert understood.spec == UNDERSTOOD.spec


def test_several_runs_get_a_folder_each_and_a_chart_of_them_all():
    report = report_of(finish("A", source("A"), run_of()), finish("B", source("B"), run_of(hold_bars=1)))
    assert [run.files.trades for run in report.runs] == [
        f"{REQUEST.job_id}/a/trades.csv", f"{REQUEST.job_id}/b/trades.csv"]  # fmt: skip
    assert report.comparison_chart == f"{REQUEST.job_id}/comparison.svg"
    assert report_of().comparison_chart == ""


def test_ruin_rejects_the_result_with_its_own_exit_code():
    ruined = replace(run_of(), ruined=True)
    report = report_of(replace(finish("lost", source(), run_of()), result=ruined))
    assert (report.status, report.exit_code, report.verdict) == ("succeeded", 10, "reject")
    assert report.verdict_reasons[0] == "ruin: equity fell to 0 or below in lost"
    assert report.checks[-1].figures == {"lost: lowest equity": 1000.0}


def test_no_trades_are_no_reason_to_reject():
    report = report_of(finish("never", source(), run_of(when="close > 1000")))
    assert (report.exit_code, report.verdict) == (0, "caution")
    assert report.runs[0].trades == ()


def test_a_result_whose_gate_failed_is_refused():
    with pytest.raises(Bug, match="lookahead"):
        report_of(checks=[Check("lookahead", CheckStatus.FAIL, "peeks", {})])


def test_a_result_needs_a_run():
    with pytest.raises(ValueError, match="needs a run"):
        compose(REQUEST, UNDERSTOOD, runs=[], data=[], checks=[], attempts=[], telemetry=TELEMETRY)


def test_a_failure_has_every_key_of_the_contract_and_no_run():
    refused = Attempt(1, (source(),), Critique((Check("window", CheckStatus.FAIL, "3 orders outside", {}),)))
    error = NoAcceptableStrategy("3 attempts made", hint="try plainer words")
    report = compose_failure(
        REQUEST, error, telemetry=TELEMETRY, understood=UNDERSTOOD, data=[DATA], checks=refused.critique.checks,
        attempts=[refused],
    )  # fmt: skip
    assert (report.status, report.exit_code, report.verdict, report.runs) == ("failed", 6, None, ())
    assert (report.error.class_, report.error.message) == ("NoAcceptableStrategy", "3 attempts made")
    assert report.attempts[0].findings == ("window: 3 orders outside",)
    assert report.understood.symbols == ("AAPL",)
    assert from_json(to_json(report), Report) == report
    for key in KEYS:
        assert hasattr(report, key)


def test_a_failure_keeps_what_was_understood_of_a_sentence_that_did_not_become_a_spec():
    some = (Assumption("timeframe", "1d", "not said"),)
    report = compose_failure(
        REQUEST, NeedsModel(("rooster",)), telemetry=TELEMETRY, clauses=UNDERSTOOD.clauses[:1], assumptions=some
    )
    assert (report.status, report.exit_code, report.understood) == ("needs_model", 4, None)
    assert report.clauses == UNDERSTOOD.clauses[:1]
    assert report.assumptions == some


def test_the_time_to_report_can_be_told_last():
    report = report_of()
    timed = with_time_to_report(report, 2.5)
    assert timed.telemetry.time_to_report_s == 2.5
    assert replace(timed, telemetry=report.telemetry) == report
