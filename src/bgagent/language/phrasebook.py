"""Phrases of one or more words, found in a sentence by their words."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bgagent.language.tokens import Token, tokenise

Trie = dict[Any, Any]  # word -> Trie; None -> value of the phrase that ends here


_SIGNS = frozenset(":,;=/&<>%+.")  # standing apart each is a word of its own


def add_phrase(trie: Trie, phrase: str, value: object) -> None:
    """Adds a phrase of one or more words to a trie; the first value given to a phrase stays."""
    node = trie
    words = phrase.lower().split()
    if not phrase.isascii() or not all(word.isalpha() or word in _SIGNS or word.isdecimal() for word in words):
        words = [token.word for token in tokenise(phrase)]
    for word in words:
        below = node.get(word)
        if below is None:
            below = node[word] = {}
        node = below
    node.setdefault(None, value)


def trie_of(phrases: Iterable[tuple[str, object]]) -> Trie:
    """A trie of (phrase, value)."""
    trie: Trie = {}
    for phrase, value in phrases:
        add_phrase(trie, phrase, value)
    return trie


def phrases_at(trie: Trie, tokens: Sequence[Token], place: int) -> Iterator[tuple[int, Any]]:
    """(end, value) of every phrase that begins at `place`, shortest first."""
    node: Trie | None = trie
    while node is not None and place < len(tokens):
        node = node.get(tokens[place].word)
        place += 1
        if node is not None and None in node:
            yield place, node[None]


def words_of(trie: Trie) -> Iterator[str]:
    """Every word of every phrase."""
    tries = [trie]
    while tries:
        for word, below in tries.pop().items():
            if word is not None:
                yield word
                tries.append(below)
