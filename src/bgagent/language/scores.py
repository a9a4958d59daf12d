"""What symbols are ranked by, as an expression."""

from bgagent.engine.expression import Binary, Call, Name, Node, Number, Unary
from bgagent.language.ledger import Contradiction
from bgagent.language.measures import Scale
from bgagent.language.portfolio_facts import rule_text
from bgagent.language.portfolio_meanings import Score, Skip
from bgagent.language.signals import StrategyFacts
from bgagent.language.spoken import Unclear

_CLOSE = Name("close")


def score_text(said: StrategyFacts, score: Score, *, lowest_first: bool) -> str:
    """The ranking's value as an expression. Raises Unclear or Contradiction with a question."""
    context = said.context
    skips = said.of(Skip)
    left_out = [*(fact.duration for fact in skips), *((score.skip,) if score.skip else ())]
    skip = said.only_one(left_out, "How much is left out?")
    for fact in skips:
        said.state(fact, "score", f"without the last {context.bars_of(fact.duration)} bars")
    if skip and not score.times:
        raise Unclear("What is left out? Only the end of a return's time can be.")
    if score.volatility is not None:
        bars = float(context.bars_of(score.volatility))
        node: Node = Call("deviation", (Call("change", (_CLOSE, Number(1.0))), Number(bars)))
    elif score.value is not None:
        value = context.value(score.value)
        if value.scale is Scale.PRICE:
            raise Unclear("By what are they ranked? Prices of different symbols cannot be compared.")
        node = value.node
    else:
        node = _returns([context.bars_of(time) for time in score.times], context.bars_of(skip) if skip else 0)
    return rule_text(Unary("-", node) if lowest_first else node)


def _returns(times: list[int], skip: int) -> Node:
    """The mean of the returns over some numbers of bars, the last `skip` of them left out."""
    total: Node | None = None
    for bars in times:
        if skip >= bars:
            raise Contradiction("More is left out than the return's time has. Which times are meant?")
        then, now = Call("previous", (_CLOSE, Number(float(bars)))), Call("previous", (_CLOSE, Number(float(skip))))
        change = Call("change", (_CLOSE, Number(float(bars))))
        node: Node = Binary("-", Binary("/", now, then), Number(1.0)) if skip else change
        total = node if total is None else Binary("+", total, node)
    assert total is not None
    return total if len(times) == 1 else Binary("/", total, Number(float(len(times))))
