"""Names of jobs: what the user says, else the time and the first words of the sentence."""

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from bgagent.errors import BadUse

LONGEST_NAME = 100
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
# `a.json` would own the folder reports/a.json, which is the report of `a`; index.html lists all jobs
_SUFFIXES_OF_FILES = (".json", ".jsonl", ".log", ".md", ".html", ".request")
_TAKEN_BY_US = ("index",)
_WORDS_IN_AN_ID = 6
_LETTERS_IN_AN_ID = 40


def checked_name(name: str) -> str:
    """The name itself when a job may carry it, else BadUse.

    Only ASCII: file systems disagree on when two other spellings are the same.
    """
    if not name:
        raise BadUse("the job's name is empty", hint="leave --name out, or give letters, digits, '.', '_' and '-'")
    if len(name) > LONGEST_NAME:
        raise BadUse(f"the job's name has {len(name)} letters, at most {LONGEST_NAME} are allowed")
    if not _NAME.fullmatch(name):
        raise BadUse(
            f"{name!r} cannot be a job's name",
            hint="use letters a-z, digits, '.', '_' and '-', and begin with a letter, a digit or '_'",
        )
    if name.lower() in _TAKEN_BY_US or name.lower().endswith(_SUFFIXES_OF_FILES):
        raise BadUse(f"the name {name!r} is that of a file the program writes itself", hint="choose another --name")
    return name


def ids_from_words(words: str, at: datetime) -> Iterator[str]:
    """Ids to try one after the other, for example `20240131-093000-backtest-aapl`, then the same with `-2`."""
    found = re.findall(r"[a-z0-9]+", words.lower())[:_WORDS_IN_AN_ID]
    named = "-".join(found)[:_LETTERS_IN_AN_ID].rstrip("-") or "job"
    first = f"{at.astimezone(UTC):%Y%m%d-%H%M%S}-{named}"
    yield first
    for number in itertools.count(2):
        yield f"{first}-{number}"
