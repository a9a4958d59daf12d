"""Conditions that can never hold: RSI under 30 and over 70, an average above and below another."""

from bgagent.engine.expression import Call, Compare, Logic, Name, Node, Number, unparse

_RANGES = {"rsi": (0.0, 100.0), "mfi": (0.0, 100.0), "adx": (0.0, 100.0), "stochastic_k": (0.0, 100.0),
           "stochastic_d": (0.0, 100.0), "williams_r": (-100.0, 0.0)}  # fmt: skip
_ALWAYS = (  # of one bar
    ("low", "<=", "open"), ("low", "<=", "close"), ("low", "<=", "high"),
    ("high", ">=", "open"), ("high", ">=", "close"),
)  # fmt: skip
_CROSSES = {"crosses_above": ">", "crosses_below": "<"}
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def impossible(node: Node) -> bool:
    """True when no bar can make the condition true, as far as its comparisons with constants and each other show."""
    if isinstance(node, Logic) and node.operator == "or":
        return all(impossible(part) for part in node.parts)
    parts = node.parts if isinstance(node, Logic) else (node,)
    if any(impossible(part) for part in parts if isinstance(part, Logic)):
        return True
    bounds: dict[str, tuple[float, bool, float, bool]] = {}
    orders: dict[tuple[str, str], set[str]] = {}
    for first, operator, second in _ALWAYS:
        _order(orders, Name(first), Name(second), operator)
    for part in parts:
        match part:
            case Compare(operator, left, Number(level)) if operator in _FLIPPED:
                if not _narrow(bounds, left, operator, level):
                    return True
            case Call("crosses_above" | "crosses_below" as cross, (left, Number(level))):
                if not _narrow(bounds, left, _CROSSES[cross], level):
                    return True
            case Compare(operator, left, right) if operator in _FLIPPED:
                _order(orders, left, right, operator)
            case Call("crosses_above" | "crosses_below" as cross, (left, right)):
                _order(orders, left, right, _CROSSES[cross])
    return any(_clash(operators) for operators in orders.values()) or _crosses_both_ways(parts)


def _crosses_both_ways(parts: tuple[Node, ...]) -> bool:
    """True when one value has to cross levels upwards and downwards on the same bar."""
    crossing = [part for part in parts if isinstance(part, Call) and isinstance(part.arguments[-1], Number)]
    ways = {(part.function, part.arguments[0]) for part in crossing if part.function in _CROSSES}
    return any(("crosses_above", left) in ways and ("crosses_below", left) in ways for _, left in ways)


def _narrow(bounds: dict[str, tuple[float, bool, float, bool]], left: Node, operator: str, level: float) -> bool:
    """Narrows what is known of a value; False when nothing is left. A bound is (low, open, high, open)."""
    name = unparse(left)
    floor, ceiling = (
        _RANGES.get(left.function, (float("-inf"), float("inf")))
        if isinstance(left, Call)
        else (float("-inf"), float("inf"))
    )
    low, low_open, high, high_open = bounds.get(name, (floor, False, ceiling, False))
    if operator.startswith("<"):
        if level < high or (level == high and operator == "<"):
            high, high_open = level, operator == "<"
    elif level > low or (level == low and operator == ">"):
        low, low_open = level, operator == ">"
    bounds[name] = (low, low_open, high, high_open)
    return low < high or (low == high and not low_open and not high_open)


def _order(orders: dict[tuple[str, str], set[str]], left: Node, right: Node, operator: str) -> None:
    first, second = unparse(left), unparse(right)
    if first > second:
        first, second, operator = second, first, _FLIPPED[operator]
    orders.setdefault((first, second), set()).add(operator)


def _clash(operators: set[str]) -> bool:
    return bool(operators & {">"} and operators & {"<", "<="}) or bool(operators & {"<"} and operators & {">", ">="})
