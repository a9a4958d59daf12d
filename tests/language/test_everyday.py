"""Everyday sentences: what they are read as, and which are refused with which words."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.language.reading import questions, reading, rules, spec_of, terms, unexplained


def table(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


READ = [case for name in ("everyday.toml", "families.toml", "styles.toml") for case in table(name)["read"]]
REFUSED = table("refused.toml")


@pytest.mark.parametrize("case", READ, ids=[case["sentence"][:60] for case in READ])
def test_an_everyday_sentence_is_read(case: dict[str, Any]):
    spec = spec_of(case["sentence"])
    assert terms(spec) == case["terms"]
    assert [rules(run.plan) for run in spec.runs] == case["runs"]


def test_every_reading_says_itself_back():
    for case in READ:
        spec = spec_of(case["sentence"])
        assert reading(spec.summary).spec == spec, spec.summary


@pytest.mark.parametrize(("sentence", "word"), REFUSED["words"].items())
def test_a_sentence_beyond_the_reader_is_refused_with_its_words(sentence: str, word: str):
    assert word in unexplained(sentence)


@pytest.mark.parametrize(("sentence", "words"), REFUSED["questions"].items())
def test_an_open_sentence_is_asked_about(sentence: str, words: str):
    assert words in questions(sentence)
