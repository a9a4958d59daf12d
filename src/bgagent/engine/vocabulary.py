"""Every word of the two expression languages as it is written, for those who have to be told."""

from bgagent.bars import PRICE_COLUMNS
from bgagent.engine.calendar_rules import CALENDAR
from bgagent.engine.functions import FUNCTIONS
from bgagent.engine.grammar import Signature


def price_words() -> tuple[str, ...]:
    """Names and calls of expressions on prices: `close`, `sma(x, n)`."""
    return (*PRICE_COLUMNS, *(_call(name, function.signature) for name, function in FUNCTIONS.items()))


def calendar_words() -> tuple[str, ...]:
    """Names and calls of expressions on the calendar: `first_of_month`, `dated(month, day)`."""
    return (*CALENDAR.names, *(_call(name, signature) for name, signature in CALENDAR.signatures.items()))


def _call(name: str, signature: Signature) -> str:
    return f"{name}({', '.join(parameter.name for parameter in signature.parameters)})"
