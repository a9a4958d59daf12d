"""Whether a sentence is about a portfolio, and the plan that its facts make."""

from collections.abc import Sequence

from bgagent.engine.plan import Plan, SizeKind
from bgagent.language.context import Context
from bgagent.language.ledger import Ledger
from bgagent.language.meanings import Idea, Order, Size, State
from bgagent.language.payment_plans import PaymentMaker
from bgagent.language.portfolio_meanings import (
    Allotment,
    Contest,
    Dates,
    Fallback,
    InverseVolatility,
    Payment,
    Pool,
    Ranking,
    Rebalancing,
    RotationTitle,
)
from bgagent.language.signals import StrategyFacts
from bgagent.language.weight_plans import WeightMaker


def is_portfolio(facts: Sequence[object]) -> bool:
    """Whether the facts are about weights, a ranking or payments, rather than rules of entry and exit."""
    if any(isinstance(fact, (Allotment, Contest, InverseVolatility, Payment)) for fact in facts):
        return True
    if any(isinstance(fact, Ranking) and (fact.top or fact.bottom or fact.symbols) for fact in facts):
        return True
    if pays_by_orders(facts):
        return True
    states = any(isinstance(fact, State) for fact in facts)
    if states:
        return any(
            isinstance(fact, (Dates, Rebalancing)) or (isinstance(fact, Fallback) and fact.symbols) for fact in facts
        )
    rules = any(isinstance(fact, (Order, Idea)) for fact in facts)
    return not rules and any(isinstance(fact, (Rebalancing, RotationTitle, Pool)) for fact in facts)


def pays_by_orders(facts: Sequence[object]) -> bool:
    """Whether the only order is to buy for a sum of money on dates of the calendar, and nothing ever sells."""
    orders = [fact for fact in facts if isinstance(fact, Order)]
    sums = [fact for fact in facts if isinstance(fact, Size) and fact.sizing.kind is SizeKind.CASH]
    if len(orders) != 1 or not sums or sells(facts):
        return False
    (order,) = orders
    return order.action == "buy" and len(order.triggers) == 1 and order.triggers[0].schedule is not None


def sells(facts: Sequence[object]) -> bool:
    """Whether something is said that closes a position, or limits how many there are."""
    names = {type(fact).__name__ for fact in facts}
    leaves = any(isinstance(fact, Order) and fact.action not in ("buy", "enter") for fact in facts)
    return leaves or bool(names & {"Protection", "Holding", "MostPositions", "SessionEnd"})


def pays(facts: Sequence[object]) -> bool:
    """Whether new money comes in."""
    return any(isinstance(fact, Payment) for fact in facts) or pays_by_orders(facts)


def make_portfolio(
    facts: Sequence[object], symbols: Sequence[str], context: Context, ledger: Ledger, *, has_capital: bool
) -> Plan:
    """The plan of weights or payments that the facts of one strategy make.

    symbols: all that the sentence names. Raises Unclear, Missing or Contradiction with a question, Beyond where no
    plan can say it.
    """
    said = StrategyFacts(symbols[0], facts, context, ledger)
    if pays(facts):
        return PaymentMaker(said, has_capital=has_capital).plan()
    return WeightMaker(said).plan()
