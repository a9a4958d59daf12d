"""One run of one attempt, as the critic sees it: the spec, the bars, the source and everything that came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Self

from bgagent.artifacts.attempts import RunFailure, StrategySource
from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.bars import Bars
from bgagent.data.findings import Finding
from bgagent.engine.orders import Order, Orders, unpack_orders
from bgagent.engine.plan import Distance, Plan, RulePlan, RulePortfolio, rules_of
from bgagent.engine.result import BacktestResult, Payment
from bgagent.engine.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Trial:
    """What one source did on the bars.

    bars: those whose index orders and fills count in; of several symbols the first's, laid onto the sessions of all.
    first: index of the window's first bar. free: orders when the whole window lay open to the code; blind: orders when
    each bar was handed over only after the decisions before it had come back; again: a second blind run, made only
    when the first two differ. failure: set instead when the code could not be run to its end. result: the blind
    orders filled by the host's engine. by_rules: the same plan run by the engine without any code; None where the plan
    does not say what code must do. findings: on the bars.
    Of several symbols: timeline: the bars of those that may be held, in the order of their indices; own: every symbol's
    bars as they were loaded, those that are only watched among them. payments: new money that the blind run asked for;
    payments_differ: whether another run asked for other money. conditions: of code that never traded, how often each
    of its conditions was true.
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
    by_rules: BacktestResult | None
    findings: tuple[Finding, ...] = ()
    failure: RunFailure | None = None
    rejected: str = ""
    isolation: tuple[str, ...] = ()
    seconds: float = 0.0
    log: str = field(default="", repr=False)
    timeline: Timeline | None = None
    own: Mapping[str, Bars] = field(default_factory=dict, repr=False)
    payments: tuple[Payment, ...] = ()
    payments_differ: bool = False
    conditions: tuple[str, ...] = ()

    @property
    def plan(self) -> Plan:
        """What the source was written from."""
        return self.run.plan

    @property
    def rules(self) -> RulePlan:
        """The plan as rules for one symbol. Raises TypeError for any other plan."""
        return rules_of(self.run.plan)

    @property
    def orders(self) -> Orders:
        """The orders that count: those decided blind."""
        return self.blind

    @property
    def first_on(self) -> date:
        """The first session of the window."""
        day: date = self.bars.sessions[self.first].item()
        return day

    @property
    def held_bars(self) -> tuple[Bars, ...]:
        """Bars of each symbol that may be held, as they were loaded, in the order of their indices."""
        return tuple(self.own[symbol] for symbol in self.plan.held_symbols) if self.own else (self.bars,)

    @property
    def universe(self) -> tuple[Bars, ...]:
        """Bars of each symbol that may be held, on the bars that orders count in."""
        return self.timeline.laid if self.timeline is not None else (self.bars,)

    @property
    def all_bars(self) -> Mapping[str, Bars]:
        """By symbol, the bars of every symbol that the plan needs, as they were loaded."""
        return self.own or {self.bars.symbol: self.bars}

    def symbol_of(self, order: Order) -> str:
        """The symbol that an order is for; empty for one that may not be traded."""
        symbols = self.plan.held_symbols
        return symbols[order.symbol] if order.symbol < len(symbols) else ""

    def bars_of(self, symbol: str) -> Bars:
        """A held symbol's bars, on the bars that orders count in. Raises KeyError for any other symbol."""
        for bars in self.universe:
            if bars.symbol == symbol:
                return bars
        raise KeyError(symbol)

    def rules_for(self, symbol: str) -> Plan:
        """What says how a symbol is traded: its own rules in a portfolio of rules, else the plan."""
        if isinstance(self.plan, RulePortfolio):
            return next((rules for rules in self.plan.plans if rules.symbol == symbol), self.plan)
        return self.plan

    def distance(self, name: str, symbol: str) -> Distance | None:
        """The `stop_loss`, `take_profit` or `trailing_stop` that the plan asks for on a symbol's positions."""
        return getattr(self.rules_for(symbol), name, None)

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


def same_payments(one: Sequence[Payment], other: Sequence[Payment]) -> bool:
    """True when the same money comes in before the same bars."""
    return [(paid.bar, paid.amount) for paid in one] == [(paid.bar, paid.amount) for paid in other]


def first_difference(one: Orders, other: Orders) -> int:
    """Bar of the first order in which two logs differ."""
    shared = min(len(one), len(other))
    for index in range(shared):
        if one[index].tobytes() != other[index].tobytes():
            return int(min(one[index]["decided_on"], other[index]["decided_on"]))
    longer = one if len(one) > len(other) else other
    return int(longer[shared]["decided_on"]) if len(longer) > shared else -1
