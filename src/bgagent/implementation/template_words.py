"""Pieces of rendered strategies that all kinds of plans share: the module around the class, sizes, distances."""

from collections.abc import Iterable

from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.engine.plan import Costs, Distance, DistanceKind, RulePlan, SizeKind, Sizing, StopStep, WeightPlan
from bgagent.errors import Bug
from bgagent.implementation.conditions import Declarations


def module(
    spec: StrategySpec, run: RunSpec, name: str, said: str, body: list[str], *, imports: Iterable[str] = ()
) -> str:
    """A module with one Strategy subclass. said: what it does; imports: what else it uses of the engine."""
    text = "\n".join(body)
    plan_imports = [word for word in ("Distance", "DistanceKind", "SizeKind", "Sizing") if _is_used(word, text)]
    lines = [
        f'"""{_docstring(spec, run)}"""',
        "",
        *(["from math import isnan", ""] if "isnan(" in text else []),
        *([f"from bgagent.engine.plan import {', '.join(plan_imports)}"] if plan_imports else []),
        f"from bgagent.engine.strategy import {', '.join(sorted({'Strategy', *imports}))}",
        "",
        "",
        f"class {name}(Strategy):",
        f'    """{safe(said)}"""',
        *body,
        "",
    ]
    return "\n".join(lines)


def _is_used(word: str, text: str) -> bool:
    return f"{word}(" in text or f"{word}." in text


def init(declarations: Declarations) -> list[str]:
    """The method that declares what a strategy for one symbol reads."""
    if not declarations.indicators and not declarations.calendars:
        return []
    return [
        "",
        "    def init(self):",
        *(f'        self.{name} = self.indicator("{text}")' for name, text in declarations.indicators.items()),
        *(f'        self.{name} = self.calendar("{text}")' for name, text in declarations.calendars.items()),
    ]


def protections(plan: RulePlan | WeightPlan, declarations: Declarations, *, is_short: bool = False) -> list[str]:
    """The plan's protective levels as arguments of an order; adds what they are read from to `declarations`."""
    return [
        f"{name}={_protection_text(distance, declarations, is_short=is_short)}"
        for name in ("stop_loss", "take_profit", "trailing_stop")
        if (distance := getattr(plan, name)) is not None
    ]


def _protection_text(distance: Distance, declarations: Declarations, *, is_short: bool) -> str:
    if distance.kind is DistanceKind.ATR:
        declarations.indicator(f"atr({distance.atr_length})")
    if distance.kind is not DistanceKind.PRICE:
        return distance_text(distance)
    at = (distance.short_at if is_short else None) or distance.at
    return declarations.place(
        declarations.indicator(f"{at}" if distance.value == 1 else f"{distance.value!r} * ({at})")
    )


def steps_text(steps: tuple[StopStep, ...]) -> str:
    """Where a stop moves to, as an argument of an order."""
    return f"stop_steps=[{', '.join(f'({step.gain!r}, {step.stop_at!r})' for step in steps)}]"


def sizing_text(sizing: Sizing) -> str:
    """A size as the first argument of an order."""
    if sizing.kind is SizeKind.EQUITY and not sizing.whole_shares:
        return repr(sizing.value)
    whole = ", whole_shares=True" if sizing.whole_shares else ""
    return f"Sizing(SizeKind.{sizing.kind.name}, {sizing.value!r}{whole})"


def distance_text(distance: Distance) -> str:
    """A protective distance as an argument of an order."""
    match distance.kind:
        case DistanceKind.FRACTION:
            return repr(distance.value)
        case DistanceKind.MONEY:
            return f"Distance(DistanceKind.MONEY, {distance.value!r})"
        case DistanceKind.RISK:
            return f"Distance(DistanceKind.RISK, {distance.value!r})"
        case DistanceKind.PRICE:
            raise Bug("where a level lies is read from an indicator")
        case DistanceKind.ATR:
            follows = ", follows=True" if distance.follows else ""
            return f"Distance(DistanceKind.ATR, {distance.value!r}, atr_length={distance.atr_length}{follows})"


def _docstring(spec: StrategySpec, run: RunSpec) -> str:
    head = safe(spec.summary) if len(spec.runs) == 1 else f"{safe(run.label)}: {safe(spec.summary)}"
    return f"{head}\n\n{_costs(spec.costs)} Run it again from this folder: python strategy.py\n"


def _costs(costs: Costs) -> str:
    """What trading costs, nothing left out but what is 0."""
    parts = (
        (costs.slippage_bps, f"slippage {costs.slippage_bps:g} bps a fill"),
        (costs.slippage_per_share, f"slippage {costs.slippage_per_share:g} a share"),
        (costs.commission_bps, f"commission {costs.commission_bps:g} bps"),
        (costs.commission_per_share, f"commission {costs.commission_per_share:g} a share"),
        (costs.commission_per_order, f"commission {costs.commission_per_order:g} an order"),
        (costs.commission_minimum, f"at least {costs.commission_minimum:g} an order"),
        (costs.borrow_rate, f"borrow fee {costs.borrow_rate * 100:g} % a year"),
    )
    said = ", ".join(text for value, text in parts if value) or "none"
    return f"Costs: {said}."


def safe(text: str) -> str:
    """Text that can stand in a docstring without ending it or meaning anything there."""
    printable = "".join(mark if mark.isprintable() else " " for mark in text)
    return printable.replace("\\", "/").replace('"', "'")
