"""What a person is told when a language model gives no answer, and whether asking again can help."""

import random

from bgagent.errors import ModelUnavailable
from bgagent.llm.call import Failure, FailureKind
from bgagent.llm.choice import ModelChoice

TRIES = {
    FailureKind.RATE: 4,
    FailureKind.OVERLOAD: 4,
    FailureKind.OUTAGE: 4,
    FailureKind.CONNECTION: 3,
    FailureKind.TIMEOUT: 2,
    FailureKind.MALFORMED: 2,
}
"""How often a question is sent at most before a failure of this kind is final; once where it is not named."""

_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 30.0


def wait_before_retry(failure: Failure, *, tries: int, rng: random.Random) -> float | None:
    """Seconds until the same question may be sent again; None when that would not help.

    tries: how often it has been sent. Doubles each time, with jitter so that many jobs do not come back at once;
    never less than the server asks for.
    """
    if failure.adapted:
        return 0.0
    if tries >= TRIES.get(failure.kind, 1):
        return None
    wait = min(_FIRST_WAIT_S * 2.0 ** (tries - 1), _LONGEST_WAIT_S) * rng.uniform(0.5, 1.0)
    if failure.retry_after_s is None:
        return wait
    return failure.retry_after_s + min(wait, 0.1 * failure.retry_after_s)


def unavailable(failure: Failure, choice: ModelChoice, *, tries: int) -> ModelUnavailable:
    """The error that ends the job, saying what to do."""
    happened, hint = _WORDS[failure.kind]
    status = f" (HTTP {failure.status})" if failure.status else ""
    often = f", {tries} times" if tries > 1 else ""
    detail = f": {failure.detail}" if failure.detail else ""
    return ModelUnavailable(
        f"{choice} {happened}{status}{often}{detail}",
        hint=hint.format(key=choice.key_name, vendor=choice.vendor),
        kind=failure.kind.value,
    )


_ANOTHER = "name another model in LLM_MODEL"
_WORDS = {
    FailureKind.AUTH: ("refused the key", "check {key}: is it the right one, and may it use this model?"),
    FailureKind.QUOTA: ("has no credit left for this key", f"add credit at {{vendor}}, or {_ANOTHER}"),
    FailureKind.RATE: ("limits how often it may be asked", f"run the job again later, or {_ANOTHER}"),
    FailureKind.OVERLOAD: ("is overloaded", f"run the job again later, or {_ANOTHER}"),
    FailureKind.OUTAGE: ("failed", f"run the job again later, or {_ANOTHER}"),
    FailureKind.CONNECTION: ("cannot be reached", "check the network and LLM_BASE_URL, then run the job again"),
    FailureKind.TIMEOUT: ("did not answer in time", f"run the job again with a longer --timeout, or {_ANOTHER}"),
    FailureKind.CONTEXT: ("cannot read a question this long", f"{_ANOTHER}, one with a longer context"),
    FailureKind.REFUSAL: ("refuses to answer", f"say the sentence in other words, or {_ANOTHER}"),
    FailureKind.MALFORMED: ("gave no usable answer", f"run the job again, or {_ANOTHER}"),
    FailureKind.NOT_FOUND: ("does not exist there", "check the name in LLM_MODEL and the address in LLM_BASE_URL"),
    FailureKind.REJECTED: ("does not accept the request", _ANOTHER),
}
