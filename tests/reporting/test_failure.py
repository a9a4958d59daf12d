from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bgagent import errors
from bgagent.artifacts.request import Request
from bgagent.errors import (
    BadUse,
    BgAgentError,
    Bug,
    Crashed,
    DataUnavailable,
    LimitReached,
    MachineUnfit,
    ModelUnavailable,
    NeedsClarification,
    NeedsModel,
    NoAcceptableStrategy,
    Stopped,
)
from bgagent.reporting.failure import error_row

REQUEST = Request("job-1", "Buy AAPL", datetime(2024, 5, 2, tzinfo=UTC))
ERRORS = [
    (NeedsClarification("no symbol", questions=("Which?",)), "Yours", "nlbt bg 'Buy AAPL. YOUR ANSWER' --as-of"),
    (NeedsModel(("rooster",)), "Yours", "nlbt doctor"),
    (BadUse("empty sentence"), "Yours", "nlbt bg --help"),
    (DataUnavailable("no ZZZZ bars"), "The provider's", "--data demo"),
    (ModelUnavailable("refused"), "The language model's provider", "nlbt doctor"),
    (MachineUnfit("no room left"), "This machine's", "nlbt doctor"),
    (NoAcceptableStrategy("3 attempts made"), "Ours", "--max-iters 6"),
    (LimitReached("600 s are over"), "Yours", "--timeout 1200"),
    (Stopped("stopped"), "Yours", "nlbt bg 'Buy AAPL'"),
    (Crashed("process gone"), "This machine's", "nlbt bg 'Buy AAPL'"),
    (Bug("a defect"), "Ours", "nlbt bg-logs job-1"),
    (BgAgentError("unheard of"), "Ours", "nlbt bg-logs job-1"),
]


@pytest.mark.parametrize(("error", "court", "command"), ERRORS, ids=lambda value: type(value).__name__)
def test_every_error_says_whose_turn_it_is_and_one_command(error, court, command):
    row = error_row(error, REQUEST)
    assert row.class_ == type(error).__name__
    assert row.message == error.message
    assert row.hint == error.hint
    assert row.court.startswith(court)
    assert command in row.next_command
    assert "\n" not in row.next_command


def test_no_error_of_the_tree_is_forgotten():
    grouped = {errors.UserError, errors.OutsideError}
    leaves = {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, BgAgentError)}
    assert {type(error) for error, _, _ in ERRORS} == leaves - grouped


def test_the_questions_stand_in_the_row():
    assert error_row(ERRORS[0][0], REQUEST).questions == ("Which?",)
    assert error_row(Bug("x"), REQUEST).questions == ()


def test_the_next_command_keeps_the_other_options():
    row = error_row(LimitReached("over"), replace(REQUEST, data="demo", timeout_s=5.0))
    assert "--data demo" in row.next_command
    assert "--timeout 10" in row.next_command
