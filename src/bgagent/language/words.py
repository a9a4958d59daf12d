"""The word lists of the reader, from the data files in `lexicon/`; read once, when first needed."""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

from bgagent.language.grammar import Trie
from bgagent.language.tokens import tokenise


@cache
def lexicon(name: str) -> dict[str, Any]:
    """The contents of `lexicon/<name>.toml`."""
    text = resources.files("bgagent.language").joinpath("lexicon", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def add_phrase(trie: Trie, phrase: str, value: object) -> None:
    """Adds a phrase of one or more words to a trie; the first value given to a phrase stays."""
    node = trie
    for token in tokenise(phrase):
        node = node.setdefault(token.word, {})
    node.setdefault(None, value)


def trie_of(phrases: Iterable[tuple[str, object]]) -> Trie:
    """A trie of (phrase, value)."""
    trie: Trie = {}
    for phrase, value in phrases:
        add_phrase(trie, phrase, value)
    return trie


@cache
def categories() -> dict[str, Trie]:
    """Name -> phrases, of `categories.toml`.

    There a category is a list of phrases, each its own value, or a table of lists, whose keys are the values.
    """
    found: dict[str, Trie] = {}
    tables = lexicon("categories")
    for name, content in {**tables, **tables["lists"]}.items():
        if name == "lists":
            continue
        if isinstance(content, list):
            found[name] = trie_of((phrase, phrase) for phrase in content)
        else:
            found[name] = trie_of((phrase, key) for key, phrases in content.items() for phrase in phrases)
    return found
