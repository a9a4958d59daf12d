"""The mirror of an entry: the event or level on the other side, which closes what the entry opened."""

from bgagent.engine.expression import Binary, Call, Compare, Logic, Name, Node, Number

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SIDES = {
    "bollinger_upper": "bollinger_lower", "bollinger_lower": "bollinger_upper", "highest": "lowest",
    "lowest": "highest", "high": "low", "low": "high", "keltner_upper": "keltner_lower",
    "keltner_lower": "keltner_upper", "max": "min", "min": "max",
}  # fmt: skip
MIDDLES = {"rsi": 50.0, "mfi": 50.0, "stochastic_k": 50.0, "stochastic_d": 50.0, "williams_r": -50.0, "cci": 0.0,
            "macd": 0.0, "macd_histogram": 0.0, "change": 0.0, "zscore": 0.0, "roc": 0.0, "cmo": 0.0,
            "supertrend_direction": 0.0}  # fmt: skip
_CROSSES = {"crosses_above": "crosses_below", "crosses_below": "crosses_above"}


def mirror(node: Node, filters: int = 0) -> Node | None:
    """The mirror of a condition, or None where it has none or more than one could be meant.

    filters: how many parts at the end of an `and` only filter. Of several parts the one that crosses is the trigger.
    """
    if not isinstance(node, Logic):
        return _mirror_of_one(node)
    if node.operator == "or":
        return None
    parts = node.parts[: len(node.parts) - filters] if filters else node.parts
    crossing = [part for part in parts if isinstance(part, Call) and part.function in _CROSSES]
    trigger = crossing if crossing else list(parts)
    return _mirror_of_one(trigger[0]) if len(trigger) == 1 else None


def _mirror_of_one(node: Node) -> Node | None:
    match node:
        case Call("crosses_above" | "crosses_below" as cross, (left, right)):
            level = _mirrored_right(left, right)
            return None if level is None else Call(_CROSSES[cross], (_other_side(left), level))
        case Compare(operator, left, right) if operator in _FLIPPED:
            level = _mirrored_right(left, right, operator)
            return None if level is None else Compare(_FLIPPED[operator], _other_side(left), level)
        case _:
            return None


def _mirrored_right(left: Node, right: Node, operator: str = "") -> Node | None:
    if left == Name("volume"):
        return None
    if isinstance(right, Number):
        if isinstance(left, Name):  # a price against a sum of money
            return right
        if not isinstance(left, Call) or left.function not in MIDDLES:
            return None
        middle = MIDDLES[left.function]
        if (operator.startswith("<") and right.value > middle) or (operator.startswith(">") and right.value < middle):
            return None  # both sides would hold at once
        if left.function in ("change", "roc") and right.value != 0:  # a move, not a level
            return None
        return Number(2 * MIDDLES[left.function] - right.value)
    return _other_side(right)


def _other_side(node: Node) -> Node:
    """The same with upper for lower, highest for lowest, and a distance on the other side."""
    match node:
        case Name(name):
            return Name(_SIDES.get(name, name))
        case Call(function, arguments):
            return Call(_SIDES.get(function, function), tuple(_other_side(argument) for argument in arguments))
        case Binary("+" | "-" as sign, left, right):
            return Binary("-" if sign == "+" else "+", _other_side(left), right)
        case Binary("*", Number(factor), right) if 0 < factor < 2:
            return Binary("*", Number(round(2 - factor, 12)), _other_side(right))
        case _:
            return node
