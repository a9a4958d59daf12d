from dataclasses import replace

import pytest

from bgagent.artifacts.attempts import Check, CheckStatus
from bgagent.errors import Bug
from bgagent.reporting.verdict import NOT_EXAMINED, ROBUSTNESS, Verdict, judge
from tests.reporting.samples import DATA

REAL = replace(DATA, synthetic=False, warnings=())
PASSED = Check("lookahead", CheckStatus.PASS, "same orders", {})
ALL_ROBUST = tuple(Check(name, CheckStatus.PASS, "held", {}) for name in ROBUSTNESS)


def check(check_id: str, status: CheckStatus, detail: str = "found") -> Check:
    return Check(check_id, status, detail, {})


def test_a_clean_result_is_at_most_caution_while_robustness_is_not_examined():
    judgement = judge([PASSED], [REAL])
    assert judgement.verdict is Verdict.CAUTION
    assert judgement.reasons == (NOT_EXAMINED,)


def test_a_clean_result_with_every_robustness_check_passed_is_trustworthy():
    assert judge([PASSED, *ALL_ROBUST], [REAL]).verdict is Verdict.TRUSTWORTHY
    assert judge([PASSED, *ALL_ROBUST], [REAL]).reasons == ()


@pytest.mark.parametrize("left_out", ROBUSTNESS)
def test_one_robustness_check_that_was_not_made_or_skipped_is_named(left_out):
    made = [each for each in ALL_ROBUST if each.id != left_out]
    for checks in (made, [*made, check(left_out, CheckStatus.SKIP)]):
        judgement = judge([PASSED, *checks], [REAL])
        assert judgement.verdict is Verdict.CAUTION
        assert left_out.replace("_", " ") in judgement.reasons[0]


@pytest.mark.parametrize("check_id", ["ruin", *ROBUSTNESS])
def test_ruin_and_a_failed_robustness_check_reject(check_id):
    judgement = judge([PASSED, check(check_id, CheckStatus.FAIL, "lost all")], [REAL])
    assert judgement.verdict is Verdict.REJECT
    assert "lost all" in judgement.reasons[0]


def test_prices_that_change_the_result_reject():
    judgement = judge([PASSED, *ALL_ROBUST], [replace(REAL, rejections=("a split is missing",))])
    assert judgement.verdict is Verdict.REJECT
    assert judgement.reasons == ("AAPL: a split is missing",)


@pytest.mark.parametrize(
    ("checks", "data", "reason"),
    [
        ([check("data", CheckStatus.WARN, "2 gaps")], REAL, "data: 2 gaps"),
        ([PASSED], replace(REAL, synthetic=True), "the prices of AAPL are synthetic"),
    ],
)
def test_warnings_and_synthetic_prices_are_reasons_for_caution(checks, data, reason):
    judgement = judge([*checks, *ALL_ROBUST], [data])
    assert judgement.verdict is Verdict.CAUTION
    assert judgement.reasons == (reason,)


def test_no_trades_is_never_a_reason_to_reject():
    assert judge([check("traded", CheckStatus.WARN, "no trade")], [REAL]).verdict is Verdict.CAUTION


@pytest.mark.parametrize("check_id", ["lookahead", "books", "deterministic", "window"])
def test_a_result_whose_gate_failed_is_a_bug_not_a_verdict(check_id):
    with pytest.raises(Bug, match=check_id):
        judge([check(check_id, CheckStatus.FAIL)], [REAL])
