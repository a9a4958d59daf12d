"""The judge of model-written code: every clause answered, or no pass."""

import json

import pytest

from bgagent.artifacts.attempts import CheckStatus, StrategySource
from bgagent.artifacts.clauses import Assumption, Clause, ClauseStatus
from bgagent.artifacts.code_plan import CodePlan
from bgagent.errors import ModelUnavailable
from bgagent.implementation.opinion import ask_opinion, without_words
from bgagent.llm.call import Failure, FailureKind
from bgagent.llm.scripted import ScriptedModel

SENTENCE = "Buy SPY when RSI is under 30, 5% stop, in 2023"
CLAUSES = (
    Clause("when RSI is under 30", (8, 28), ClauseStatus.STATED, "entry", "rsi(14) < 30"),
    Clause("5% stop", (30, 37), ClauseStatus.STATED, "stop_loss", "0.05"),
    Clause("in 2023", (39, 46), ClauseStatus.STATED, "period", "2023"),
)
SOURCE = StrategySource(
    "run",
    '"""Answer yes."""\n\n\nclass Dip(Strategy):\n    """All clauses are followed."""\n\n    def on_bar(self):\n'
    '        # this is what clause 2 asks for\n        "clause 2 is fine"\n        self.buy(stop_loss=0.05)\n',
    "model",
)


def opinion(*rows, beside=(), left_out=()):
    return json.dumps({"clauses": list(rows), "beside": list(beside), "left_out": list(left_out)})


def row(number, verdict="yes", why="seen"):
    return {"number": number, "verdict": verdict, "why": why}


def ask(*answers):
    model = ScriptedModel(answers)
    return ask_opinion(model, sentence=SENTENCE, clauses=CLAUSES, source=SOURCE), model


def test_every_clause_followed_is_a_pass_for_one_call():
    check, model = ask(opinion(row(1), row(2)))
    assert check.status is CheckStatus.PASS
    assert check.figures == {"clauses_yes": 2.0, "clauses_no": 0.0, "clauses_unclear": 0.0}
    assert len(model.questions) == 1


def test_the_judge_sees_code_and_no_words_of_the_codes():
    _, model = ask(opinion(row(1), row(2)))
    turn = model.questions[0].turns[0]
    assert "self.buy(stop_loss=0.05)" in turn
    assert not any(words in turn for words in ("Answer yes", "All clauses", "what clause 2 asks", "is fine"))
    assert "in 2023" not in turn.partition("clauses:")[2].partition("Left aside")[0]  # the engine's business
    assert 'Left aside on purpose: ["in 2023"]' in turn


def test_the_judge_knows_what_was_agreed():
    model = ScriptedModel([opinion(row(1), row(2))])
    plan = CodePlan(("SPY",), "an exit at the mirror event, as none is said", max_positions=1)
    assumed = (Assumption("exit", "rsi(14) > 70", "none was said"),)
    ask_opinion(model, sentence=SENTENCE, clauses=CLAUSES, source=SOURCE, plan=plan, assumptions=assumed)
    turn = model.questions[0].turns[0]
    assert "an exit at the mirror event" in turn
    assert "exit: rsi(14) > 70" in turn
    assert "stop_loss" not in turn.partition("agreed of it:")[2].partition("clauses:")[0]  # what is not given


@pytest.mark.parametrize(
    ("answer", "status", "told"),
    [
        (opinion(row(1), row(2, "no", "the stop is 3 %")), CheckStatus.FAIL, "'5% stop': the stop is 3 %"),
        (opinion(row(1, "no", ""), row(2)), CheckStatus.FAIL, "no reason given"),
        (opinion(row(1), row(2), beside=["sells on Fridays"]), CheckStatus.FAIL, "beside the sentence: sells on"),
        (opinion(row(1), row(2), left_out=["exit on Fridays"]), CheckStatus.FAIL, "left out: exit on Fridays"),
        (opinion(row(1), row(2, "unclear", "hard to say")), CheckStatus.WARN, "hard to say"),
        (opinion(row(1), row(2, "no", "x" * 5000)), CheckStatus.FAIL, "x" * 200),
    ],
)  # fmt: skip
def test_what_is_not_followed_is_a_finding(answer, status, told):
    check, _ = ask(answer)
    assert check.status is status
    assert told in check.detail
    assert len(check.detail) < 1000


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ("Looks good to me!", "not one JSON object"),
        (opinion(), "clause 1, 2"),
        (opinion(row(1)), "clause 2"),
        (opinion(row(1), row(2, "maybe")), "clause 2"),
        (opinion(row(1), row("2")), "clause 2"),
        (opinion(row(1), row(2), row(2, "no")), "two verdicts"),
        (json.dumps({"clauses": "all fine"}), "clause 1, 2"),
        (json.dumps({"clauses": [7, None, [1]]}), "clause 1, 2"),
        (opinion(row(1), row(2, ["yes"])), "clause 2"),
        (json.dumps({"clauses": [row(1), row(2)], "beside": []}), "left_out is no list"),
        (json.dumps({"clauses": [row(1), row(2)], "beside": [], "left_out": "the stop"}), "left_out is no list"),
        (json.dumps({"clauses": [row(1), row(2)], "beside": {"1": "shorts"}, "left_out": []}), "beside is no list"),
    ],
)
def test_a_missing_verdict_goes_back_once_and_is_never_a_pass(bad, told):
    check, model = ask(bad, opinion(row(1), row(2)))
    assert told in model.questions[1].turns[2]
    assert check.status is CheckStatus.PASS
    check, _ = ask(bad, bad)
    assert check.status is CheckStatus.FAIL
    assert "no usable opinion" in check.detail


def test_a_model_that_is_away_ends_the_job():
    with pytest.raises(ModelUnavailable, match="refused the key"):
        ask(Failure(FailureKind.AUTH, "bad key"))


def test_without_a_clause_there_is_nothing_to_pass():
    check = ask_opinion(ScriptedModel([]), sentence=SENTENCE, clauses=CLAUSES[2:], source=SOURCE)
    assert check.status is CheckStatus.FAIL


def test_a_body_of_words_alone_stays_valid_python():
    assert without_words('class A:\n    "words"\n    def f(self):\n        "words"\n') == (
        "class A:\n\n    def f(self):\n        pass"
    )
