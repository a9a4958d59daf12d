"""The expressions a strategy declares, on their way to the host: one a line, marked with what it is about."""

from collections.abc import Sequence

from bgagent.sandbox.limits import Limits

_PRICES, _CALENDAR = "p", "c"


def pack_declarations(prices: Sequence[str], calendars: Sequence[str]) -> bytes:
    """The body of a DECLARED frame. Raises ValueError for an expression of several lines."""
    lines = [*(_PRICES + text for text in prices), *(_CALENDAR + text for text in calendars)]
    if any("\n" in line for line in lines):
        raise ValueError("an indicator is written in one line")
    return "\n".join(lines).encode()


def unpack_declarations(body: bytes, limits: Limits, *, symbols: int = 1) -> tuple[list[str], list[str]]:
    """Expressions on prices and on the calendar. Raises ValueError when they are more or longer than allowed.

    symbols: how many there are to declare expressions on.
    """
    lines = body.decode().split("\n") if body else []
    if len(lines) > limits.expressions * symbols:
        raise ValueError(f"{len(lines)} indicators are declared, {limits.expressions * symbols} are allowed")
    if any(len(line) > limits.expression_length for line in lines):
        raise ValueError(f"an indicator has more than the {limits.expression_length} characters allowed")
    if any(line[:1] not in (_PRICES, _CALENDAR) for line in lines):
        raise ValueError("an indicator is neither on prices nor on the calendar")
    return [line[1:] for line in lines if line[0] == _PRICES], [line[1:] for line in lines if line[0] == _CALENDAR]
