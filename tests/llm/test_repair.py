"""An answer that breaks its form goes back once, with what is wrong with it."""

import pytest

from bgagent.errors import ModelUnavailable
from bgagent.llm.answers import Unreadable, read_object
from bgagent.llm.call import Answer, Failure, FailureKind, Question
from bgagent.llm.repair import LONGEST_ECHO, ask_for
from bgagent.llm.scripted import ScriptedModel

QUESTION = Question("Answer with one JSON object.", ("Two and two?",), purpose="a sum", max_tokens_out=500)


def _sum(text):
    value = read_object(text)
    if value.get("sum") != 4:
        raise Unreadable(f"sum: expected 4, was {value.get('sum')}")
    return value["sum"]


def test_a_good_answer_costs_one_call():
    model = ScriptedModel(['{"sum": 4}'])
    assert ask_for(model, QUESTION, _sum) == 4
    assert model.questions == [QUESTION]


def test_a_bad_answer_goes_back_with_its_problems():
    model = ScriptedModel(['{"sum": 5}', 'Sorry:\n```json\n{"sum": 4}\n```'])
    assert ask_for(model, QUESTION, _sum) == 4
    _, answer, remark = model.questions[1].turns
    assert answer == '{"sum": 5}'
    assert "sum: expected 4, was 5" in remark
    assert model.questions[1].max_tokens_out == 500


def test_a_second_bad_answer_is_the_end():
    model = ScriptedModel(["five", "I said five"])
    with pytest.raises(ModelUnavailable, match="no usable answer, twice: the answer is not one JSON object") as raised:
        ask_for(model, QUESTION, _sum)
    assert raised.value.kind == "malformed"
    assert len(model.questions) == 2


def test_an_answer_that_was_cut_off_may_be_longer_the_second_time():
    cut = Answer('{"sum": ', "m", tokens_in=1, tokens_out=1, cost_usd=0.0, is_cut=True)
    model = ScriptedModel([cut, '{"sum": 4}'])
    assert ask_for(model, QUESTION, _sum) == 4
    assert model.questions[1].max_tokens_out == 1000
    assert "cut off" in model.questions[1].turns[2]


def test_only_the_beginning_of_a_long_bad_answer_goes_back():
    model = ScriptedModel(["x" * 100_000, '{"sum": 4}'])
    ask_for(model, QUESTION, _sum)
    assert len(model.questions[1].turns[1]) == LONGEST_ECHO + 4


def test_a_refusal_is_not_asked_again():
    model = ScriptedModel([Failure(FailureKind.REFUSAL, "I will not")])
    with pytest.raises(ModelUnavailable, match="I will not") as raised:
        ask_for(model, QUESTION, _sum)
    assert raised.value.kind == "refusal"


def test_a_script_that_is_too_short_fails_the_test_that_wrote_it():
    with pytest.raises(AssertionError, match="no answer to question 1"):
        ScriptedModel([]).ask(QUESTION)
