"""An answer that breaks its form goes back once, with everything that is wrong with it."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from bgagent.errors import ModelUnavailable
from bgagent.llm.answers import Unreadable
from bgagent.llm.call import FailureKind, Model, Question
from bgagent.llm.prompts import fill, load_prompt

T = TypeVar("T")

LONGEST_ECHO = 12_000  # characters of a bad answer that are sent back with what is wrong with it


def ask_for(model: Model, question: Question, read: Callable[[str], T]) -> T:
    """What `read` makes of the model's answer.

    read: raises Unreadable, saying what to mend; the model is then told so, once. An answer that was cut off may be
    twice as long the second time. Raises ModelUnavailable (malformed) when the second answer is no better, and what
    Model.ask raises.
    """
    answer = model.ask(question)
    try:
        return read(answer.text)
    except Unreadable as error:
        problem = "the answer became too long and was cut off; be brief" if answer.is_cut else str(error)
    echo = answer.text if len(answer.text) <= LONGEST_ECHO else answer.text[:LONGEST_ECHO] + " ..."
    remark = fill(load_prompt(__package__, "repair"), problems=problem)
    longest = question.max_tokens_out * (2 if answer.is_cut else 1)
    second = model.ask(replace(question.followed_by(echo or "(nothing)", remark), max_tokens_out=longest))
    try:
        return read(second.text)
    except Unreadable as error:
        problem = "the answer is cut off" if second.is_cut else " ".join(str(error).split())
        raise ModelUnavailable(
            f"{model.name} gave no usable answer, twice: {problem[:240]}",
            hint="run the job again, or name another model in LLM_MODEL",
            kind=FailureKind.MALFORMED.value,
        ) from error
