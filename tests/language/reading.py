"""Reads sentences with a fixed clock."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bgagent.artifacts.spec import StrategySpec
from bgagent.engine.plan import Costs, Rule, RulePlan, SizeKind, Sizing
from bgagent.language.limits import describe_distance, describe_sizing
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
    return run.plan


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


def terms(spec: StrategySpec) -> str:
    """Symbols, window, capital, and what is not usual: "AAPL 2024-01-01 2024-12-31 25000"."""
    said = [",".join(spec.symbols), str(spec.period.start), str(spec.period.end), f"{spec.initial_capital:g}"]
    said += [spec.currency] if spec.currency != "USD" else []
    said += [spec.timeframe.value] if spec.timeframe.value != "1d" else []
    said += [f"benchmark={spec.benchmark}"] if spec.benchmark else []
    usual = Costs()
    changed = [name for name in usual.__dataclass_fields__ if getattr(spec.costs, name) != getattr(usual, name)]
    return " ".join([*said, *(f"{name}={getattr(spec.costs, name):g}" for name in changed)])


def rules(plan: RulePlan) -> str:
    """The rules of a plan in one line: "buy rsi(14) < 30; sell rsi(14) > 70; stop_loss 5%"."""
    words = {"entry": "buy", "exit": "sell", "short_entry": "short", "short_exit": "cover"}
    said = [f"{word} {_rule(getattr(plan, name))}" for name, word in words.items() if getattr(plan, name)]
    for name in ("stop_loss", "take_profit", "trailing_stop"):
        distance = getattr(plan, name)
        if distance:
            said.append(f"{name} {describe_distance(distance)}")
    said += [f"{name} {value}" for name in ("hold_bars", "wait_bars") if (value := getattr(plan, name))]
    said += [f"stop at {step.stop_at:+.4g} from {step.gain:+.4g}" for step in plan.stop_steps]
    said += ["flat overnight"] if plan.flat_overnight else []
    if plan.sizing != Sizing(SizeKind.EQUITY, 1 / plan.max_positions):
        said.append(describe_sizing(plan.sizing) + (", whole shares" if plan.sizing.whole_shares else ""))
    return "; ".join(said + ([f"{plan.max_positions} positions"] if plan.max_positions > 1 else []))


def _rule(rule: Rule) -> str:
    return " ".join(filter(None, [rule.when, f"@ {rule.on}" if rule.on else ""]))
