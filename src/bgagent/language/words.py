"""The word lists of the reader, from the data files in `lexicon/`; read once, when first needed."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from bgagent.language.phrasebook import Trie, trie_of


@cache
def lexicon(name: str) -> dict[str, Any]:
    """The contents of `lexicon/<name>.toml`."""
    text = resources.files("bgagent.language").joinpath("lexicon", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def categories() -> dict[str, Trie]:
    """Name -> phrases, of `categories.toml` and `portfolios.toml`.

    There a category is a list of phrases, each its own value, or a table of lists, whose keys are the values.
    """
    found: dict[str, Trie] = {}
    for tables in (lexicon("categories"), lexicon("portfolios")):
        for name, content in {**tables, **tables["lists"]}.items():
            if name == "lists":
                continue
            if name in found:
                raise LookupError(f"{name} names two categories of the lexicon")
            if isinstance(content, list):
                found[name] = trie_of((phrase, phrase) for phrase in content)
            else:
                found[name] = trie_of((phrase, key) for key, phrases in content.items() for phrase in phrases)
    return found
