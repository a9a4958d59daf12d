"""Each clause is shown by what the run did about it, and by nothing else."""

from dataclasses import replace

import pytest

from bgagent.artifacts.clauses import Clause, ClauseStatus
from bgagent.artifacts.spec import Understood
from bgagent.engine.plan import PaymentPlan, Rule, Weighting, WeightPlan
from bgagent.implementation.evidence import with_evidence
from bgagent.implementation.trial import Trial
from tests.implementation.portfolio_trials import tried as portfolio
from tests.implementation.trials import CROSSOVER, tried

TURNS = replace(CROSSOVER, short_entry=CROSSOVER.exit, short_exit=CROSSOVER.entry, take_profit=None)
TIMED = replace(CROSSOVER, exit=None, take_profit=None, stop_loss=None, hold_bars=4)


def evidence(trial: Trial, field: str) -> str:
    clause = Clause("words", (0, 5), ClauseStatus.STATED, field, "value")
    (shown,) = with_evidence(Understood(trial.spec, (clause,), ()), (trial,)).clauses
    return shown.evidence


def test_long_and_short_entries_are_told_apart():
    trial = tried(plan=TURNS)
    assert trial.result is not None
    for direction, field in (("long", "rules.entry"), ("short", "rules.short_entry")):
        count = sum(trade.direction == direction for trade in trial.result.trades)
        assert count > 1
        assert evidence(trial, field).startswith(f"{count} entries: ")


def test_a_clause_about_leaving_after_days_shows_the_timed_exits():
    trial = tried(plan=TIMED)
    assert trial.result is not None
    timed = sum(trade.exit_reason == "time" for trade in trial.result.trades)
    assert timed > 1
    for field in ("rules.exit", "rules.hold_bars"):
        assert evidence(trial, field).startswith(f"{timed} exits: ")


def test_a_rule_to_leave_by_does_not_take_credit_for_stops():
    trial = tried()
    assert trial.result is not None
    by_rule = sum(trade.exit_reason == "rule" for trade in trial.result.trades)
    stopped = sum(trade.exit_reason == "stop_loss" for trade in trial.result.trades)
    assert by_rule
    assert stopped
    assert evidence(trial, "rules.exit").split(":")[0] in (f"{by_rule} exit", f"{by_rule} exits")
    assert evidence(trial, "rules.stop_loss").split(":")[0] in (f"{stopped} exit", f"{stopped} exits")


def test_nothing_is_shown_where_there_is_nothing_to_show():
    never = tried(plan=replace(CROSSOVER, entry=Rule("rsi(14) < 1")))
    assert evidence(never, "rules.entry") == "no entry"
    assert evidence(never, "costs.slippage_bps") == ""


@pytest.mark.parametrize(
    ("field", "said"), [("period", "120 bars, "), ("initial_capital", "equity begins at 10,000.00")]
)
def test_window_and_capital_are_shown_from_the_run(field: str, said: str):
    assert evidence(tried(), field).startswith(said)


def test_clauses_of_a_portfolio_are_shown_by_its_dates_shares_and_money():
    weights = portfolio(WeightPlan(("ONE", "TWO"), Weighting.FIXED, "first_of_month", weights=(0.6, 0.4)))
    assert evidence(weights, "schedule").startswith("10 rebalances: 2023-03-27, 2023-04-03, 2023-05-01 and 7 more")
    assert evidence(weights, "weights").startswith("ONE 6")
    assert " % on average, " in evidence(weights, "weights")
    assert evidence(weights, "universe") == "fills in ONE, TWO"
    ranked = portfolio(WeightPlan(("ONE", "TWO"), Weighting.RANKED, score="change(close, 20)", top=1))
    assert evidence(ranked, "top, score") == "at most 1 of 2 symbols held at once"
    paid = portfolio(PaymentPlan(("ONE",), 500.0), capital=0.0)
    shown = "10 payments: 2023-03-27, 2023-04-03, 2023-05-01 and 7 more; 5,000.00 in all"
    assert evidence(paid, "payments") == evidence(paid, "schedule") == shown
