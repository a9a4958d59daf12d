"""Reads sentences with a fixed clock."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bgagent.artifacts.spec import StrategySpec
from bgagent.engine.plan import RulePlan
from bgagent.language.read import Defaults, Reading, read

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday before the New York open: Thursday 19 is the last session


def reading(sentence: str) -> Reading:
    """What the sentence is read as on 20 November 2026."""
    return read(sentence, now=NOW, defaults=Defaults())


def spec_of(sentence: str) -> StrategySpec:
    """The spec of a sentence that has to be understood."""
    found = reading(sentence)
    assert found.spec is not None, (sentence, found.unexplained, found.questions)
    return found.spec


def plan_of(sentence: str) -> RulePlan:
    """The only plan of a sentence that has to be understood."""
    (run,) = spec_of(sentence).runs
    return run.rules


def unexplained(sentence: str) -> str:
    """What the reader names as not understood, joined."""
    found = reading(sentence)
    assert found.spec is None, f"{sentence!r} was read as {found.spec and found.spec.summary!r}"
    return " | ".join(part.text for part in found.unexplained)


def questions(sentence: str) -> str:
    """What the reader asks, joined."""
    found = reading(sentence)
    assert found.spec is None, f"{sentence!r} was read as {found.spec and found.spec.summary!r}"
    return " ".join(found.questions)


def records(shared_dir: Path, name: str) -> list[dict[str, Any]]:
    """The records of a file of prompts."""
    return [json.loads(line) for line in (shared_dir / "prompts" / name).read_text().splitlines()]
