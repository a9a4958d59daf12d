"""Text to tree: a whitelisted subset of Python's own expression syntax, with errors that name the place.

The words allowed come from a `Vocabulary`; what they mean is the business of those who own one.
"""

import ast
import difflib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from bgagent.bars import PRICE_COLUMNS
from bgagent.engine.expression import Binary, Call, Compare, Logic, Name, Node, Number, Unary, combine, is_constant

MAX_BYTES = 2000
_MAX_DEPTH = 40
_MOST_NAMED = 12  # words in a message

_TOKEN = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?P<glued>[A-Za-z_.]\w*)?"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<sign><=|>=|==|!=|[-+*/<>(),])|(?P<space>\s+)|(?P<other>.)",
    re.DOTALL | re.ASCII,
)
_DOTTED = re.compile(r"\w\.[A-Za-z]", re.ASCII)
_ADVICE = {
    "=": "write == to compare",
    "&": "write 'and'",
    "|": "write 'or'",
    "!": "write 'not'",
    "~": "write 'not'",
    "%": "write 5 % as 0.05",
    "^": "powers are not part of the language",
    "[": "write previous(close, 1) for the value one bar earlier",
    ".": "give every number a digit before or after its point",
}
_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


class RuleError(ValueError):
    """An expression that cannot be used: where, why, and what is known instead, in one line."""


class Kind(Enum):
    """What a word stands for, or an argument has to be."""

    CONDITION = auto()  # true or false on each bar
    NUMBER = auto()  # a number on each bar, constants included
    SERIES = auto()  # a number on each bar that is not a constant
    LENGTH = auto()  # a whole number written out
    MULTIPLE = auto()  # a number above 0 written out


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a function. minimum, maximum: for a LENGTH."""

    name: str
    kind: Kind
    minimum: int = 1
    maximum: int = 100_000


@dataclass(frozen=True, slots=True)
class Signature:
    """How a function is called and what it gives.

    first, last: what an omitted first or last argument stands for. complain: says what is wrong with the arguments
    together, or None.
    """

    parameters: tuple[Parameter, ...]
    result: Kind = Kind.NUMBER
    first: Node | None = None
    last: Node | None = None
    complain: Callable[[tuple[Node, ...]], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words an expression may use.

    names: what each word is, CONDITION or NUMBER. symbols: words that may stand before a dot and a column's name.
    """

    names: Mapping[str, Kind]
    signatures: Mapping[str, Signature]
    symbols: frozenset[str] = frozenset()


def read_expression(text: str, vocabulary: Vocabulary) -> Node:
    """The tree of `text`. Raises RuleError when it is no expression of the vocabulary, or longer than 2000 bytes."""
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise RuleError(f"the expression is {len(text)} characters long; write at most {MAX_BYTES}")
    _check_tokens(text, may_have_dots=bool(vocabulary.symbols))
    indent = len(text) - len(text.lstrip())
    flat = re.sub(r"\s", " ", text[indent:])
    if not flat:
        raise RuleError("the expression is empty")
    try:
        body = ast.parse(flat, mode="eval").body
    except SyntaxError as error:
        where = indent + (error.offset - 1 if error.offset else len(flat))
        raise RuleError(f"cannot read {_quoted(text)} {_place(text, where)}: {_plain_reason(error)}") from error
    except (RecursionError, MemoryError) as error:
        raise RuleError(f"{_quoted(text)} is nested too deeply") from error
    return _Reader(text, indent, vocabulary).read(body, depth=0)


def kind_of(node: Node, vocabulary: Vocabulary) -> Kind:
    """CONDITION or NUMBER."""
    match node:
        case Name(name):
            return vocabulary.names.get(name, Kind.NUMBER)  # a column of another symbol is none of the words
        case Call(function, _):
            return vocabulary.signatures[function].result
        case Logic() | Compare() | Unary("not", _):
            return Kind.CONDITION
        case _:
            return Kind.NUMBER


def _check_tokens(text: str, *, may_have_dots: bool) -> None:
    """Keeps everything from Python's parser that the language has no use for: strings, lambdas, odd numbers."""
    for token in _TOKEN.finditer(text):
        if may_have_dots and token[0] == "." and re.match(_DOTTED, text[token.start() - 1 :]):
            continue
        if token["glued"]:
            raise RuleError(f"'{token[0]}' {_place(text, token.start())} is not a number, in {_quoted(text)}")
        if sign := token["other"]:
            advice = _ADVICE.get(sign, "only numbers, words and + - * / < <= > >= == != ( ) , are")
            place = _place(text, token.start())
            raise RuleError(f"'{sign}' {place} is not part of the language, in {_quoted(text)}: {advice}")


class _Reader:
    """Turns Python's tree into ours, refusing whatever is not on the list."""

    def __init__(self, text: str, indent: int, vocabulary: Vocabulary) -> None:
        self.text = text
        self.indent = indent
        self.vocabulary = vocabulary

    def read(self, source: ast.expr, *, depth: int) -> Node:
        if depth > _MAX_DEPTH:
            raise self.error(source, f"the expression is nested more than {_MAX_DEPTH} deep")
        below = depth + 1
        match source:
            case ast.Constant(value=bool()):
                raise self.error(source, "True and False are not part of the language")
            case ast.Constant(value=int() | float() as value):
                return self.number(source, value)
            case ast.Name(id=name):
                if name not in self.vocabulary.names:
                    raise self.error(source, self.unknown(name))
                return Name(name)
            case ast.Attribute(value=ast.Name(id=symbol), attr=column):
                if symbol.lower() not in self.vocabulary.symbols:
                    known = ", ".join(sorted(self.vocabulary.symbols))
                    raise self.error(source, f"unknown symbol '{symbol}'; known are {known}")
                if column not in PRICE_COLUMNS:
                    raise self.error(source, f"'{symbol}.{column}': write one of {', '.join(PRICE_COLUMNS)} after it")
                return Name(f"{symbol.lower()}.{column}")
            case ast.Call(func=ast.Name(id=function), args=arguments, keywords=keywords):
                return self.call(source, function, arguments, has_keywords=bool(keywords), depth=below)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self.operand(operand, Kind.NUMBER, "'-'", below)
                return Number(-inner.value) if isinstance(inner, Number) else Unary("-", inner)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Unary("not", self.operand(operand, Kind.CONDITION, "'not'", below))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                sign = _ARITHMETIC[type(op)]
                sides = [self.operand(side, Kind.NUMBER, f"'{sign}'", below) for side in (left, right)]
                return Binary(sign, *sides)
            case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _COMPARISONS for op in ops):
                signs = [_COMPARISONS[type(op)] for op in ops]
                sides = [
                    self.operand(side, Kind.NUMBER, f"'{sign}'", below)
                    for side, sign in zip([left, *others], [signs[0], *signs], strict=True)
                ]
                links = (Compare(sign, sides[i], sides[i + 1]) for i, sign in enumerate(signs))
                return combine("and", links)
            case ast.BoolOp(op=op, values=parts):
                word = "and" if isinstance(op, ast.And) else "or"
                return combine(word, tuple(self.operand(part, Kind.CONDITION, f"'{word}'", below) for part in parts))
            case _:
                raise self.error(source, f"'{ast.unparse(source)}' is not part of the language")

    def number(self, source: ast.expr, value: float) -> Number:
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self.error(source, "the number is too large")
        return Number(number)

    def operand(self, source: ast.expr, kind: Kind, user: str, depth: int) -> Node:
        node = self.read(source, depth=depth)
        if kind_of(node, self.vocabulary) is not kind:
            wanted, got = ("a condition", "a number") if kind is Kind.CONDITION else ("a number", "a condition")
            raise self.error(source, f"{user} needs {wanted}, '{ast.unparse(source)}' is {got}")
        return node

    def call(
        self, source: ast.expr, function: str, arguments: list[ast.expr], *, has_keywords: bool, depth: int
    ) -> Node:
        signature = self.vocabulary.signatures.get(function)
        if signature is None:
            raise self.error(source, self.unknown(function, called=True))
        usage = f"{function}({', '.join(parameter.name for parameter in signature.parameters)})"
        if has_keywords:
            raise self.error(source, f"give the arguments of {usage} in order, without names")
        missing = len(signature.parameters) - len(arguments)
        first = [signature.first] if missing == 1 and signature.first else []
        last = [signature.last] if missing == 1 and signature.last else []
        if missing and not first and not last:
            raise self.error(source, f"{usage} was given {len(arguments)} arguments")
        parameters = signature.parameters[len(first) :]
        given = [
            self.argument(argument, parameter, usage, depth)
            for argument, parameter in zip(arguments, parameters, strict=bool(not last))
        ]
        nodes = (*first, *given, *last)
        complaint = signature.complain(nodes) if signature.complain else None
        if complaint:
            raise self.error(source, f"{usage}: {complaint}")
        return Call(function, nodes)

    def argument(self, source: ast.expr, parameter: Parameter, usage: str, depth: int) -> Node:
        wanted_kind = Kind.CONDITION if parameter.kind is Kind.CONDITION else Kind.NUMBER
        node = self.operand(source, wanted_kind, usage, depth)
        written = ast.unparse(source)
        if parameter.kind is Kind.SERIES and is_constant(node):
            raise self.error(source, f"{usage}: {parameter.name} must be prices or an indicator, was {written}")
        if parameter.kind is Kind.LENGTH:
            low, high = parameter.minimum, parameter.maximum
            if not isinstance(node, Number) or not node.value.is_integer() or not low <= node.value <= high:
                wanted = f"a whole number from {low} to {high}"
                raise self.error(source, f"{usage}: {parameter.name} must be {wanted}, was {written}")
        if parameter.kind is Kind.MULTIPLE and not (isinstance(node, Number) and node.value > 0):
            raise self.error(source, f"{usage}: {parameter.name} must be a number above 0, was {written}")
        return node

    def unknown(self, word: str, *, called: bool = False) -> str:
        names, functions = self.vocabulary.names, self.vocabulary.signatures
        if called and word in names:
            return f"'{word}' is not a function; write it without brackets"
        if not called and word in functions:
            parameters = ", ".join(parameter.name for parameter in functions[word].parameters)
            return f"'{word}' is a function; write {word}({parameters})"
        nearest = difflib.get_close_matches(word.lower(), [*names, *functions], n=1, cutoff=0.6)
        kind = "function" if called else "name"
        first = list(functions if called else names)[:_MOST_NAMED]
        others = " and others (docs/rules.md)" if len(first) < len(functions if called else names) else ""
        known = f"did you mean '{nearest[0]}'?" if nearest else f"known are {', '.join(first)}{others}"
        return f"unknown {kind} '{word}'; {known}"

    def error(self, source: ast.expr, problem: str) -> RuleError:
        return RuleError(f"{problem} ({_place(self.text, self.indent + source.col_offset)} in {_quoted(self.text)})")


def _plain_reason(error: SyntaxError) -> str:
    reason = re.split(r"[.;] ", error.msg)[0]
    return "something is missing or one sign too many" if reason == "invalid syntax" else reason


def _place(text: str, position: int) -> str:
    return "at its end" if position >= len(text.rstrip()) else f"at character {position + 1}"


def _quoted(text: str) -> str:
    """The text for a message, cut to one line."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= 100 else f'"{line[:97]}..."'
