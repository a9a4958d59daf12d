"""The indicator lines of a plan's rules, for the chart they belong to."""

from collections.abc import Iterator, Sequence

from bgagent.artifacts.report import Overlay
from bgagent.bars import Bars
from bgagent.engine.expression import Binary, Call, Compare, Logic, Name, Node, Unary, unparse
from bgagent.engine.other_symbols import words_of
from bgagent.engine.plan import RulePlan
from bgagent.engine.rules import evaluate_node, parse_condition
from bgagent.language.phrases import value
from bgagent.periods import Timeframe

MOST_LINES = 8
MOST_PANES = 2  # below the price

_PRICES = frozenset({"open", "high", "low", "close"})
_ON_PRICES = frozenset({"sma", "ema", "wma", "highest", "lowest"})  # in the unit of what they are made of
_ALWAYS_PRICES = frozenset({"bollinger_upper", "bollinger_middle", "bollinger_lower"})
_PASSED_THROUGH = frozenset({"abs", "min", "max", "previous", "crosses_above", "crosses_below"})


def overlays(plan: RulePlan, bars: Bars, *, first: int, watched: Sequence[Bars] = ()) -> tuple[Overlay, ...]:
    """Every indicator that a rule of the plan reads, over the window; those in another unit than the price lie in
    panes of their own, the first eight lines in at most two of them. watched: bars of other symbols that it reads.
    """
    others = {each.symbol: each for each in watched}
    panes: list[str] = []
    found: list[Overlay] = []
    for node in dict.fromkeys(_indicators_of(plan, words_of(plan.needed_symbols))):
        family = "" if _is_price(node) else node.function.partition("_")[0]
        if family and family not in panes:
            panes.append(family)
        pane = panes.index(family) + 1 if family else 0
        if pane <= MOST_PANES and len(found) < MOST_LINES:
            values = evaluate_node(node, bars, others)[first:]
            found.append(Overlay(_name(node, bars.timeframe), pane, tuple(values.tolist())))
    return tuple(found)


def _name(node: Call, timeframe: Timeframe) -> str:
    """The line in words, without its article; as the expression where there are none."""
    return (value(node, timeframe) or unparse(node)).removeprefix("the ")


def _indicators_of(plan: RulePlan, words: tuple[str, ...]) -> Iterator[Call]:
    for rule in (plan.entry, plan.exit, plan.short_entry, plan.short_exit):
        if rule is not None and rule.when is not None:
            yield from _indicators(parse_condition(rule.when, words).node)


def _indicators(node: Node) -> Iterator[Call]:
    """The outermost calls that give a number of their own."""
    match node:
        case Call(function, arguments):
            if function not in _PASSED_THROUGH:
                yield node
            else:
                for argument in arguments:
                    yield from _indicators(argument)
        case Unary(_, operand):
            yield from _indicators(operand)
        case Binary(_, left, right) | Compare(_, left, right):
            yield from _indicators(left)
            yield from _indicators(right)
        case Logic(_, parts):
            for part in parts:
                yield from _indicators(part)


def _is_price(node: Node) -> bool:
    """True when the number is in the price's own unit."""
    match node:
        case Name(name):
            return name in _PRICES
        case Call(function, arguments):
            return function in _ALWAYS_PRICES or (function in _ON_PRICES and _is_price(arguments[0]))
    return False
