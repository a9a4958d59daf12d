"""Code over several symbols in the real sandbox: the plan's own passes, wrong code is stopped by the right check."""

import pytest

from bgagent.implementation.critic import examine
from bgagent.implementation.template import render
from tests.implementation.portfolio_trials import ran, spec_of
from tests.implementation.test_portfolio_critic import CROSSES, FIXED, MONTHLY, RANKED, RIGHT, findings, found

PEEKS = """
    def weights(self):
        row = self["ONE"].close._row
        ahead = min(self.index + 5, len(row) - 1)
        best = "ONE" if row[ahead] > self["ONE"].close[-1] else "TWO"
        return {best: 1.0}
"""


@pytest.mark.parametrize("name", ["ranked", "payments into two", "rules that share cash", "on a signal of a third"])
def test_the_plans_own_code_passes_every_check(name):
    critique = examine((ran(RIGHT[name]),))
    assert critique.is_acceptable, critique.findings
    assert {"lookahead", "deterministic", "agrees_with_rules"} <= {check.id for check in critique.checks}


def test_payments_from_nothing_pass():
    critique = examine((ran(MONTHLY, capital=0.0),))
    assert critique.is_acceptable, critique.findings


WRONG = {
    # what is wrong: plan, what stands in its code, what stands there instead, id of the check that must stop it
    "the wrong dates": (FIXED, 'self.calendar("first_of_month")', 'self.calendar("first_of_week")', "rebalance_dates"),
    "a date left out": (FIXED, "if self.due:", "if self.due and self.next_session.month != 5:", "rebalance_dates"),
    "the wrong weight": (FIXED, '"TWO": 0.4', '"TWO": 0.3', "weights"),
    "more than there is": (FIXED, '"TWO": 0.4', '"TWO": 0.6', "runs"),  # refused before it is ordered
    "a symbol that is not of the plan": (FIXED, '"TWO": 0.4', '"TREE": 0.4', "runs"),
    "the worst for the best": (RANKED, "reverse=True", "reverse=False", "weights"),
    "too many held": (RANKED, "ranked[:1], 1.0 / 1", "ranked[:2], 1.0 / 2", "positions"),
    "another score": (RANKED, "change(close, 20)", "change(close, 60)", "weights"),
    "a payment left out": (MONTHLY, "if self.due:", "if self.due and self.next_session.month != 5:", "payments"),
    "too small a payment": (MONTHLY, "PAYMENT = 500.0", "PAYMENT = 450.0", "payments"),
    "money not spent": (MONTHLY, "self.PAYMENT * share", "self.PAYMENT * share / 2", "purchases"),
    "too many slots": (CROSSES, "taken < 2", "taken < 3", "positions"),
    "another average": (CROSSES, "sma(close, 10)", "sma(close, 12)", "agrees_with_rules"),
    "no stop": (CROSSES, ", stop_loss=0.04", "", "stop_loss"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_code_is_stopped_by_the_check_named_for_it(name):
    plan, right, wrong, check_id = WRONG[name]
    spec = spec_of(plan)
    text = render(spec, spec.runs[0])
    assert right in text
    trial = ran(plan, text.replace(right, wrong))
    assert check_id in findings(trial)


def test_a_ranking_that_looks_ahead_is_stopped():
    spec = spec_of(RANKED)
    text = render(spec, spec.runs[0])
    trial = ran(RANKED, text[: text.index("    def weights")] + PEEKS.lstrip("\n"))
    assert "lookahead" in findings(trial)
    assert found(trial)["deterministic"] == "pass"
