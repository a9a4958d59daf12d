"""What an end is worth, told by reports that differ in one thing from the right one."""

import pytest

from bgagent.evals.marking import mark_of
from bgagent.evals.results import Mark
from bgagent.evals.suite import Answer, Expectation, GoldRun, GoldTrade, Meaning
from tests.evals.reports import refusal, report, run, trade

LOT = GoldTrade("AAPL", "long", "2024-01-02", 100.0, None, None)
MEANING = Meaning(("AAPL",), ("SPY",), ("2024-01-01", "2024-01-02"), ("2024-12-31",), initial_capital=10_000.0)
ANSWER = Answer(MEANING, (GoldRun(12_000.0, (LOT,)),))
REFUSAL = Expectation(("needs_clarification", "needs_model"), (4,), must_name=("Zorbo|index",))


def understood(**changed):
    return {**report()["understood"], **changed}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (report(), ""),
        (report(runs=[run(12_011.9)]), ""),
        (report(runs=[run(12_012.1)]), "final equity 12,012.10, 12,000.00 is right"),
        (report(understood=understood(symbols=["AAPL", "SPY"])), ""),
        (report(understood=understood(symbols=["AAPL", "QQQ"])), "symbols are AAPL, QQQ"),
        (report(understood=understood(symbols=["SPY"])), "symbols are SPY"),
        (report(understood=understood(start="2024-01-02")), ""),
        (report(understood=understood(start="2024-01-03")), "start is 2024-01-03"),
        (report(understood=understood(initial_capital=9_999.0)), "initial_capital is 9999"),
        (report(runs=[run(trades=[])]), "0 trades, 1 are right"),
        (report(runs=[run(trades=[trade(), trade(entry_at="2024-02-01")])]), "2 trades, 1 are right"),
        (report(runs=[run(trades=[trade(direction="short")])]), "direction short, long is right"),
        (report(runs=[run(trades=[trade(entry_at="2024-01-03")])]), "entry_at 2024-01-03"),
        (report(runs=[run(trades=[trade(exit_at="2024-05-03", exit_price=9.0)])]), "exit_at 2024-05-03, None"),
        (report(runs=[run(trades=[trade(entry_price=100.009)])]), ""),
        (report(runs=[run(trades=[trade(entry_price=100.02)])]), "entry_price 100.02, 100 is right"),
        (report(runs=[run(), run()]), "2 runs, 1 are right"),
    ],
)
def test_a_report_is_right_or_differs_in_what_is_said(found, said):
    mark, why = mark_of(found, Expectation(), [ANSWER])
    assert mark is (Mark.WRONG if said else Mark.RIGHT)
    assert said in why


def test_prices_may_be_scaled_as_the_gold_allows():
    gold = GoldRun(12_000.0, (LOT,), price_scale={"AAPL": 4.0})
    for price, mark in ((400.0, Mark.RIGHT), (100.0, Mark.RIGHT), (200.0, Mark.WRONG)):
        found = report(runs=[run(trades=[trade(entry_price=price)])])
        assert mark_of(found, Expectation(), [Answer(Meaning(), (gold,))])[0] is mark


def test_runs_may_come_in_any_order_and_every_one_must_be_there():
    golds = tuple(GoldRun(equity, None) for equity in (100.0, 200.0, 300.0))
    for equities, mark in (((300, 100, 200), Mark.RIGHT), ((100, 100, 300), Mark.WRONG)):
        found = report(runs=[run(equity) for equity in equities])
        assert mark_of(found, Expectation(), [Answer(Meaning(), golds)])[0] is mark


def test_any_of_several_answers_is_right_and_the_first_tells_the_difference():
    others = [ANSWER, Answer(MEANING, (GoldRun(15_000.0, None),))]
    assert mark_of(report(runs=[run(15_000.0, [])]), Expectation(), others) == (Mark.RIGHT, "")
    mark, why = mark_of(report(runs=[run(16_000.0)]), Expectation(), others)
    assert mark is Mark.WRONG
    assert "12,000.00 is right" in why


@pytest.mark.parametrize(
    ("found", "expectation", "mark"),
    [
        (report(), Expectation(), Mark.UNCHECKED),
        (refusal(), Expectation(), Mark.MISSING),
        (refusal(), REFUSAL, Mark.RIGHT),
        (refusal("it does not understand 'index'"), REFUSAL, Mark.RIGHT),
        (refusal("it does not understand 'Hurst'"), REFUSAL, Mark.MISNAMED),
        (refusal(status="data_unavailable", exit_code=3), REFUSAL, Mark.MISNAMED),
        (refusal(exit_code=5), REFUSAL, Mark.MISNAMED),
        (report(), REFUSAL, Mark.REPORTED),
        (report(), Expectation(("report", "needs_clarification"), (0, 4)), Mark.UNCHECKED),
        (report(exit_code=10), Expectation(), Mark.UNCHECKED),
    ],
)
def test_ends_and_what_they_are_worth(found, expectation, mark):
    assert mark_of(found, expectation, [])[0] is mark


def test_a_report_instead_of_a_refusal_may_only_name_what_it_left_out():
    either = Expectation(("report", "needs_clarification"), (0, 4), must_name=("Hurst",))
    assert mark_of(report(), either, [])[0] is Mark.MISNAMED
    clause = {"text": "while the Hurst exponent", "status": "unsupported"}
    assert mark_of(report(clauses=[clause]), either, [])[0] is Mark.UNCHECKED
    stated = {"text": "while the Hurst exponent", "status": "stated"}
    assert mark_of(report(clauses=[stated]), either, [])[0] is Mark.MISNAMED


def test_what_may_stand_nowhere_is_found_wherever_the_job_wrote_it():
    secret = Expectation(("needs_model",), (4,), must_not_contain=("sk-1234",))
    assert mark_of(refusal(), secret, [], left_behind="a log without it")[0] is Mark.RIGHT
    assert mark_of(refusal(), secret, [], left_behind="key=sk-1234")[0] is Mark.MISNAMED
    assert mark_of(report(), secret, [], left_behind="key=sk-1234")[0] is Mark.REPORTED


def test_a_planted_figure_may_be_quoted_but_not_reported():
    planted = Expectation(("needs_model",), (4,), must_not_report=("3141",))
    assert mark_of(refusal("it does not understand '3141%'"), planted, [])[0] is Mark.RIGHT
    assert mark_of(report(runs=[run(3141.0)]), planted, [])[0] is Mark.REPORTED
