"""An answer that breaks its form goes back, with everything that is wrong with it."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from bgagent.errors import ModelUnavailable
from bgagent.llm.answers import Unreadable
from bgagent.llm.call import Answer, FailureKind, Model, Question
from bgagent.llm.prompts import fill, load_prompt

T = TypeVar("T")

MOST_ANSWERS = 3
_TIMES = ("once", "twice", "three times")
LONGEST_ECHO = 12_000  # characters of a bad answer that are sent back with what is wrong with it


def ask_for(
    model: Model,
    question: Question,
    read: Callable[[str], T],
    *,
    may_go_on: Callable[[Unreadable], bool] = lambda _: False,
) -> T:
    """What `read` makes of the model's answer.

    read: raises Unreadable, saying what to mend; the model is then told so, once. may_go_on: whether it is told so once
    more. An answer that was cut off may be twice as long the next time. Raises ModelUnavailable (malformed) when the
    last answer is no better, and what Model.ask raises.
    """
    for before in range(MOST_ANSWERS):
        answer = model.ask(question)
        try:
            return read(answer.text)
        except Unreadable as error:
            is_last = before + 1 == MOST_ANSWERS or (before > 0 and (answer.is_cut or not may_go_on(error)))
            if is_last:
                problem = "the answer is cut off" if answer.is_cut else " ".join(str(error).split())
                raise ModelUnavailable(
                    f"{model.name} gave no usable answer, {_TIMES[before]}: {problem[:240]}",
                    hint="run the job again, or name another model in LLM_MODEL",
                    kind=FailureKind.MALFORMED.value,
                ) from error
            question = _mended(question, answer, error)
    raise AssertionError("the last answer was read or refused")


def _mended(question: Question, answer: Answer, error: Unreadable) -> Question:
    """The question with the bad answer and what is wrong with it. Of several bad answers only the last is shown."""
    problem = "the answer became too long and was cut off; be brief" if answer.is_cut else str(error)
    echo = answer.text if len(answer.text) <= LONGEST_ECHO else answer.text[:LONGEST_ECHO] + " ..."
    remark = fill(load_prompt(__package__, "repair"), problems=problem)
    longest = question.max_tokens_out * (2 if answer.is_cut else 1)
    first = replace(question, turns=question.turns[:1])
    return replace(first.followed_by(echo or "(nothing)", remark), max_tokens_out=longest)
