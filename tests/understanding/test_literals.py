"""A plan held against the stops, targets, holding times and percentages of its sentence, whatever its clauses claim."""

import json
from datetime import UTC, date, datetime

import pytest

from bgagent.errors import NeedsClarification
from bgagent.language.read import Defaults
from bgagent.llm.scripted import ScriptedModel
from bgagent.understanding.model_reader import read_with_model

SENTENCE = "Grab SPY after a nasty day of -4%, bail out after 10 days or at a 3% loss"
CLAUSES = [
    {"words": "SPY", "status": "stated", "field": "symbol", "value": "SPY"},
    {"words": "Grab", "status": "stated", "field": "entry", "value": "long"},
    {"words": "after a nasty day of -4%", "status": "stated", "field": "entry", "value": "change(close, 1) <= -0.04"},
    {"words": "bail out after 10 days", "status": "stated", "field": "hold_bars", "value": "10"},
    {"words": "at a 3% loss", "status": "stated", "field": "stop_loss", "value": "0.03"},
]
STOP = {"kind": "fraction", "value": 0.03}
RULES = {"symbol": "SPY", "entry": {"when": "change(close, 1) <= -0.04"}, "hold_bars": 10, "stop_loss": STOP}
CODE = {
    "kind": "code",
    "symbols": ["SPY"],
    "description": "buys at the open after a bad day",
    "hold_bars": 10,
    "stop_loss": STOP,
}


def answer(plan, clauses=CLAUSES, **others):
    return json.dumps({"runs": [{"plan": plan}], "clauses": clauses, **others})


def read(*answers, sentence=SENTENCE):
    model = ScriptedModel(answers)
    read_with_model(sentence, model=model, now=datetime(2024, 6, 14, tzinfo=UTC), defaults=Defaults(),
                    last_session=lambda *_: date(2024, 6, 13))  # fmt: skip
    return model


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        ({**RULES, "stop_loss": {"kind": "fraction", "value": 0.08}}, "plan.stop_loss is 0.08 (fraction)"),
        ({**RULES, "stop_loss": None}, "the 'a 3% loss' of the sentence is in no plan"),
        ({**RULES, "hold_bars": 20}, "plan.hold_bars is 20, and the sentence says 'after 10 days'"),
        ({**RULES, "hold_bars": None}, "the 'after 10 days' of the sentence is in no plan"),
        ({**RULES, "entry": {"when": "change(close, 1) <= -0.02"}}, "the 4% of the sentence is in no plan"),
        ({**CODE, "stop_loss": {"kind": "fraction", "value": 0.08}}, "plan.stop_loss is 0.08 (fraction)"),
        ({**CODE, "stop_loss": None}, "the 'a 3% loss' of the sentence is in no plan"),
        ({**CODE, "hold_bars": 3}, "plan.hold_bars is 3, and the sentence says 'after 10 days'"),
        ({**CODE, "hold_bars": None}, "the 'after 10 days' of the sentence is in no plan"),
    ],
)
def test_a_plan_that_has_it_otherwise_goes_back_and_is_never_taken(plan, told):
    mended = CODE if plan.get("kind") == "code" else RULES
    assert told in read(answer(plan), answer(mended)).questions[1].turns[2]
    with pytest.raises(NeedsClarification, match="leaves out"):
        read(*[answer(plan)] * 3)


@pytest.mark.parametrize(
    "plan",
    [
        RULES,
        CODE,
        {**CODE, "stop_loss": None, "description": "out when the close is 3% under the entry"},
        {**CODE, "stop_loss": None, "description": "out when the close is under 0.97 times the entry"},
        {**CODE, "hold_bars": None, "description": "out after 10 bars, or earlier at the stop"},
        {**RULES, "entry": {"when": "close <= 0.96 * previous(close, 1)"}},
    ],
)
def test_a_plan_may_say_it_in_its_own_way(plan):
    assert len(read(answer(plan)).questions) == 1


def test_what_a_clause_marks_may_be_in_no_plan():
    marked = [
        *CLAUSES[:4],
        {"words": "at a 3% loss", "status": "defaulted", "field": "stop_loss", "value": "none, not 3%"},
    ]
    assert len(read(answer({**RULES, "stop_loss": None}, marked)).questions) == 1


def test_code_finds_a_percentage_in_a_clause():
    lost = [{**clause, "value": "a fall"} if "-4%" in clause["words"] else clause for clause in CLAUSES]
    assert "the 4% of the sentence" in read(answer(CODE, lost), answer(CODE)).questions[1].turns[2]


@pytest.mark.parametrize(
    ("stop", "is_taken"), [({"kind": "atr", "value": 2}, True), ({"kind": "atr", "value": 3}, False)]
)
def test_a_stop_in_atr_is_held_to_its_multiple(stop, is_taken):
    sentence = "Grab SPY after a nasty day, 2x ATR stop"
    clauses = [
        *CLAUSES[:2],
        {"words": "after a nasty day", "status": "stated", "field": "entry", "value": "close < open"},
        {"words": "2x ATR stop", "status": "stated", "field": "stop_loss", "value": "2 ATR"},
    ]
    given = answer({"symbol": "SPY", "entry": {"when": "close < open"}, "stop_loss": stop}, clauses)
    if is_taken:
        assert len(read(given, sentence=sentence).questions) == 1
        return
    with pytest.raises(NeedsClarification, match="2x ATR stop"):
        read(*[given] * 3, sentence=sentence)


def test_in_a_long_text_it_is_asked_about_once_and_told():
    text = SENTENCE + ".\nGood luck with it."
    clauses = [*CLAUSES, {"words": "Good luck with it", "status": "unrelated", "value": "no rule"}]
    wrong = answer({**RULES, "stop_loss": {"kind": "fraction", "value": 0.08}}, clauses)
    model = read(wrong, wrong, sentence=text)
    assert "plan.stop_loss is 0.08 (fraction)" in model.questions[1].turns[2]
