"""Rule expressions as readable Python, evaluated bar by bar.

Whatever is a number per bar becomes an attribute that `init` declares once; comparisons, crosses and logic become
plain Python on its last values. An undefined value (NaN) compares as false in Python, which is what the rule language
means once its negations are pushed down to the comparisons.
"""

import re
from dataclasses import dataclass, field

from bgagent.bars import PRICE_COLUMNS
from bgagent.engine.expression import Call, Compare, Logic, Name, Node, Number, Unary, is_constant, unparse, without_not
from bgagent.engine.rules import parse_condition

_CROSSES = {"crosses_above": "crossed_above", "crosses_below": "crossed_below"}


@dataclass(slots=True)
class Declarations:
    """What the rendered class declares and imports: attribute name -> expression, for prices and for the calendar.

    owner: whose prices are read, as Python. of_each: there is one of each declared thing for every market, kept by it.
    taken: names that stand for something already. words: of the other symbols that may be read.
    With several symbols a cross is an indicator of its own: its two last bars are those of one symbol, not of all; and
    so are high, low, open and volume, whose columns show the last close where a symbol has no bar.
    """

    indicators: dict[str, str] = field(default_factory=dict)
    calendars: dict[str, str] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)
    owner: str = "self"
    of_each: bool = False
    taken: set[str] = field(default_factory=set)
    words: tuple[str, ...] = ()

    @property
    def of_several(self) -> bool:
        """Whether the bars are those of several symbols."""
        return self.owner != "self"

    def place(self, name: str) -> str:
        """Where a declared thing stands, as Python."""
        return f"self.{name}[{self.owner}]" if self.of_each else f"self.{name}"

    def indicator(self, expression: str) -> str:
        """Attribute name under which the values of `expression` stand."""
        return self._declared(self.indicators, expression)

    def calendar(self, expression: str) -> str:
        """Attribute name under which stands whether a calendar expression is true of the next session."""
        return self._declared(self.calendars, expression)

    def _declared(self, names: dict[str, str], expression: str) -> str:
        for name, known in names.items():
            if known == expression:
                return name
        stem = re.sub(r"[^a-z0-9]+", "_", expression.lower()).strip("_")[:40].rstrip("_")
        stem = stem if re.match(r"[a-z].*_", stem) else f"value_{stem}"  # never the name of a price or of an order
        name, number = stem, 2
        while name in self.taken:
            name, number = f"{stem}_{number}", number + 1
        names[name] = expression
        self.taken.add(name)
        return name


def render_condition(expression: str, declarations: Declarations) -> str:
    """Python that is true on a bar where `expression` is defined and true; adds what it needs to `declarations`.

    Raises RuleError for text outside the rule language.
    """
    return _condition(without_not(parse_condition(expression, declarations.words).node), declarations)


def _condition(node: Node, declarations: Declarations) -> str:
    match node:
        case Logic(operator, parts):
            return f" {operator} ".join(_part(part, declarations) for part in parts)
        case Compare(operator, left, right):
            return f"{_last(left, declarations)} {operator} {_last(right, declarations)}"
        case Call(function, _) if function in _CROSSES and declarations.of_several:
            return f"{_last(node, declarations)} == 1"
        case Call(function, (left, right)) if function in _CROSSES:
            declarations.imports.add(_CROSSES[function])
            return f"{_CROSSES[function]}({_series(left, declarations)}, {_series(right, declarations)})"
    raise ValueError(f"'{unparse(node)}' cannot be said bar by bar")


def _part(node: Node, declarations: Declarations) -> str:
    text = _condition(node, declarations)
    return f"({text})" if isinstance(node, Logic) else text


def _last(node: Node, declarations: Declarations) -> str:
    series = _series(node, declarations)
    return f"{series}[-1]" if series.startswith(("self.", f"{declarations.owner}.")) else series


def _series(node: Node, declarations: Declarations) -> str:
    match node:
        case Number() | Unary("-", Number()):
            return unparse(node)
        case Name(name) if name == "close" or (name in PRICE_COLUMNS and not declarations.of_several):
            return f"{declarations.owner}.{name}"
    if is_constant(node):
        return f"({unparse(node)})"
    return declarations.place(declarations.indicator(unparse(node)))
