"""Keeps secrets out of everything that is written: by value, and by what keys look like."""

import json
import re
from collections.abc import Iterable, Mapping

SHORTEST_SECRET = 8  # a shorter value would blot out ordinary words
REDACTED = "[redacted]"

_SECRET_WORDS = frozenset(
    ("KEY", "APIKEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIALS", "PAT", "DSN")
)
_KEY_SHAPES = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|hf|tvly|key)[-_][A-Za-z0-9_-]{16,}"
    r"|\bAIza[A-Za-z0-9_-]{30,}"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}"
    r"|\bxox[a-z]-[A-Za-z0-9-]{10,}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
)
_AFTER_A_TELLING_WORD = re.compile(
    r"(?i)(\bbearer\s+|\b(?:x-)?(?:api[-_]?key|access[-_]?token|token|secret|password|authorization)\\?[\"']?\s*[:=]\s*\\?[\"']?)"
    r"(?!bearer\b)[A-Za-z0-9._~+/=-]{12,}"
)
_PASSWORD_IN_ADDRESS = re.compile(r"(://[^\s/:@\"]+:)[^\s/@\"]+@")


class Redactor:
    """Blots secrets out of texts; holds them, and shows none of them."""

    __slots__ = ("_values",)

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spellings: set[str] = set()
        for secret in (part for whole in secrets for part in (whole, *whole.splitlines())):
            if len(secret) >= SHORTEST_SECRET:
                spellings |= _spellings(secret)
        self._values = tuple(sorted(spellings, key=len, reverse=True))

    def __call__(self, text: str) -> str:
        for value in self._values:
            if value in text:
                text = text.replace(value, REDACTED)
        text = _KEY_SHAPES.sub(REDACTED, text)
        text = _AFTER_A_TELLING_WORD.sub(rf"\1{REDACTED}", text)
        return _PASSWORD_IN_ADDRESS.sub(rf"\1{REDACTED}@", text)

    def __repr__(self) -> str:
        return "Redactor()"


def _spellings(secret: str) -> set[str]:
    """As it stands in Python, in an address and in JSON."""
    from urllib.parse import quote  # noqa: PLC0415 - three milliseconds that only secrets cost

    return {
        secret,
        repr(secret)[1:-1],
        quote(secret, safe="", errors="replace"),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
    }


def secrets_in(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Values of the variables whose names say that they are secret, such as `OPENAI_API_KEY`."""
    return tuple(
        value
        for name, value in environment.items()
        if len(value) >= SHORTEST_SECRET and not _SECRET_WORDS.isdisjoint(re.split(r"[^A-Z]+", name.upper()))
    )
