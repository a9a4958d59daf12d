"""What the facts of a portfolio say beside the way to choose weights: schedule, conditions, whole shares."""

from collections.abc import Sequence
from typing import TypeVar

from bgagent.engine.expression import Node, unparse
from bgagent.engine.rules import parse
from bgagent.language.meanings import Filter, Universe, WholeShares
from bgagent.language.measures import Change, Condition, Every, Fact, Owned, SymbolPrice
from bgagent.language.phrases import condition as words_of
from bgagent.language.portfolio_meanings import Allotment, Dates, Holds, Payment, Rebalancing
from bgagent.language.signals import StrategyFacts

T = TypeVar("T")
_OFTEN = {
    "every_session": "every session",
    "first_of_week": "every week",
    "first_of_month": "every month",
    "first_of_quarter": "every quarter",
    "first_of_year": "every year",
    "first_session": "never: bought once",
    "last_of_month": "on the last session of every month",
}


class PortfolioFacts:
    """What plans of weights and of payments have in common."""

    def __init__(self, said: StrategyFacts) -> None:
        self.said = said
        self.context = said.context

    def one(self, values: Sequence[T], question: str) -> T | None:
        return self.said.only_one(values, question)

    def named(self) -> tuple[str, ...]:
        """Symbols of clauses that only name them."""
        return tuple(dict.fromkeys(symbol for fact in self.said.of(Universe) for symbol in fact.symbols))

    def schedule(self) -> str | None:
        """The one calendar expression said."""
        dates: list[tuple[object, str]] = [(fact, fact.on) for fact in self.said.of(Dates)]
        dates += [(fact, fact.on) for fact in self.said.of(Rebalancing) if fact.on is not None]
        for fact, on in dates:
            self.said.state(fact, "schedule", often(on))
        return self.one([on for _, on in dates], "Two schedules are given. On which dates is it traded?")

    def whole_shares(self) -> bool:
        whole = self.one([fact.whole for fact in self.said.of(WholeShares)], "Whole shares or fractions of shares?")
        for fact in self.said.of(WholeShares):
            self.said.state(fact, "whole_shares", "yes" if fact.whole else "no")
        return bool(whole)

    def holds(self) -> list[Node]:
        """The conditions of all filters, each stated."""
        nodes = []
        for fact in self.conditions():
            assert fact.condition is not None
            node = self.said.node(fact.condition)
            self.said.state(fact, "holds", f"only when {words_of(node, self.context.timeframe)}")
            nodes.append(node)
        return nodes

    def conditions(self) -> list[Filter | Holds]:
        found: list[Filter | Holds] = [*self.said.of(Filter)]
        return [*found, *(fact for fact in self.said.of(Holds) if fact.condition is not None)]


def often(on: str) -> str:
    """A schedule in words."""
    plain = on.removeprefix("first_session or ")
    return _OFTEN.get(plain, f"on days {plain}")


def owners_of(condition: Condition) -> list[str | None]:
    """The symbols that the sides of a condition's comparisons belong to; None: to whichever symbol it is read on."""
    if isinstance(condition, Every) or not hasattr(condition, "left"):
        parts = getattr(condition, "parts", None)
        if parts is not None:
            return [owner for part in parts for owner in owners_of(part)]
        return [_owner(condition.who)] if isinstance(condition, Fact) else [None]
    left, right = _owner(condition.left), _owner(getattr(condition, "right", None))
    return [left] if right is None else [left, right]


def _owner(value: object) -> str | None:
    match value:
        case Owned(symbol, _) | SymbolPrice(symbol, _):
            return symbol
        case Change(_, who):
            return _owner(who)
        case _:
            return None


def other_symbol(read_on: str | None, symbols: tuple[str, ...]) -> str | None:
    """The signal's symbol, unless it is the only one there is."""
    return None if symbols == (read_on,) else read_on


def in_order(fact: Allotment | Payment, symbols: tuple[str, ...]) -> tuple[float, ...]:
    """The shares in the order of the symbols."""
    if not fact.symbols or set(fact.symbols) != set(symbols):
        return fact.shares
    own = dict(zip(fact.symbols, fact.shares, strict=True))
    return tuple(own[symbol] for symbol in symbols)


def describe_weights(symbols: tuple[str, ...], shares: tuple[float, ...] | None, cash: float) -> str:
    parts = shares or (1 / len(symbols),) * len(symbols)
    said = [f"{share * 100:.6g}% {symbol}" for symbol, share in zip(symbols, parts, strict=True)]
    return ", ".join(said + ([f"{cash * 100:.6g}% cash"] if cash else []))


def rule_text(node: Node) -> str:
    return parse(unparse(node)).text
