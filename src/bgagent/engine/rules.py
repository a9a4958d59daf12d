"""Rules on prices and on the calendar, written as expressions: parsed once, evaluated over all bars at once.

`docs/rules.md` is the description for people. Causal by construction: no function reads a later bar.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from bgagent.bars import PRICE_COLUMNS, Bars, Floats
from bgagent.engine.calendar_rules import CalendarExpression, parse_calendar
from bgagent.engine.evaluation import Conditions, over_bars
from bgagent.engine.expression import Binary, Call, Compare, Logic, Name, Node, Number, Unary, nodes_of, unparse
from bgagent.engine.function import Function
from bgagent.engine.functions import FUNCTIONS, NAMES
from bgagent.engine.grammar import Kind, RuleError, Vocabulary, kind_of, read_expression

__all__ = ["CalendarExpression", "Conditions", "Expression", "RuleError", "parse", "parse_calendar", "parse_condition"]

PRICES = Vocabulary(
    names=dict.fromkeys((*PRICE_COLUMNS, *NAMES), Kind.NUMBER),
    signatures={name: function.signature for name, function in FUNCTIONS.items()},
)


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression on prices.

    text: its normal form; parsing that gives the same expression. node: the tree. is_condition: true or false per bar
    rather than a number. lookback: bars needed, the present one included, before it can be defined (weekly and longer
    bars counted in daily ones, shorter ones in bars of five minutes). settling: further bars until what recursive
    indicators were seeded with no longer matters. names: columns of the bars it reads. symbols: the words of the other
    symbols it reads, whose bars `evaluate` needs.
    """

    text: str
    node: Node
    is_condition: bool
    lookback: int
    settling: int
    names: frozenset[str]
    symbols: frozenset[str] = frozenset()

    def evaluate(self, bars: Bars, others: Mapping[str, Bars] | None = None) -> Floats | Conditions:
        """One value per bar: a number, NaN where undefined; or, for a condition, whether it is defined and true.

        others: by symbol, the bars of the other symbols. Raises RuleError where one is missing, or where coarser bars
        are asked for than can be made of these.
        """
        return self.conditions(bars, others) if self.is_condition else self.numbers(bars, others)

    def conditions(self, bars: Bars, others: Mapping[str, Bars] | None = None) -> Conditions:
        """Whether the condition is defined and true on each bar. Raises ValueError when it is a number."""
        if not self.is_condition:
            raise ValueError(f"'{self.text}' is a number on each bar, not a condition")
        return over_bars(bars, others).condition(self.node)

    def numbers(self, bars: Bars, others: Mapping[str, Bars] | None = None) -> Floats:
        """The number on each bar, NaN where undefined. Raises ValueError when it is a condition."""
        if self.is_condition:
            raise ValueError(f"'{self.text}' is a condition on each bar, not a number")
        return over_bars(bars, others).numbers(self.node)


@lru_cache(maxsize=512)
def parse(text: str, symbols: tuple[str, ...] = ()) -> Expression:
    """The expression written as `text`. Raises RuleError naming the place.

    symbols: words of other symbols (see other_symbols.symbol_word) whose columns it may read, as in `spy.close`.
    """
    node = read_expression(text, replace(PRICES, symbols=frozenset(symbols)))
    lookback, settled = _bars_needed(node)
    return Expression(
        text=unparse(node),
        node=node,
        is_condition=kind_of(node, PRICES) is Kind.CONDITION,
        lookback=lookback,
        settling=settled - lookback,
        names=_columns(node),
        symbols=frozenset(
            part.name.partition(".")[0] for part in nodes_of(node) if isinstance(part, Name) and "." in part.name
        ),
    )


def parse_condition(text: str, symbols: tuple[str, ...] = ()) -> Expression:
    """As `parse`, for what has to be true or false. Raises RuleError when it is a number."""
    expression = parse(text, symbols)
    if not expression.is_condition:
        raise RuleError(f'"{expression.text}" is a number; compare it with something to make a rule of it')
    return expression


def evaluate_node(node: Node, bars: Bars, others: Mapping[str, Bars] | None = None) -> Floats | Conditions:
    """One value per bar of a part of an expression; see Expression.evaluate."""
    evaluation = over_bars(bars, others)
    return evaluation.condition(node) if kind_of(node, PRICES) is Kind.CONDITION else evaluation.numbers(node)


def _bars_needed(node: Node) -> tuple[int, int]:
    """Bars before a first value, and before a settled one; the present one included."""
    match node:
        case Name(name) if name in NAMES:
            return _with(NAMES[name], (1, 1), ())
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
            constants = tuple(
                argument.value if parameter.kind is Kind.MULTIPLE else int(argument.value)
                for parameter, argument in zip(parameters, arguments, strict=True)
                if parameter.kind in (Kind.LENGTH, Kind.MULTIPLE) and isinstance(argument, Number)
            )
            return _with(function, _longest(arguments), constants)


def _with(function: Function, needs: tuple[int, int], constants: tuple[float, ...]) -> tuple[int, int]:
    """The bars needed by a function whose arguments need so many."""
    lookback, settled = needs
    if function.span is not None:
        bars = function.span(*constants).bars
        return lookback * bars, settled * bars
    warmup = function.warmup(*constants)
    return lookback + warmup, settled + warmup + function.settling(*constants)


def _longest(nodes: tuple[Node, ...]) -> tuple[int, int]:
    needs = [_bars_needed(node) for node in nodes]
    return max(lookback for lookback, _ in needs), max(settled for _, settled in needs)


def _columns(node: Node) -> frozenset[str]:
    used: set[str] = set()
    for part in nodes_of(node):
        match part:
            case Name(name) if name in NAMES:
                used.update(NAMES[name].columns)
            case Name(name) if "." not in name:
                used.add(name)
            case Call(name, _):
                used.update(FUNCTIONS[name].columns)
    return frozenset(used.intersection(PRICE_COLUMNS))
