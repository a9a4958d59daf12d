"""What comes back from Yahoo: rows, or one of the troubles that call for different answers."""

from dataclasses import dataclass
from enum import StrEnum

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


class Trouble(StrEnum):
    """Why there are no rows."""

    UNKNOWN_SYMBOL = "unknown symbol"
    NO_BARS = "no bars"
    RATE_LIMITED = "rate limited"
    OFFLINE = "offline"  # no connection at all
    NO_ANSWER = "no answer"  # too slow, cut short, an error of the server's own
    FORMAT_CHANGED = "format changed"


class YahooTrouble(Exception):
    """Yahoo gave no rows. detail: its own words or those of the connection, one line."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"{trouble}: {detail}" if detail else str(trouble))
        self.trouble = trouble
        self.detail = " ".join(detail.split())[:200]
