"""Phrases of one or more words, found in a sentence by their words."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bgagent.language.tokens import Token, tokenise

Trie = dict[Any, Any]  # word -> Trie; None -> value of the phrase that ends here


def add_phrase(trie: Trie, phrase: str, value: object) -> None:
    """Adds a phrase of one or more words to a trie; the first value given to a phrase stays."""
    node = trie
    plain = phrase.replace(" ", "").isalpha() and phrase.isascii()
    for word in phrase.lower().split() if plain else (token.word for token in tokenise(phrase)):
        node = node.setdefault(word, {})
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
    for word, below in trie.items():
        if word is not None:
            yield word
            yield from words_of(below)
