"""What a strategy of rules says, as data: when to enter and leave, how much, and how it is protected.

A plan is what the reader of a sentence produces, what is rendered to Python for people, and what the kernel runs.
Expressions are strings in the language of `engine.rules`.
"""

from dataclasses import dataclass
from enum import StrEnum


class SizeKind(StrEnum):
    """What the `value` of a `Sizing` means."""

    EQUITY = "equity"  # fraction of equity, marked at the open of the fill
    CASH = "cash"  # money, in the account's currency
    QUANTITY = "quantity"  # shares, coins, contracts
    RISK = "risk"  # fraction of equity lost if the stop loss is hit at its level; needs a stop loss
    VOLATILITY = "volatility"  # yearly volatility to aim at, as a fraction, from the last 20 closes


@dataclass(frozen=True, slots=True)
class Sizing:
    """How much an entry buys or sells short; cut to what cash pays unless leverage is allowed."""

    kind: SizeKind = SizeKind.EQUITY
    value: float = 1.0
    whole_shares: bool = False

    def __post_init__(self) -> None:
        if not self.value > 0:
            raise ValueError(f"a size must be above 0, was {self.value}")


class DistanceKind(StrEnum):
    """What the `value` of a `Distance` means."""

    FRACTION = "fraction"  # of the entry's fill price, slippage included
    ATR = "atr"  # multiples of the ATR of the decision bar
    MONEY = "money"  # in the price's own unit


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a protective level lies from its anchor, always positive.

    atr_length and follows (the level moves with the ATR of each completed bar) matter for ATR distances only.
    """

    kind: DistanceKind
    value: float
    atr_length: int = 14
    follows: bool = False

    def __post_init__(self) -> None:
        if not self.value > 0:
            raise ValueError(f"a distance must be above 0, was {self.value}")


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition for an order that fills at the open of bar t + 1.

    when: expression on prices, read at the close of bar t; None: no price is needed.
    on: expression on the calendar of bar t + 1 itself, known ahead; None: any session.
    With `on`, the close of bar t may lie in the warm-up, so that the window's first open can be traded; a rule on
    prices alone is first decided at the close of the window's first bar. At least one of the two is given.
    """

    when: str | None = None
    on: str | None = None

    def __post_init__(self) -> None:
        if self.when is None and self.on is None:
            raise ValueError("a rule needs a condition on prices, on the calendar, or both")


@dataclass(frozen=True, slots=True)
class RulePlan:
    """Rules for one symbol: entries, exits, protection, size and time.

    hold_bars: in at the open of bar e, out at the open of bar e + hold_bars. wait_bars: an exit filled on bar x lets
    the next entry fill on bar x + wait_bars at the earliest. max_positions: lots open at once, each with its own
    levels and clock; an entry rule that is true while fewer are open adds a lot.
    """

    symbol: str
    entry: Rule | None = None
    exit: Rule | None = None
    short_entry: Rule | None = None
    short_exit: Rule | None = None
    stop_loss: Distance | None = None
    take_profit: Distance | None = None
    trailing_stop: Distance | None = None
    hold_bars: int | None = None
    wait_bars: int | None = None
    sizing: Sizing = Sizing()
    max_positions: int = 1

    def __post_init__(self) -> None:
        if self.entry is None and self.short_entry is None:
            raise ValueError("a plan needs an entry")
        if self.max_positions < 1:
            raise ValueError(f"max_positions must be 1 or more, was {self.max_positions}")
        for name in ("hold_bars", "wait_bars"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} must be 1 or more, was {value}")

    @property
    def direction(self) -> str:
        """`long`, `short` or `both`."""
        if self.short_entry is None:
            return "long"
        return "short" if self.entry is None else "both"


@dataclass(frozen=True, slots=True)
class Costs:
    """What a fill costs.

    slippage_bps: basis points of price that market and stop fills are worse by. commission_bps: of the traded value.
    commission_per_share, commission_per_order and commission_minimum: money, the latter two per order.
    """

    slippage_bps: float = 5.0
    commission_bps: float = 0.0
    commission_per_share: float = 0.0
    commission_per_order: float = 0.0
    commission_minimum: float = 0.0

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be 0 or more, was {getattr(self, name)}")

    def times(self, factor: float) -> "Costs":
        """Every cost multiplied by `factor` (0 or more)."""
        return Costs(*(getattr(self, name) * factor for name in self.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class Account:
    """The money a run starts with and what trading costs it."""

    initial_capital: float
    costs: Costs = Costs()

    def __post_init__(self) -> None:
        if not self.initial_capital > 0:
            raise ValueError(f"the starting capital must be above 0, was {self.initial_capital}")
