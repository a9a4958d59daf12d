"""Typing errors of one letter in long words, put right where only one word can be meant."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import OSA

from bgagent.language.tokens import Kind, Token

_SHORTEST = 6  # letters; shorter words have too many neighbours
_MOST = 4  # unknown words in a sentence; with more it is another language than ours
_NEVER = frozenset(
    ("shorted", "shorting", "covered", "covers", "without", "ignore", "ignoring")
)  # too much hangs on them


@dataclass(frozen=True, slots=True)
class Correction:
    """A word as typed and the word it was taken for."""

    typed: str
    meant: str


def corrected(tokens: Sequence[Token], known: frozenset[str]) -> tuple[tuple[Token, ...], tuple[Correction, ...]]:
    """The tokens with typing errors put right, and what was changed.

    Only lower-case or capitalised words are looked at: a near ticker is a wrong ticker.
    """
    unknown = {token.word for token in tokens if _is_typo(token, known)}
    if not unknown or len(unknown) > _MOST:
        return tuple(tokens), ()
    meant = {word: nearest for word in unknown if (nearest := _nearest(word, known)) is not None}
    found = [replace(token, word=meant.get(token.word, token.word)) for token in tokens]
    return tuple(found), tuple(Correction(word, meant[word]) for word in sorted(meant))


def _is_typo(token: Token, known: frozenset[str]) -> bool:
    return (
        token.kind is Kind.WORD and len(token.word) >= _SHORTEST and not token.is_capitals and token.word not in known
    )


def _nearest(word: str, known: frozenset[str]) -> str | None:
    """The one known word that differs by one letter or two letters exchanged; None where there are more or none."""
    near = [
        other
        for other in known
        if len(other) >= _SHORTEST
        and abs(len(other) - len(word)) <= 1
        and OSA.distance(word, other, score_cutoff=1) <= 1
    ]
    return near[0] if len(near) == 1 and near[0] not in _NEVER else None
