"""Every word of the two expression languages as it is written, for those who have to be told."""

from bgagent.bars import PRICE_COLUMNS
from bgagent.engine.calendar_rules import CALENDAR
from bgagent.engine.functions import FUNCTIONS, NAMES
from bgagent.engine.grammar import Signature

_COMMON = frozenset(
    "open high low close volume sma ema rsi macd macd_signal macd_histogram bollinger_upper bollinger_middle "
    "bollinger_lower atr adx cci williams_r stochastic_k stochastic_d highest lowest previous change deviation zscore "
    "crosses_above crosses_below abs min max vwap gap engulfing count bars_since where weekly".split()
)


def price_words() -> tuple[str, ...]:
    """Names and calls of expressions on prices: `close`, `sma(x, n)`."""
    return (*PRICE_COLUMNS, *NAMES, *(_call(name, function.signature) for name, function in FUNCTIONS.items()))


def common_words() -> tuple[str, ...]:
    """The words on prices that most strategies need, for those with little room."""
    return tuple(word for word in price_words() if word.partition("(")[0] in _COMMON)


def calendar_words() -> tuple[str, ...]:
    """Names and calls of expressions on the calendar: `first_of_month`, `dated(month, day)`."""
    return (*CALENDAR.names, *(_call(name, signature) for name, signature in CALENDAR.signatures.items()))


def _call(name: str, signature: Signature) -> str:
    return f"{name}({', '.join(parameter.name for parameter in signature.parameters)})"
