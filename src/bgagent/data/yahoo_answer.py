"""What comes back from Yahoo when it has rows."""

from dataclasses import dataclass

from bgagent.bars import Floats, Times


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Columns of one request, (n,) each. zone: of the exchange."""

    times: Times
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    dividends: Floats
    splits: Floats
    adj_close: Floats
    currency: str | None
    zone: str
