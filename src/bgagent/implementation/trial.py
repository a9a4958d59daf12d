"""One run of one attempt, as the critic sees it: the spec, the bars, the source and everything that came of it."""

from dataclasses import dataclass, field, replace
from typing import Any, Self

from bgagent.artifacts.attempts import RunFailure, StrategySource
from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.bars import Bars
from bgagent.data.findings import Finding
from bgagent.engine.orders import Order, Orders, unpack_orders
from bgagent.engine.plan import RulePlan, rules_of
from bgagent.engine.result import BacktestResult


@dataclass(frozen=True, slots=True)
class Trial:
    """What one source did on the bars.

    first: index of the window's first bar. free: orders when the whole window lay open to the code; blind: orders when
    each bar was handed over only after the decisions before it had come back; again: a second blind run, made only
    when the first two differ. failure: set instead when the code could not be run to its end. result: the blind
    orders filled by the host's engine. by_rules: the same plan through the rule kernel. findings: on the bars.
    """

    spec: StrategySpec
    run: RunSpec
    bars: Bars
    first: int
    source: StrategySource
    free: Orders
    blind: Orders
    again: Orders | None
    cuts: tuple[int, ...]
    result: BacktestResult | None
    by_rules: BacktestResult
    findings: tuple[Finding, ...] = ()
    failure: RunFailure | None = None
    rejected: str = ""
    isolation: tuple[str, ...] = ()
    seconds: float = 0.0
    log: str = field(default="", repr=False)

    @property
    def plan(self) -> RulePlan:
        """The rules the source was written from."""
        return rules_of(self.run.plan)

    @property
    def orders(self) -> Orders:
        """The orders that count: those decided blind."""
        return self.blind

    def with_failure(self, failure: RunFailure) -> Self:
        """The same trial, ended by a failure of the code."""
        return replace(self, failure=failure)

    def with_orders(self, **found: Any) -> Self:
        """The same trial with what running it gave."""
        return replace(self, **found)

    def order_list(self) -> tuple[Order, ...]:
        """The orders that count, unpacked."""
        return unpack_orders(self.blind)


def same_orders(one: Orders, other: Orders) -> bool:
    """True when two order logs are equal in every field, undefined prices included."""
    return len(one) == len(other) and one.tobytes() == other.tobytes()


def first_difference(one: Orders, other: Orders) -> int:
    """Bar of the first order in which two logs differ."""
    shared = min(len(one), len(other))
    for index in range(shared):
        if one[index].tobytes() != other[index].tobytes():
            return int(min(one[index]["decided_on"], other[index]["decided_on"]))
    longer = one if len(one) > len(other) else other
    return int(longer[shared]["decided_on"]) if len(longer) > shared else -1
