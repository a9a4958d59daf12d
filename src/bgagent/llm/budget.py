"""What a job may spend on language models, held back before each call so that no limit is passed.

Whatever is not known counts as spent: an answer that never came, or came without a count of its tokens, costs what was
held back for it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bgagent.errors import LimitReached
from bgagent.llm.call import Answer, Failure, Question
from bgagent.llm.prices import Price

TOKENS_PER_CALL = 25_000  # that a job may use for each call it may make, unless told otherwise
SHORTEST_ANSWER = 1000  # tokens; with less left a call is not worth making
_ENVELOPE = 256  # tokens that a server adds around the texts


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one job may use. calls: requests to servers, those sent again included. usd: None is no limit."""

    calls: int
    tokens: int
    usd: float | None = None

    @classmethod
    def of(cls, *, calls: int, usd: float | None, tokens: int | None = None) -> "Allowance":
        """tokens: None is as many as so many calls ordinarily need; they bound a model whose price nobody knows."""
        return cls(calls, calls * TOKENS_PER_CALL if tokens is None else tokens, usd)


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used. cost_usd is None when it is not known of every call."""

    calls: int
    tokens_in: int
    tokens_out: int
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class Reservation:
    """What is held back for one call: the most it can use. usd: None when the price is not known."""

    tokens_in: int
    tokens_out: int
    usd: float | None


def tokens_of(question: Question) -> int:
    """More tokens than the question has: ordinary text is 3 to 5 bytes a token, dense digits and code about 2."""
    texts = (question.instructions, *question.turns)
    return sum(len(text.encode("utf-8", "replace")) for text in texts) // 2 + _ENVELOPE


class Budget:
    """Keeps count of what a job's calls use and says no in time."""

    def __init__(self, allowance: Allowance, *, time_left: Callable[[], float]) -> None:
        """time_left: seconds until the job has to be over."""
        self.allowance = allowance
        self.time_left = time_left
        self._calls = self._tokens_in = self._tokens_out = 0
        self._usd = 0.0
        self._all_costs_known = True
        self._held_tokens = 0  # of calls that may have been billed although nothing came back
        self._held_usd = 0.0

    @property
    def spent(self) -> Spent:
        """What is known to have been used so far."""
        cost = self._usd if self._all_costs_known else None
        return Spent(self._calls, self._tokens_in, self._tokens_out, cost)

    def reserve(self, question: Question, price: Price | None) -> Reservation:
        """Holds back the most that one call can use; the answer may have to be shorter than asked for.

        Raises LimitReached when not even a short answer can be paid for.
        """
        if self._calls >= self.allowance.calls:
            raise LimitReached(
                f"the {self.allowance.calls} model calls that a job may make are used up",
                hint="raise MAX_AGENT_ITERATIONS, or say the sentence more plainly",
            )
        if self.time_left() <= 0:
            raise LimitReached("no time is left for a call of the model", hint="raise --timeout")
        tokens_in = tokens_of(question)
        left = self.allowance.tokens - self._tokens_in - self._tokens_out - self._held_tokens - tokens_in
        wanted = min(question.max_tokens_out, SHORTEST_ANSWER)
        if left < wanted:
            raise LimitReached(
                f"the {self.allowance.tokens} tokens that a job may use leave too few for another call",
                hint="raise NLBT_BUDGET_TOKENS or MAX_AGENT_ITERATIONS, or say the sentence more plainly",
            )
        tokens_out = min(question.max_tokens_out, left, self._affordable(tokens_in, wanted, price))
        return Reservation(tokens_in, tokens_out, None if price is None else price.of(tokens_in, tokens_out))

    def _affordable(self, tokens_in: int, wanted: int, price: Price | None) -> int:
        """Longest answer the money left pays for."""
        if self.allowance.usd is None:
            return self.allowance.tokens
        money = self.allowance.usd - self._usd - self._held_usd
        needed = price.of(tokens_in, wanted) if price else 0.0
        if money <= 0 or money < needed:
            raise LimitReached(
                f"of the ${self.allowance.usd:.2f} that the job may spend ${max(money, 0.0):.4f} are left, "
                f"and the next call of the model may cost ${needed:.4f}",
                hint="raise --budget-usd, or name a cheaper model in LLM_MODEL",
            )
        if price is None or not price.usd_per_million_out:
            return self.allowance.tokens
        return int((money - price.of(tokens_in, 0)) / price.usd_per_million_out * 1e6)

    def settle(self, reservation: Reservation, outcome: Answer | Failure, *, requests: int) -> None:
        """Puts what a call used in the place of what was held back for it. requests: sent for it."""
        self._calls += max(requests, 1)
        if isinstance(outcome, Failure):
            if outcome.may_be_billed:
                self._hold(reservation.tokens_in + reservation.tokens_out, reservation.usd)
            return
        self._tokens_in += outcome.tokens_in
        self._tokens_out += outcome.tokens_out
        if outcome.cost_usd is None:
            self._hold(0, reservation.usd)
        else:
            self._usd += outcome.cost_usd

    def _hold(self, tokens: int, usd: float | None) -> None:
        self._all_costs_known = False
        self._held_tokens += tokens
        self._held_usd += usd or 0.0
