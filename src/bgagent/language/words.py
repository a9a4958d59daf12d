"""The word lists of the reader, from the data files in `lexicon/`; read once, when first needed."""

import json
import re
from functools import cache
from importlib import resources
from typing import Any

from bgagent.language.phrasebook import Trie, trie_of

_LAST_COMMA = re.compile(r",\s*\]$")


@cache
def lexicon(name: str) -> dict[str, Any]:
    """The contents of `lexicon/<name>.toml`."""
    text = resources.files("bgagent.language").joinpath("lexicon", f"{name}.toml").read_text(encoding="utf-8")
    return read_lists(text)


def read_lists(text: str) -> dict[str, Any]:
    """What TOML has in text that holds sections, comments, and keys with a string, a number or a list of strings.

    Such values are JSON too, which is read ten times as fast: the first sentence of a process waits for the word lists.
    """
    tables: dict[str, Any] = {}
    table = tables
    held = ""  # a list of several lines, as far as it was read
    for line in text.splitlines():
        if held:
            held += line
        elif line.startswith("["):
            table = tables.setdefault(line[1 : line.index("]")], {})
            continue
        elif line and line[0] != "#":
            held = line
        if held and (held[-1] != "[" and (held[-1] == "]" or "= [" not in held)):
            key, _, value = held.partition(" = ")
            table[key.strip('"')] = json.loads(_LAST_COMMA.sub("]", value))
            held = ""
    return tables


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
