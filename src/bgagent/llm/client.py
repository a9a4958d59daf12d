"""Asks language models within a job's budget, again where that helps, and keeps account of it."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import TracebackType
from typing import Protocol, Self

from bgagent.errors import LimitReached, ModelUnavailable
from bgagent.llm.budget import Budget, Reservation, Spent
from bgagent.llm.call import Answer, Failure, FailureKind, Line, Question
from bgagent.llm.choice import ModelChoice
from bgagent.llm.failures import unavailable, wait_before_retry
from bgagent.llm.prices import Price

CALL_TIMEOUT_S = 150.0  # of one call; a model that thinks for long needs a minute or two


class OnEvent(Protocol):
    """Told of everything worth a line in the log."""

    def __call__(self, level: str, name: str, /, **fields: object) -> None:
        """level: `info` or `warning`."""


def log_event(level: str, name: str, /, **fields: object) -> None:
    """Tells the module's logger."""
    logging.getLogger(__name__).log(logging.getLevelNamesMapping()[level.upper()], "%s %s", name, fields)


class Client:
    """A job's way to its language models: one budget, one event loop, one line, opened when first used.

    Close it when the job ends, or use it in a `with` statement. Not for several threads.
    """

    def __init__(
        self,
        *,
        budget: Budget,
        open_line: Callable[[], Line],
        redact: Callable[[str], str],
        price_of: Callable[[ModelChoice], Price | None],
        on_event: OnEvent = log_event,
        call_timeout_s: float = CALL_TIMEOUT_S,
        rng: random.Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """open_line: called once, at the first question. redact: takes secrets out of what is sent and comes back.

        price_of: None is unknown; asked only when money is limited. rng: spreads the waits between tries.
        """
        self._budget = budget
        self._redact = redact
        self._open_line = open_line
        self._on_event = on_event
        self._price_of = price_of
        self._call_timeout_s = call_timeout_s
        self._rng = rng or random.Random()
        self._sleep = sleep
        self._runner: asyncio.Runner | None = None
        self._line: Line | None = None
        self._told_unpriced: set[ModelChoice] = set()

    @property
    def spent(self) -> Spent:
        """What the calls so far have used."""
        return self._budget.spent

    def model(self, choice: ModelChoice) -> "AskedModel":
        """The model as the phases see it. Opens nothing yet."""
        return AskedModel(self, choice)

    def ask(self, choice: ModelChoice, question: Question) -> Answer:
        """The answer of one model; see Model.ask."""
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(self._ask(choice, question))

    def close(self) -> None:
        """Ends all connections and the event loop; may be called twice."""
        runner, self._runner = self._runner, None
        line, self._line = self._line, None
        if runner is None:
            return
        try:
            if line is not None:
                runner.run(line.close())
        finally:
            runner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def _ask(self, choice: ModelChoice, question: Question) -> Answer:
        question = self._without_secrets(question)
        failure: Failure | None = None
        tries = 0
        while True:
            outcome = await self._send(choice, question, failure)
            tries += 1
            if isinstance(outcome, Answer):
                return replace(outcome, text=self._redact(outcome.text))  # a server may repeat the key it was shown
            failure = outcome
            wait = wait_before_retry(failure, tries=tries, rng=self._rng)
            if wait is None:
                raise unavailable(failure, choice, tries=tries)
            left = self._budget.time_left()
            if wait >= left:
                raise self._out_of_time(failure, choice, tries=tries, wait=wait, left=left)
            if wait > 0:
                fields = {"model": str(choice), "why": failure.kind.value, "wait_s": round(wait, 2)}
                self._on_event("warning", "model_retry", **fields, detail=failure.detail)
                await self._sleep(wait)

    async def _send(self, choice: ModelChoice, question: Question, last: Failure | None) -> Answer | Failure:
        """One call, paid for out of the budget. last: what the call before came to."""
        reservation = self._reserve(choice, question, last)
        if self._line is None:
            self._line = self._open_line()
        sent, started = self._line.requests, time.monotonic()
        timeout_s = max(min(self._call_timeout_s, self._budget.time_left()), 0.0)
        affordable = replace(question, max_tokens_out=reservation.tokens_out)
        outcome: Answer | Failure = Failure(FailureKind.CONNECTION, "interrupted", may_be_billed=True)
        try:
            outcome = await self._line.send(choice, affordable, timeout_s=timeout_s)
        finally:  # what was interrupted may have to be paid for too
            self._budget.settle(reservation, outcome, requests=self._line.requests - sent)
        self._tell(choice, question, outcome, time.monotonic() - started)
        return outcome

    def _reserve(self, choice: ModelChoice, question: Question, last: Failure | None) -> Reservation:
        limited = self._budget.allowance.usd is not None
        price = self._price_of(choice) if limited else None
        if limited and price is None and choice not in self._told_unpriced:
            self._told_unpriced.add(choice)
            bound = f"{self._budget.allowance.tokens} tokens bound the job instead"
            self._on_event("warning", "model_price_unknown", model=str(choice), detail=bound)
        try:
            return self._budget.reserve(question, price)
        except LimitReached as error:
            if last is None:
                raise
            told = f"{error.message}; the last call failed ({last.kind.value}): {last.detail}"
            raise LimitReached(told, hint=error.hint) from error

    def _out_of_time(
        self, failure: Failure, choice: ModelChoice, *, tries: int, wait: float, left: float
    ) -> ModelUnavailable | LimitReached:
        error = unavailable(failure, choice, tries=tries)
        if failure.kind is FailureKind.TIMEOUT or left <= 0:
            return LimitReached(f"the job's time is used up: {error.message}", hint="raise --timeout")
        error.hint = f"another try is due in {wait:.0f} s, and the job has {left:.0f} s left: run it again later"
        return error

    def _without_secrets(self, question: Question) -> Question:
        turns = tuple(self._redact(turn) for turn in question.turns)
        return replace(question, instructions=self._redact(question.instructions), turns=turns)

    def _tell(self, choice: ModelChoice, question: Question, outcome: Answer | Failure, seconds: float) -> None:
        spent = self._budget.spent
        fields: dict[str, object] = {
            "model": str(choice),
            "purpose": question.purpose,
            "call": f"{spent.calls}/{self._budget.allowance.calls}",
            "seconds": round(seconds, 2),
        }
        if isinstance(outcome, Failure):
            self._on_event("warning", "model_call_failed", **fields, why=outcome.kind.value, detail=outcome.detail)
            return
        cost = "unknown" if spent.cost_usd is None else round(spent.cost_usd, 6)
        tokens = {"tokens_in": outcome.tokens_in, "tokens_out": outcome.tokens_out}
        self._on_event("info", "model_call", **fields, **tokens, cost_usd_so_far=cost)


class AskedModel:
    """One model behind a client; see `bgagent.llm.call.Model`."""

    def __init__(self, client: Client, choice: ModelChoice) -> None:
        self.name = str(choice)
        self.short_context = choice.short_context
        self._client = client
        self._choice = choice

    def ask(self, question: Question) -> Answer:
        """The answer. Raises ModelUnavailable (its `kind` says why) or LimitReached."""
        return self._client.ask(self._choice, question)
