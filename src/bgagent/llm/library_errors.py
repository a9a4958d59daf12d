"""What the errors of the vendors' libraries mean.

Imports those libraries, so only `bgagent.llm.connection` may import this.
"""

import re

from pydantic_ai import exceptions as errors

from bgagent.llm.call import FailureKind
from bgagent.llm.http_client import NoAnswer

_KINDS: tuple[tuple[type[Exception], FailureKind], ...] = (
    (errors.ModelAuthenticationError, FailureKind.AUTH),
    (errors.ModelQuotaExceededError, FailureKind.QUOTA),
    (errors.ModelRateLimitError, FailureKind.RATE),
    (errors.ModelOverloadedError, FailureKind.OVERLOAD),
    (errors.ModelUnavailableError, FailureKind.OVERLOAD),
    (errors.ModelServerError, FailureKind.OUTAGE),
    (errors.ModelContextWindowExceededError, FailureKind.CONTEXT),
    (errors.ModelNotFoundError, FailureKind.NOT_FOUND),
    (errors.ModelRequestRejectedError, FailureKind.REJECTED),
    (errors.ModelTimeoutError, FailureKind.TIMEOUT),
    (errors.ModelRequestTimeout, FailureKind.TIMEOUT),
    (errors.ContentFilterError, FailureKind.REFUSAL),
    (errors.ModelConnectionError, FailureKind.CONNECTION),
    (errors.UnexpectedModelBehavior, FailureKind.MALFORMED),
    (errors.UserError, FailureKind.REJECTED),
)
_CONTEXT_WORDS = re.compile(r"context[ _-]?(size|length|window)", re.IGNORECASE)
_REFUSAL_WORDS = re.compile(r"content[ _-]?(filter|policy|management)|moderation|flagged", re.IGNORECASE)


def kind_of(error: Exception) -> FailureKind:
    """Why a call came to nothing, from what the libraries raised."""
    if no_answer := _no_answer(error):
        return no_answer.kind
    otherwise = FailureKind.REJECTED if hasattr(error, "status_code") else FailureKind.MALFORMED  # no JSON, mostly
    kind = next((kind for family, kind in _KINDS if isinstance(error, family)), otherwise)
    if kind is FailureKind.REJECTED:
        said = what_was_said(error)
        if _CONTEXT_WORDS.search(said):
            return FailureKind.CONTEXT
        if _REFUSAL_WORDS.search(said):
            return FailureKind.REFUSAL
    return kind


def _no_answer(error: BaseException | None) -> NoAnswer | None:
    """What the HTTP client found, below the libraries' own errors."""
    while error is not None and not isinstance(error, NoAnswer):
        error = error.__cause__
    return error


def what_was_said(error: Exception) -> str:
    """The server's own words where it said any, else the library's."""
    if no_answer := _no_answer(error):
        return str(no_answer)
    if isinstance(error, errors.ModelRequestTimeout):
        return f"nothing came within {error.timeout:.0f} s"
    body = getattr(error, "body", None)
    if isinstance(body, dict):
        inner = body.get("error", body)
        said = inner.get("message") if isinstance(inner, dict) else inner
        if isinstance(said, str) and said:
            return said
    if isinstance(error, errors.ModelConnectionError) and (cause := _root_cause(error)) is not error:
        return str(cause) or type(cause).__name__
    if isinstance(body, str) and body:
        return body
    return str(getattr(error, "message", error))


def _root_cause(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error
