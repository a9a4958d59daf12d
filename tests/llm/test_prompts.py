"""Prompts with slots: every slot filled, none twice, and what fills one is never read as a slot."""

import pytest

from bgagent.llm.prompts import fill, load_prompt


def test_slots_are_filled():
    assert fill("Read {{ sentence }} with {{rules}}.", sentence="this", rules="care") == "Read this with care."


def test_what_fills_a_slot_stays_as_it_is():
    assert fill("{{ one }} {{ two }}", one="{{ two }} \\1", two="2") == "{{ two }} \\1 2"


def test_braces_of_json_are_no_slots():
    assert fill('{"a": {"b": 1}} {{ one }}', one="x") == '{"a": {"b": 1}} x'


@pytest.mark.parametrize(
    ("slots", "told"), [({"one": "1"}, "fills: two"), ({"one": "1", "two": "2", "three": "3"}, "no slot for: three")]
)
def test_a_missing_or_unused_slot_is_refused(slots, told):
    with pytest.raises(ValueError, match=told):
        fill("{{ one }} {{ two }}", **slots)


def test_a_prompt_is_found_beside_its_module():
    assert "{{ problems }}" in load_prompt("bgagent.llm", "repair")
