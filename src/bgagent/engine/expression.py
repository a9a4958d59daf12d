"""The tree of a parsed expression: a small closed set of nodes, and how a tree is written as text.

A tree is either a number per bar (Number, Name, Call, Unary "-", Binary) or a condition per bar (Name, Call,
Unary "not", Compare, Logic). Conditions may be undefined where a number they rest on is: undefined in a comparison
makes it undefined, `and` and `or` are decided by their other parts where those suffice, and `not` leaves undefined as
it is. `without_not` turns that into plain two-valued logic.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A column of the bars, or a word of the calendar."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the language with every argument in place, also those the text may leave out."""

    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """`-` of a number or `not` of a condition."""

    operator: str
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """`+`, `-`, `*` or `/` of two numbers."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Compare:
    """`<`, `<=`, `>`, `>=`, `==` or `!=` of two numbers; a chain is a Logic of its comparisons."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Logic:
    """`and` or `or` of two or more conditions, none of which is a Logic of the same operator."""

    operator: str
    parts: tuple["Node", ...]


Node = Number | Name | Call | Unary | Binary | Compare | Logic

_OPPOSITES = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_CROSSES = {"crosses_above": (">", "<="), "crosses_below": ("<", ">=")}
_POINTWISE = frozenset({"abs", "min", "max"})  # of constants they are constants
_STRENGTHS = {"or": 1, "and": 2, "not": 3, "compare": 4, "+": 5, "-": 5, "*": 6, "/": 6, "negative": 7, "atom": 8}


def combine(operator: str, parts: Iterator[Node] | tuple[Node, ...]) -> Node:
    """The parts joined by `and` or `or`, those of the same operator unfolded; a single part stays itself."""
    unfolded: list[Node] = []
    for part in parts:
        unfolded.extend(part.parts if isinstance(part, Logic) and part.operator == operator else (part,))
    return unfolded[0] if len(unfolded) == 1 else Logic(operator, tuple(unfolded))


def without_not(node: Node) -> Node:
    """The same condition without `not` and `!=`: true on exactly the same bars.

    In what comes out, reading every undefined comparison as false gives false where the condition is undefined, so
    that plain two-valued logic (Python's own, on NaN) is right. Numbers are left alone.
    """
    match node:
        case Unary("not", operand):
            return _opposite(operand)
        case Logic(operator, parts):
            return combine(operator, tuple(without_not(part) for part in parts))
        case Compare("!=", left, right):
            return Logic("or", (Compare("<", left, right), Compare(">", left, right)))
        case _:
            return node


def _opposite(node: Node) -> Node:
    """`not node`, without any `not`, except before a word of the calendar or a function that is always defined."""
    match node:
        case Unary("not", operand):
            return without_not(operand)
        case Logic(operator, parts):
            return combine("or" if operator == "and" else "and", tuple(_opposite(part) for part in parts))
        case Compare(operator, left, right):
            return without_not(Compare(_OPPOSITES[operator], left, right))
        case Call(function, (left, right)) if function in _CROSSES:
            now, before = _CROSSES[function]
            earlier = (side if is_constant(side) else Call("previous", (side, Number(1.0))) for side in (left, right))
            return Logic("or", (Compare(_OPPOSITES[now], left, right), Compare(_OPPOSITES[before], *earlier)))
        case _:
            return Unary("not", node)


def nodes_of(node: Node) -> Iterator[Node]:
    """The node and everything below it, from the top, left to right."""
    yield node
    match node:
        case Call(_, inner) | Logic(_, inner):
            children = inner
        case Unary(_, operand):
            children = (operand,)
        case Binary(_, left, right) | Compare(_, left, right):
            children = (left, right)
        case _:
            children = ()
    for child in children:
        yield from nodes_of(child)


def series_of(node: Node) -> tuple[Node, ...]:
    """The largest parts that are a number per bar and not a constant, each once, in order of appearance.

    These are what a bar-by-bar rendering declares as indicators; what is left above them is comparisons, crosses and
    logic. `crosses_above(sma(close, 50), sma(close, 200)) and rsi(14) < 60` has three.
    """
    return tuple(dict.fromkeys(_series(node)))


def _series(node: Node) -> Iterator[Node]:
    match node:
        case Logic(_, parts):
            for part in parts:
                yield from _series(part)
        case Unary("not", operand):
            yield from _series(operand)
        case Compare(_, left, right) | Call("crosses_above" | "crosses_below", (left, right)):
            for side in (left, right):
                if not is_constant(side):
                    yield side
        case _ if not is_constant(node):
            yield node


def is_constant(node: Node) -> bool:
    """True when the number is the same on every bar."""
    return not any(isinstance(part, Name) or _reads_bars(part) for part in nodes_of(node))


def _reads_bars(node: Node) -> bool:
    return isinstance(node, Call) and node.function not in _POINTWISE


def unparse(node: Node) -> str:
    """The expression as text, in its normal form; parsing that text gives the same tree."""
    match node:
        case Number(value):
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case Name(name):
            return name
        case Call(function, arguments):
            return f"{function}({', '.join(unparse(argument) for argument in _shortened(function, arguments))})"
        case Unary("not", operand):
            return f"not {_bracketed(operand, _STRENGTHS['not'])}"
        case Unary(_, operand):
            return f"-{_bracketed(operand, _STRENGTHS['negative'])}"
        case Binary(operator, left, right):
            strength = _STRENGTHS[operator]
            return f"{_bracketed(left, strength)} {operator} {_bracketed(right, strength + 1)}"
        case Compare(operator, left, right):
            strength = _STRENGTHS["compare"] + 1
            return f"{_bracketed(left, strength)} {operator} {_bracketed(right, strength)}"
        case Logic(operator, parts):
            return f" {operator} ".join(_bracketed(part, _STRENGTHS[operator] + 1) for part in parts)


def _shortened(function: str, arguments: tuple[Node, ...]) -> tuple[Node, ...]:
    """The arguments that are written down: `rsi(14)` for the close, `previous(close)` for one bar."""
    if function == "rsi" and arguments[0] == Name("close"):
        return arguments[1:]
    if function == "previous" and arguments[1] == Number(1.0):
        return arguments[:1]
    return arguments


def _bracketed(node: Node, strength: int) -> str:
    text = unparse(node)
    return f"({text})" if _strength(node) < strength else text


def _strength(node: Node) -> int:
    match node:
        case Logic(operator, _) | Binary(operator, _, _):
            return _STRENGTHS[operator]
        case Compare():
            return _STRENGTHS["compare"]
        case Unary("not", _):
            return _STRENGTHS["not"]
        case Unary():
            return _STRENGTHS["negative"]
        case _:
            return _STRENGTHS["atom"]
