"""Sentences that are easily misread: what they mean, thought out by hand, or what is asked or named instead."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from bgagent.engine.plan import Plan, RulePlan
from tests.language.outlines import outline
from tests.language.reading import questions, reading, rules, spec_of, terms, unexplained

TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_name("misreads.toml").read_text(encoding="utf-8"))
READ = TABLE["read"]


@pytest.mark.parametrize("case", READ, ids=[case["sentence"][:60] for case in READ])
def test_a_sentence_is_read_as_it_is_meant(case: dict[str, Any]):
    spec = spec_of(case["sentence"])
    assert terms(spec) == case["terms"]
    assert [told(run.plan) for run in spec.runs] == case["runs"]
    assert reading(spec.summary).spec == spec, spec.summary


@pytest.mark.parametrize(("sentence", "word"), TABLE["words"].items())
def test_words_that_cannot_be_kept_are_named(sentence: str, word: str):
    assert word in unexplained(sentence)


@pytest.mark.parametrize(("sentence", "words"), TABLE["questions"].items())
def test_two_meanings_make_a_question(sentence: str, words: str):
    assert words in questions(sentence)


def told(plan: Plan) -> str:
    return rules(plan) if isinstance(plan, RulePlan) else outline(plan)
