"""Sentences about portfolios: what they are read as, that no word is dropped, and what is refused or asked."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from bgagent.language.read import Reading
from bgagent.language.tokens import Kind, Token, tokenise
from tests.language.outlines import outline
from tests.language.reading import questions, reading, spec_of, terms, unexplained

TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_name("portfolios.toml").read_text(encoding="utf-8"))
READ = TABLE["read"]
MADE_UP = "zorblax"
STEP = 11  # every so many words of a sentence a made-up one is put in; beginning elsewhere in each


@pytest.mark.parametrize("case", READ, ids=[case["sentence"][:60] for case in READ])
def test_a_sentence_about_a_portfolio_is_read(case: dict[str, Any]):
    spec = spec_of(case["sentence"])
    assert terms(spec) == case["terms"]
    assert [outline(run.plan) for run in spec.runs] == case["runs"]
    assert reading(spec.summary).spec == spec, spec.summary


def test_a_made_up_word_is_named_wherever_it_stands():
    for number, case in enumerate(READ):
        sentence = case["sentence"]
        for token in places(sentence)[number % STEP :: STEP]:
            changed = f"{sentence[: token.span[0]]} {MADE_UP} {sentence[token.span[0] :]}"
            assert names(reading(changed), MADE_UP), changed


def test_every_number_is_in_a_clause():
    for case in READ:
        sentence = case["sentence"]
        covered = {place for clause in reading(sentence).clauses for place in range(*clause.span)}
        numbers = [token for token in tokenise(sentence) if token.kind is Kind.NUMBER]
        left = [token.text for token in numbers if token.span[0] not in covered]
        assert not left, (sentence, left)


@pytest.mark.parametrize(("sentence", "word"), TABLE["words"].items())
def test_what_portfolios_cannot_be_is_refused_with_its_words(sentence: str, word: str):
    assert word in unexplained(sentence)


@pytest.mark.parametrize(("sentence", "words"), TABLE["questions"].items())
def test_what_is_left_open_is_asked(sentence: str, words: str):
    assert words in questions(sentence)


def places(sentence: str) -> list[Token]:
    return [token for token in tokenise(sentence) if token.kind is not Kind.SIGN and not token.glued]


def names(found: Reading, word: str) -> bool:
    return found.spec is None and any(word in part.text for part in found.unexplained)
