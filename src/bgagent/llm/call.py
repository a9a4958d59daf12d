"""One call of a language model: what is asked, and what came of it."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from bgagent.llm.choice import ModelChoice


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked.

    instructions: what is wanted, the same for every sentence. turns: ours and the model's in turn, ours first and last.
    purpose: a few words for the log. max_tokens_out: longest answer, what the model thinks to itself included.
    """

    instructions: str
    turns: tuple[str, ...]
    purpose: str
    max_tokens_out: int = 8000

    def __post_init__(self) -> None:
        if len(self.turns) % 2 == 0:
            raise ValueError(f"a question ends with a turn of ours, so their number is odd, was {len(self.turns)}")
        if self.max_tokens_out < 1:
            raise ValueError(f"max_tokens_out must be 1 or more, was {self.max_tokens_out}")

    def followed_by(self, answer: str, remark: str) -> "Question":
        """The same question, the answer it got, and what is to be said to that."""
        return replace(self, turns=(*self.turns, answer, remark))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said.

    tokens_in, tokens_out: as the server counted them; estimated from the length of the texts when is_measured is false.
    cost_usd: None where it is not known. is_cut: the answer ended because it became too long.
    """

    text: str
    model: str
    tokens_in: int
    tokens_out: int
    cost_usd: float | None
    is_cut: bool = False
    is_measured: bool = True


class FailureKind(StrEnum):
    """Why a call came to nothing."""

    AUTH = "auth"  # the key is wrong, missing, or not allowed to do this
    QUOTA = "quota"  # no credit is left; waiting does not help
    RATE = "rate"  # too many requests; waiting helps
    OVERLOAD = "overload"  # the server says that it has too much to do
    OUTAGE = "outage"  # a defect of the server's
    CONNECTION = "connection"  # nothing could be sent, or the answer broke off
    TIMEOUT = "timeout"
    CONTEXT = "context"  # the question is longer than the model can read
    REFUSAL = "refusal"  # the model, or a filter before it, will not answer
    MALFORMED = "malformed"  # what came back is no answer
    NOT_FOUND = "not_found"  # no such model, or no such address
    REJECTED = "rejected"  # the server does not accept the request as it stands


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that came to nothing.

    detail: one line, secrets taken out. status: of HTTP. retry_after_s: how long the server asks to wait.
    may_be_billed: the request may have been worked on. adapted: the line has changed how it asks, so ask again at once.
    """

    kind: FailureKind
    detail: str
    status: int | None = None
    retry_after_s: float | None = None
    may_be_billed: bool = False
    adapted: bool = False


class Line(Protocol):
    """What carries a question to a model; never raises for what can go wrong on the way."""

    @property
    def requests(self) -> int:
        """How many requests it has sent to servers so far."""

    async def send(self, choice: ModelChoice, question: Question, *, timeout_s: float) -> Answer | Failure:
        """What came of asking once."""

    async def close(self) -> None:
        """Ends all connections."""


class Model(Protocol):
    """A language model as the phases see it. short_context: it may have too little room for a long prompt."""

    name: str
    short_context: bool

    def ask(self, question: Question) -> Answer:
        """The answer. Raises ModelUnavailable (its `kind` says why) or LimitReached."""
