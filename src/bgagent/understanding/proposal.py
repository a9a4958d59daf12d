"""What a model answers when it reads a sentence: a plan per run, and a ledger of every part of the sentence."""

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from bgagent.artifacts.clauses import Assumption
from bgagent.artifacts.code_plan import CodePlan
from bgagent.engine.plan import PaymentPlan, RulePlan, RulePortfolio, WeightPlan
from bgagent.periods import Timeframe

UNRELATED = "decides no trade; nothing of it is done"
"""What the value of a clause begins with that the sentence could do without."""


class Became(StrEnum):
    """What a part of the sentence became."""

    STATED = "stated"  # a value of the answer
    DEFAULTED = "defaulted"  # it points at a value that a default fills
    UNSUPPORTED = "unsupported"  # it belongs to the backtest and cannot be said
    UNRELATED = "unrelated"  # it decides no trade: advice, examples, or nothing of a backtest at all


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the sentence. words: copied from it, or the numbers of its pieces.

    field: which value it became. value: what it was read as.
    """

    words: str
    status: Became
    field: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One strategy. label: a few words that tell it from the others."""

    plan: RulePlan | CodePlan | RulePortfolio | WeightPlan | PaymentPlan
    label: str = ""


@dataclass(frozen=True, slots=True)
class StatedCosts:
    """What the sentence says of costs; see `bgagent.engine.plan.Costs`."""

    slippage_bps: float | None = None
    commission_bps: float | None = None
    commission_per_share: float | None = None
    commission_per_order: float | None = None
    commission_minimum: float | None = None

    def __post_init__(self) -> None:
        for name, value in self.stated().items():
            if value < 0:
                raise ValueError(f"{name} must be 0 or more, was {value}")

    def stated(self) -> dict[str, float]:
        """Name and value of each that is said."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Proposal:
    """The whole answer; what the sentence does not say is left out."""

    clauses: tuple[Part, ...]
    runs: tuple[Run, ...] = ()
    start: date | None = None
    end: date | None = None
    timeframe: Timeframe | None = None
    initial_capital: float | None = None
    currency: str | None = None
    costs: StatedCosts | None = None
    benchmark: str | None = None
    assumptions: tuple[Assumption, ...] = ()
    questions: tuple[str, ...] = ()
