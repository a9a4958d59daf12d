"""Expressions on prices computed over all bars at once, each part of them only once."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from bgagent.bars import PRICE_COLUMNS, Bars, Floats
from bgagent.engine import passes
from bgagent.engine.coarser import aggregate, coarsen
from bgagent.engine.expression import Binary, Call, Compare, Logic, Name, Node, Number, Unary, unparse, without_not
from bgagent.engine.function import Function
from bgagent.engine.functions import FUNCTIONS, NAMES
from bgagent.engine.grammar import Kind, RuleError
from bgagent.engine.one_symbol import laid, of_itself, symbol_read_by
from bgagent.engine.other_symbols import Columns, aligned, symbol_word
from bgagent.engine.span import Span

Conditions = NDArray[np.bool_]

_COMPARE = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
}
_CROSSES = {"crosses_above": 0, "crosses_below": 1}
NONE_BESIDE: Mapping[str, Bars] = MappingProxyType({})
_CALCULATE = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}


def over_bars(bars: Bars, others: Mapping[str, Bars] | None) -> "Evaluation":
    """An evaluation over the bars of one symbol, with those of others beside. Raises ValueError as `aligned` does."""
    columns = aligned(bars, others or {})
    return Evaluation(bars, columns, {symbol_word(symbol): other for symbol, other in (others or {}).items()})


class Evaluation:
    """One evaluation over one symbol's bars. Keeps what was computed, for parts that appear twice.

    others: columns of other symbols on those bars; beside: the bars they come from, both by the symbol's word.
    """

    def __init__(self, bars: Bars, others: Mapping[str, Columns], beside: Mapping[str, Bars] = NONE_BESIDE) -> None:
        self.bars = bars
        self.others = others
        self._beside = beside
        self._alone: dict[str, Evaluation] = {}
        self._known: dict[Node, Floats] = {}
        self._crossed: dict[tuple[Node, ...], NDArray[np.bool_]] = {}
        self._coarser: dict[Span, tuple[Evaluation, NDArray[np.int64]]] = {}

    def condition(self, node: Node) -> Conditions:
        """Where the condition is defined and true."""
        return self._holds(without_not(node))

    def truth(self, node: Node) -> Floats:
        """1 where the condition is true, 0 where it is false, NaN where it is undefined."""
        is_false = self._holds(without_not(Unary("not", node)))
        return np.where(self.condition(node), 1.0, np.where(is_false, 0.0, np.nan))

    def number(self, node: Node) -> Floats | float:
        """A number per bar, NaN where undefined, or a constant."""
        match node:
            case Number(value):
                return value
            case Name(name) if name in PRICE_COLUMNS:
                column: Floats = getattr(self.bars, name)
                return column
            case Unary(_, operand):
                return -self.number(operand)
        if node not in self._known:
            self._known[node] = self._computed(node)
        return self._known[node]

    def numbers(self, node: Node) -> Floats:
        """A number per bar, constants spread out."""
        return np.array(np.broadcast_to(self.number(node), len(self.bars)))

    def _holds(self, node: Node) -> Conditions:
        """Where a condition without `not` is true; NaN compares as false."""
        match node:
            case Compare(operator, left, right):
                result = _COMPARE[operator](self.number(left), self.number(right))
            case Logic(operator, parts):
                join = np.logical_and if operator == "and" else np.logical_or
                result = self._holds(parts[0])
                for part in parts[1:]:
                    result = join(result, self._holds(part))
            case Call(function, arguments):
                if function in _CROSSES and passes.COMPILED:
                    return self._crosses(function, arguments)
                result = FUNCTIONS[function].compute(*(self.number(argument) for argument in arguments))
            case _:
                raise AssertionError(f"not a condition on prices: {node}")
        return np.broadcast_to(result, len(self.bars))

    def _crosses(self, function: str, arguments: tuple[Node, ...]) -> Conditions:
        """Where two lines cross; both directions come from one pass."""
        crossed = self._crossed.get(arguments)
        if crossed is None:
            crossed = np.empty((2, len(self.bars)), dtype=np.bool_)
            above, below = crossed.view(np.uint8)
            if not self._averages_cross(arguments, above, below):
                one, other = (self._line(part) for part in arguments)
                passes.crosses(one, other, above, below)
            self._crossed[arguments] = crossed
        holds: Conditions = crossed[_CROSSES[function]]
        return holds

    def _line(self, node: Node) -> Floats:
        return np.ascontiguousarray(np.broadcast_to(self.number(node), len(self.bars)))

    def _averages_cross(self, arguments: tuple[Node, ...], above: NDArray[np.uint8], below: NDArray[np.uint8]) -> bool:
        """The same for two simple averages of one column, without writing them down; False where it cannot be."""
        match arguments:
            case (Call("sma", (Name(one), Number(length))), Call("sma", (Name(other), Number(length_2)))):
                if one == other and one in PRICE_COLUMNS:
                    return passes.averages_cross(getattr(self.bars, one), int(length), int(length_2), above, below)
        return False

    def _computed(self, node: Node) -> Floats:
        match node:
            case Binary(operator, left, right):
                with np.errstate(all="ignore"):
                    result = _CALCULATE[operator](self.number(left), self.number(right))
                # a division by zero, or an overflow, is no number to compare with
                return result if np.isfinite(result).all() else np.where(np.isfinite(result), result, np.nan)
            case Name(name) if "." in name:
                return self._of_other(name)
            case Name(name):
                return NAMES[name].compute(*self._columns(NAMES[name]))
            case Call(name, arguments):
                word = self._symbol_alone(node)
                if word is not None:
                    return laid(self._alone_on(word).numbers(of_itself(node)), self._beside[word], self.bars)
                function = FUNCTIONS[name]
                if function.span is not None:
                    lengths = [int(part.value) for part in arguments[:-1] if isinstance(part, Number)]
                    return self._on_coarser_bars(function, function.span(*lengths), arguments[-1])
                return function.compute(*self._columns(function), *self._arguments(function, arguments))
        raise AssertionError(f"not a number on prices: {node}")

    def _symbol_alone(self, call: Call) -> str | None:
        """The symbol over whose own bars a number is reckoned; None where the bars here are as good or needed."""
        word = symbol_read_by(call) if self._beside else None
        if word is None or word not in self._beside:
            return None
        return None if np.array_equal(self._beside[word].times, self.bars.times) else word

    def _alone_on(self, word: str) -> "Evaluation":
        if word not in self._alone:
            self._alone[word] = Evaluation(self._beside[word], {})
        return self._alone[word]

    def _columns(self, function: Function) -> list[Floats]:
        return [getattr(self.bars, column) for column in function.columns]

    def _arguments(self, function: Function, arguments: tuple[Node, ...]) -> list[Floats | float]:
        values: list[Floats | float] = []
        for parameter, argument in zip(function.signature.parameters, arguments, strict=True):
            match parameter.kind, argument:
                case Kind.LENGTH, Number(value):
                    values.append(int(value))
                case Kind.CONDITION, _:
                    values.append(self.truth(argument))
                case _:
                    values.append(self.number(argument))
        return values

    def _of_other(self, name: str) -> Floats:
        word, _, column = name.partition(".")
        if word not in self.others:
            raise RuleError(f"'{name}' needs the bars of {word}, which were not given")
        return self.others[word][column]

    def _on_coarser_bars(self, function: Function, span: Span, inner: Node) -> Floats:
        if span not in self._coarser:
            try:
                coarser = coarsen(self.bars, span)
            except ValueError as error:
                raise RuleError(f"'{unparse(inner)}': {error}") from error
            others = {
                word: {name: aggregate(name, column, coarser.first, coarser.last) for name, column in columns.items()}
                for word, columns in self.others.items()
            }
            self._coarser[span] = (Evaluation(coarser.bars, others), coarser.closed)
        evaluation, closed = self._coarser[span]
        return function.compute(evaluation.numbers(inner), closed)
