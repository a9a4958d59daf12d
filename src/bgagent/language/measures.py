"""What phrases for values and conditions mean, with their gaps still open.

A gap is what a sentence leaves to its context: "the upper band" of bands named before, "it", "crosses back below".
`spoken.py` and `context.py` fill the gaps once the whole sentence is known.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bgagent.engine.expression import Node
from bgagent.language.quantities import Duration


class Scale(StrEnum):
    """What a value is measured in; only values of one scale can be compared."""

    PRICE = "price"
    PERCENT = "percent"  # oscillators from 0 to 100, or around it
    MACD = "macd"
    VOLUME = "volume"
    FRACTION = "fraction"  # returns, ranges as a part of the price
    DEVIATIONS = "deviations"
    AROUND_ZERO = "around zero"  # the zero of "positive" and "negative"
    ANY = "any"  # a plain number


@dataclass(frozen=True, slots=True)
class Known:
    """A value without gaps. unit: what its look-back was counted in; None: in bars."""

    node: Node
    scale: Scale
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Average:
    """A moving average. column: None: by context.

    kind: its function; `average` where only "average" was said, `bare` where only a length ("the 50-day"), `number`
    where only a number ("the 50"), which is an average only if one of that length is named elsewhere.
    """

    kind: str
    length: int | None
    unit: str | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator, its parameters maybe left open. name: its function of the expression language."""

    name: str
    parameters: tuple[float, ...] | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A value named by a word that points elsewhere: it, same, fast, slow, signal."""

    what: str


@dataclass(frozen=True, slots=True)
class Extreme:
    """The highest or lowest of so many bars. source: column; None: high for a high, low for a low."""

    side: str
    length: int
    source: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Scaled:
    """A value times a factor. is_distance: said as "5% below" the value."""

    factor: float
    value: "Value"
    is_distance: bool = False


@dataclass(frozen=True, slots=True)
class Shifted:
    """A value plus so many deviations of the close (over the value's own length) or ATRs.

    length: of the ATR; None: not said.
    """

    value: "Value"
    count: float
    by: str  # deviation, atr
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The return of a close over a time. who: whose close."""

    duration: Duration
    who: "Value"


@dataclass(frozen=True, slots=True)
class SymbolPrice:
    """The price of a symbol named in the rule."""

    symbol: str
    node: Node


@dataclass(frozen=True, slots=True)
class Owned:
    """A value of a symbol that is named: AAPL's RSI."""

    symbol: str
    value: "Value"


Value = Owned | Known | Change | Average | Indicator | Mention | Extreme | Scaled | Shifted | SymbolPrice


@dataclass(frozen=True, slots=True)
class Comparing:
    """left operator right. left None: what was spoken of before. returns: "back above", from the other side."""

    left: Value | None
    operator: str
    right: Value
    returns: bool = False


@dataclass(frozen=True, slots=True)
class Crossing:
    """An event. side: above or below. left, right None: what was spoken of before."""

    left: Value | None
    side: str
    right: Value | None


@dataclass(frozen=True, slots=True)
class Touching:
    """A bar that reaches a level."""

    left: Value | None
    right: Value


@dataclass(frozen=True, slots=True)
class Returning:
    """A price back at a level it was away from; from which side the entry tells."""

    left: Value | None
    right: Value


@dataclass(frozen=True, slots=True)
class Extremity:
    """Oversold or overbought, of what was spoken of."""

    left: Value | None
    side: str


@dataclass(frozen=True, slots=True)
class Turning:
    """A line that rises or falls from bar to bar. side: above (up) or below. event: it did not on the bar before."""

    left: Value | None
    side: str
    event: bool = False


@dataclass(frozen=True, slots=True)
class Reaching:
    """A level of an oscillator to leave at; from which side the entry tells. left None: the one entered by."""

    right: Value
    left: Value | None = None


@dataclass(frozen=True, slots=True)
class Repeated:
    """A condition that holds on so many bars in a row."""

    condition: "Condition"
    count: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A condition without gaps. who: whose prices it is about."""

    node: Node
    who: Value


@dataclass(frozen=True, slots=True)
class Every:
    """All of them hold. filters: how many at the end were said as filters ("while", "only if")."""

    parts: tuple["Condition", ...]
    filters: int = 0


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of them holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Opposite:
    """The mirror of the entry's trigger: "the opposite signal", "the cross back"."""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """The entry's condition does not hold."""


Condition = (
    Comparing
    | Crossing
    | Touching
    | Returning
    | Extremity
    | Turning
    | Reaching
    | Repeated
    | Fact
    | Every
    | Either
    | Opposite
    | Otherwise
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Days on which an order fills, in the calendar language.

    leaving: for an exit, where that differs. day: the one day it is, where the year was said too.
    """

    on: str
    leaving: str | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """What lets an order be given: a condition, days, or (none of them) any time there is no position."""

    condition: Condition | None = None
    schedule: Schedule | None = None
    whenever_flat: bool = False
