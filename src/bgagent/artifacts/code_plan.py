"""A strategy that rules cannot say: plain words for whoever writes the code, and the facts that its fills must show."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bgagent.engine.plan import Distance, DistanceKind, Plan, Sizing

MOST_LOOKBACK_BARS = 5_000
SHORTEST_DESCRIPTION = 20  # characters


class Sides(StrEnum):
    """Which way a strategy may trade."""

    LONG = "long"
    SHORT = "short"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class CodePlan(Plan):
    """What is left to code, in words, and what is held against every trade whatever the code says.

    symbols: those that are traded. watched: those that are only looked at. description: all that the code has to do.
    sides: which way it may trade. lookback_bars: the most bars before a decision that it rests on.
    stop_loss, take_profit, trailing_stop, hold_bars, sizing: where each entry has the same one; None: the description
    says it, or there is none. max_positions: entries open at once, over all symbols; None: the description says it.
    """

    kind: ClassVar[str] = "code"

    symbols: tuple[str, ...]
    description: str
    sides: Sides = Sides.LONG
    lookback_bars: int = 200
    stop_loss: Distance | None = None
    take_profit: Distance | None = None
    trailing_stop: Distance | None = None
    hold_bars: int | None = None
    sizing: Sizing | None = None
    max_positions: int | None = None
    watched: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.symbols:
            raise ValueError("a plan for code needs a symbol")
        if len(set(self.needed_symbols)) < len(self.needed_symbols):
            raise ValueError(f"a symbol is named twice in {', '.join(self.needed_symbols)}")
        if len(self.description.strip()) < SHORTEST_DESCRIPTION:
            raise ValueError("the description must say everything that the code has to do")
        if not 1 <= self.lookback_bars <= MOST_LOOKBACK_BARS:
            raise ValueError(f"lookback_bars must lie between 1 and {MOST_LOOKBACK_BARS}, was {self.lookback_bars}")
        if any(distance.kind is DistanceKind.PRICE for distance in self.distances):
            raise ValueError("a level at a price belongs into the description of what code does")
        if any(given is not None and given.kind is DistanceKind.RISK for given in (self.stop_loss, self.trailing_stop)):
            raise ValueError("only a target is a multiple of the risk")
        for name in ("hold_bars", "max_positions"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} must be 1 or more, was {value}")

    @property
    def needed_symbols(self) -> tuple[str, ...]:
        """Every symbol whose bars the plan needs; those that are only watched come last."""
        return (*self.symbols, *self.watched)

    @property
    def held_symbols(self) -> tuple[str, ...]:
        """Every symbol that may be traded."""
        return self.symbols

    @property
    def direction(self) -> str:
        """`long`, `short` or `both`."""
        return self.sides.value

    @property
    def conditions(self) -> tuple[str, ...]:
        """None: they stand in the code."""
        return ()

    @property
    def scores(self) -> tuple[str, ...]:
        """None: they stand in the code."""
        return ()

    @property
    def calendars(self) -> tuple[str, ...]:
        """None: they stand in the code."""
        return ()

    @property
    def distances(self) -> tuple[Distance, ...]:
        """Every protective distance that is the same for each entry."""
        given = (self.stop_loss, self.take_profit, self.trailing_stop)
        return tuple(distance for distance in given if distance is not None)
