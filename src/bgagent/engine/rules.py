"""Rules on prices and on the calendar, written as expressions: parsed once, evaluated over all bars at once.

`docs/rules.md` is the description for people. Causal by construction: no function reads a later bar.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import PRICE_COLUMNS, Bars, Floats
from bgagent.engine.calendar_rules import CalendarExpression, parse_calendar
from bgagent.engine.expression import (
    Binary,
    Call,
    Compare,
    Logic,
    Name,
    Node,
    Number,
    Unary,
    nodes_of,
    unparse,
    without_not,
)
from bgagent.engine.functions import FUNCTIONS
from bgagent.engine.grammar import Kind, RuleError, Vocabulary, kind_of, read_expression

__all__ = ["CalendarExpression", "Expression", "RuleError", "parse", "parse_calendar", "parse_condition"]

Conditions = NDArray[np.bool_]

PRICES = Vocabulary(
    names=dict.fromkeys(PRICE_COLUMNS, Kind.NUMBER),
    signatures={name: function.signature for name, function in FUNCTIONS.items()},
)

_COMPARE = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
}
_CALCULATE = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression on prices.

    text: its normal form; parsing that gives the same expression. node: the tree. is_condition: true or false per bar
    rather than a number. lookback: bars needed, the present one included, before it can be defined. settling: further
    bars until what recursive indicators were seeded with no longer matters. names: columns of the bars it reads.
    """

    text: str
    node: Node
    is_condition: bool
    lookback: int
    settling: int
    names: frozenset[str]

    def evaluate(self, bars: Bars) -> Floats | Conditions:
        """One value per bar: a number, NaN where undefined; or, for a condition, whether it is defined and true."""
        return self.conditions(bars) if self.is_condition else self.numbers(bars)

    def conditions(self, bars: Bars) -> Conditions:
        """Whether the condition is defined and true on each bar. Raises ValueError when it is a number."""
        if not self.is_condition:
            raise ValueError(f"'{self.text}' is a number on each bar, not a condition")
        return _condition(without_not(self.node), bars, {})

    def numbers(self, bars: Bars) -> Floats:
        """The number on each bar, NaN where undefined. Raises ValueError when it is a condition."""
        if self.is_condition:
            raise ValueError(f"'{self.text}' is a condition on each bar, not a number")
        return np.array(np.broadcast_to(_number(self.node, bars, {}), len(bars)))


@lru_cache(maxsize=512)
def parse(text: str) -> Expression:
    """The expression written as `text`. Raises RuleError naming the place."""
    node = read_expression(text, PRICES)
    lookback, settled = _bars_needed(node)
    return Expression(
        text=unparse(node),
        node=node,
        is_condition=kind_of(node, PRICES) is Kind.CONDITION,
        lookback=lookback,
        settling=settled - lookback,
        names=_columns(node),
    )


def parse_condition(text: str) -> Expression:
    """As `parse`, for what has to be true or false. Raises RuleError when it is a number."""
    expression = parse(text)
    if not expression.is_condition:
        raise RuleError(f'"{expression.text}" is a number; compare it with something to make a rule of it')
    return expression


def evaluate_node(node: Node, bars: Bars) -> Floats | Conditions:
    """One value per bar of a part of an expression; see Expression.evaluate."""
    if kind_of(node, PRICES) is Kind.CONDITION:
        return _condition(without_not(node), bars, {})
    return np.array(np.broadcast_to(_number(node, bars, {}), len(bars)))


def _condition(node: Node, bars: Bars, known: dict[Node, Floats]) -> Conditions:
    """Where a condition without `not` is true; NaN compares as false."""
    match node:
        case Compare(operator, left, right):
            result = _COMPARE[operator](_number(left, bars, known), _number(right, bars, known))
        case Logic(operator, parts):
            join = np.logical_and if operator == "and" else np.logical_or
            result = _condition(parts[0], bars, known)
            for part in parts[1:]:
                result = join(result, _condition(part, bars, known))
        case Call(function, arguments):
            result = FUNCTIONS[function].compute(*(_number(argument, bars, known) for argument in arguments))
        case _:
            raise AssertionError(f"not a condition on prices: {node}")
    return np.broadcast_to(result, len(bars))


def _number(node: Node, bars: Bars, known: dict[Node, Floats]) -> Floats | float:
    """A number per bar, or a constant. known: what was already computed for this expression."""
    match node:
        case Number(value):
            return value
        case Name(name):
            column: Floats = getattr(bars, name)
            return column
        case Unary(_, operand):
            return -_number(operand, bars, known)
    if node not in known:
        known[node] = _computed(node, bars, known)
    return known[node]


def _computed(node: Node, bars: Bars, known: dict[Node, Floats]) -> Floats:
    match node:
        case Binary(operator, left, right):
            with np.errstate(all="ignore"):
                result = _CALCULATE[operator](_number(left, bars, known), _number(right, bars, known))
            # a division by zero, or an overflow, is no number to compare with
            return result if np.isfinite(result).all() else np.where(np.isfinite(result), result, np.nan)
        case Call(name, arguments):
            function = FUNCTIONS[name]
            columns = (getattr(bars, column) for column in function.columns)
            return function.compute(*columns, *_arguments(name, arguments, bars, known))
    raise AssertionError(f"not a number on prices: {node}")


def _arguments(name: str, arguments: tuple[Node, ...], bars: Bars, known: dict[Node, Floats]) -> list[Floats | float]:
    values: list[Floats | float] = []
    for parameter, argument in zip(FUNCTIONS[name].signature.parameters, arguments, strict=True):
        if parameter.kind is Kind.LENGTH:
            assert isinstance(argument, Number)
            values.append(int(argument.value))
        else:
            values.append(_number(argument, bars, known))
    return values


def _bars_needed(node: Node) -> tuple[int, int]:
    """Bars before a first value, and before a settled one; the present one included."""
    match node:
        case Number() | Name():
            return 1, 1
        case Unary(_, operand):
            return _bars_needed(operand)
        case Binary(_, left, right) | Compare(_, left, right):
            return _longest((left, right))
        case Logic(_, parts):
            return _longest(parts)
        case Call(name, arguments):
            function = FUNCTIONS[name]
            parameters = function.signature.parameters
            constants = [
                argument.value if parameter.kind is Kind.MULTIPLE else int(argument.value)
                for parameter, argument in zip(parameters, arguments, strict=True)
                if parameter.kind in (Kind.LENGTH, Kind.MULTIPLE) and isinstance(argument, Number)
            ]
            lookback, settled = _longest(arguments)
            warmup = function.warmup(*constants)
            return lookback + warmup, settled + warmup + function.settling(*constants)


def _longest(nodes: tuple[Node, ...]) -> tuple[int, int]:
    needs = [_bars_needed(node) for node in nodes]
    return max(lookback for lookback, _ in needs), max(settled for _, settled in needs)


def _columns(node: Node) -> frozenset[str]:
    used = {part.name for part in nodes_of(node) if isinstance(part, Name)}
    for part in nodes_of(node):
        if isinstance(part, Call):
            used.update(FUNCTIONS[part.function].columns)
    return frozenset(used)
