"""What happened in a run: fills, and the trades that they make."""

from dataclasses import dataclass
from enum import StrEnum


class ExitReason(StrEnum):
    """Why a trade ended, or that it has not."""

    RULE = "rule"
    STOP_LOSS = "stop_loss"
    TAKE_PROFIT = "take_profit"
    TRAILING_STOP = "trailing_stop"
    TIME = "time"
    SCHEDULE = "schedule"
    REBALANCE = "rebalance"
    RUIN = "ruin"
    END_OPEN = "end_open"


@dataclass(frozen=True, slots=True)
class Fill:
    """One purchase or sale that happened.

    bar: index in the result's bars. quantity: signed, + bought, - sold. price: paid or received, slippage included.
    raw_price: the same before slippage, always inside the bar's range. kind: `entry`, or the reason of an exit.
    lot: number of the lot it opened or closed, counted from 0 in order of entry.
    """

    bar: int
    symbol: str
    quantity: float
    price: float
    raw_price: float
    commission: float
    kind: str
    lot: int


@dataclass(frozen=True, slots=True)
class Trade:
    """One lot from its entry to its exit, or to the last close if it is still open.

    quantity is unsigned. profit is net of all costs; an open trade's is marked at the last close. return_fraction is
    profit over entry value. costs: commission and slippage of its fills. bars_held: closes at which it was held.
    stop_loss, take_profit, trailing_stop: levels as they stood at the entry's fill; None where it had none.
    """

    symbol: str
    direction: str
    quantity: float
    entry_bar: int
    entry_price: float
    exit_bar: int | None
    exit_price: float | None
    exit_reason: ExitReason
    profit: float
    return_fraction: float
    costs: float
    bars_held: int
    lot: int
    stop_loss: float | None = None
    take_profit: float | None = None
    trailing_stop: float | None = None

    @property
    def is_open(self) -> bool:
        """True when it was never closed."""
        return self.exit_bar is None
