"""The word lists are read as TOML has them."""

import tomllib
from importlib import resources

import pytest

from bgagent.language.sentence import grammar
from bgagent.language.words import read_lists

LISTS = sorted(
    entry.name
    for entry in resources.files("bgagent.language").joinpath("lexicon").iterdir()
    if entry.name[-5:] == ".toml"
)


@pytest.mark.parametrize("name", LISTS)
def test_a_word_list_is_read_as_toml_has_it(name: str):
    text = resources.files("bgagent.language").joinpath("lexicon", name).read_text(encoding="utf-8")
    assert read_lists(text) == tomllib.loads(text)


def test_every_name_in_a_pattern_stands_for_one_thing():
    grammar().check()
