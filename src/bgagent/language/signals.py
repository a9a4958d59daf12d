"""Signals: when an order is given; and the facts of one strategy that they are made from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bgagent.engine.expression import Call, Compare, Logic, Node, Unary, combine, unparse
from bgagent.engine.grammar import RuleError
from bgagent.engine.plan import Rule
from bgagent.engine.rules import parse
from bgagent.language.context import Context
from bgagent.language.ledger import Contradiction, Ledger
from bgagent.language.meanings import Sides, Without
from bgagent.language.measures import Condition, Every, Trigger
from bgagent.language.phrases import condition as words_of
from bgagent.language.phrases import days
from bgagent.language.spoken import Unclear
from bgagent.periods import Timeframe

T = TypeVar("T")
_CROSSES = ("crosses_above", "crosses_below")
_COMPLEMENTS = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True, slots=True)
class Signal:
    """When an order is given: a price condition, days, or both. filters: parts at the end that only filter."""

    when: Node | None = None
    on: str | None = None
    filters: int = 0

    def rule(self) -> Rule:
        return Rule(None if self.when is None else _expression(self.when), self.on)

    def text(self, timeframe: Timeframe, *, leaves: bool = False) -> str:
        """In words."""
        parts = [days(self.on, leaves=leaves) if self.on else ""]
        parts.append(f"when {words_of(self.when, timeframe)}" if self.when is not None else "")
        return " ".join(filter(None, parts))


def _expression(node: Node) -> str:
    """The condition as text, once the engine takes it: RSI(1) is none."""
    text = unparse(node)
    try:
        parse(text)
    except RuleError as error:
        why = str(error).split(" (at character")[0]
        raise Contradiction(f"The rule {text} cannot be worked out, {why}. Which number is meant?") from error
    return text


Signals = tuple[Signal | None, Signal | None, Signal | None, Signal | None]  # entry, exit, short entry, short exit


class StrategyFacts:
    """The facts of one strategy, what is known of the whole sentence, and the ledger that they are written into.

    direction: long, short or both where the sentence says so.
    """

    def __init__(self, symbol: str, facts: Sequence[object], context: Context, ledger: Ledger) -> None:
        self.symbol = symbol
        self.facts = facts
        self.context = context
        self.ledger = ledger
        self.direction = self.only_one(
            [fact.direction for fact in self.of(Sides)], "Should it trade long only, short only, or both?"
        )
        for fact in self.of(Sides):
            self.state(fact, "direction", fact.direction)

    def state(self, fact: object, name: str, value: str) -> None:
        """Notes what became of a fact."""
        self.ledger.state(fact, name, value)

    def assume(self, name: str, value: str, why: str) -> None:
        """Notes what was left open."""
        self.ledger.assume(name, value, why)

    def says_no_other_exit(self) -> bool:
        """Whether the sentence says that there is no exit beside those it names; notes it."""
        absent = [fact for fact in self.of(Without) if fact.name == "other_exit"]
        for fact in absent:
            self.state(fact, "rules.exit", "none beside those named")
        return bool(absent)

    def of(self, kind: type[T]) -> list[T]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def only_one(self, values: Iterable[T], question: str) -> T | None:
        """The one value said, however often; None when none was. Raises Contradiction when they differ."""
        different = list(dict.fromkeys(values))
        if len(different) > 1:
            raise Contradiction(question)
        return different[0] if different else None

    def signal(self, trigger: Trigger, *, leaves: bool = False) -> Signal:
        if trigger.whenever_flat:
            return Signal(on="every_session")
        node = None if trigger.condition is None else self.node(trigger.condition)
        filters = trigger.condition.filters if isinstance(trigger.condition, Every) else 0
        days = trigger.schedule
        on = None if days is None else (days.leaving if leaves and days.leaving else days.on)
        return Signal(node, on, filters)

    def node(self, condition: Condition) -> Node:
        return self.context.condition(condition)

    def words(self, signal: Signal) -> str:
        return signal.text(self.context.timeframe)


def complement(node: Node) -> Node:
    """True where the condition is defined and false."""
    match node:
        case Compare(operator, left, right) if operator in _COMPLEMENTS:
            return Compare(_COMPLEMENTS[operator], left, right)
        case Call(function, _) if function in _CROSSES:
            raise Unclear("When is the position closed? A cross is an event, not a state that ends.")
        case Logic(operator, parts):
            return combine("or" if operator == "and" else "and", tuple(complement(part) for part in parts))
        case _:
            return Unary("not", node)
