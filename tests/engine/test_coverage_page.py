"""The page about what can be said counts right, and what it writes out can be read."""

import json
import re

import pytest

from bgagent.engine import rules
from tests.conftest import ROOT

PAGE = (ROOT / "docs/coverage.md").read_text(encoding="utf-8")
TASKS = ROOT.parent / "shared" / "quantcode" / "tasks.jsonl"
CHAPTERS = ("As rules", "As code", "In part", "Not at all")
LEVELS = re.findall(r"^\| (\d+) \| [a-z ]+ \| `(.+)` \|$", PAGE, flags=re.M)
WRITTEN = re.findall(r"^\| (\d+) \| `(.+)` \|$", PAGE, flags=re.M)


def listed(chapter):
    text = PAGE.partition(f"\n## {chapter}\n")[2].partition("\n## ")[0]
    return [int(number) for number in re.findall(r"^\| (\d+) \|", text, flags=re.M)]


def test_the_counts_are_those_of_the_lists():
    counts = [int(number) for number in re.findall(r"^\| [a-z].*\| (\d+) \|$", PAGE, flags=re.M)][:4]
    assert counts == [len(listed(chapter)) for chapter in CHAPTERS]
    assert sum(counts) == 194
    strategies = 194 - counts[3]
    assert f"Of the {strategies} that are" in PAGE
    assert f"{100 * (counts[0] + counts[1]) / strategies:.0f} %" in PAGE


def test_every_task_is_listed_once():
    if not TASKS.exists():
        pytest.skip("the tasks are not here: ../shared/quantcode/tasks.jsonl")
    known = [json.loads(line)["id"] for line in TASKS.read_text(encoding="utf-8").splitlines()]
    assert sorted(number for chapter in CHAPTERS for number in listed(chapter)) == sorted(known)


@pytest.mark.parametrize(("task", "expression"), WRITTEN)
def test_what_is_written_out_can_be_read(task, expression):
    assert rules.parse_condition(expression).is_condition


@pytest.mark.parametrize(("task", "expression"), LEVELS)
def test_levels_and_weights_can_be_read_and_are_those_of_rules(task, expression):
    assert not rules.parse(expression).is_condition
    assert int(task) in listed("As rules")


def test_something_is_written_out():
    assert len(WRITTEN) >= 25
    assert len(LEVELS) >= 14
