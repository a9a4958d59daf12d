"""Parts of an expression that read one other symbol alone: what they look back over are that symbol's own bars.

The 200-day average of a stock is one of 200 of its sessions, also where it is read beside a market that trades on
weekends, too.
"""

import numpy as np

from bgagent.bars import Bars, Floats
from bgagent.engine.expression import Binary, Call, Name, Node, Number, Unary, nodes_of
from bgagent.engine.functions import FUNCTIONS
from bgagent.engine.grammar import Kind

# of two lines and of the bar before: events of the bars that are traded
_OF_THE_READER = ("crosses_above", "crosses_below", "previous")


def symbol_read_by(call: Call) -> str | None:
    """The word of the only symbol that a number is made of; None where it reads others, a condition, or itself."""
    words = set()
    if call.function in _OF_THE_READER:
        return None
    for part in nodes_of(call):
        match part:
            case Name(name):
                words.add(name.partition(".")[0] if "." in name else "")
            case Call(function, _):
                described = FUNCTIONS[function]
                if described.columns or any(each.kind is Kind.CONDITION for each in described.signature.parameters):
                    return None
                if described.signature.result is Kind.CONDITION:
                    return None
            case Number() | Binary() | Unary("-", _):
                pass
            case _:
                return None
    return words.pop() or None if len(words) == 1 else None


def of_itself(node: Node) -> Node:
    """The same number said on the symbol's own bars: `sma(spy.close, 5)` as `sma(close, 5)`."""
    match node:
        case Name(name):
            return Name(name.partition(".")[2])
        case Call(function, arguments):
            return Call(function, tuple(of_itself(part) for part in arguments))
        case Unary(operator, operand):
            return Unary(operator, of_itself(operand))
        case Binary(operator, left, right):
            return Binary(operator, of_itself(left), of_itself(right))
    return node


def laid(values: Floats, own: Bars, bars: Bars) -> Floats:
    """Numbers over a symbol's own bars on those of another, each standing until the next; NaN before the first."""
    if not len(own):
        return np.full(len(bars), np.nan)
    last = np.searchsorted(own.times, bars.times, side="right") - 1
    return np.where(last >= 0, values[np.maximum(last, 0)], np.nan)
