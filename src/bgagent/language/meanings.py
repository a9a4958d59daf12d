"""What phrases mean: values and conditions as said, with their gaps still open, and the facts a clause states.

A gap is what a sentence leaves to its context: "the upper band" of bands named before, "it", "crosses back below".
`context.py` fills the gaps once the whole sentence is known.
"""

from dataclasses import dataclass
from enum import StrEnum

from bgagent.engine.expression import Node
from bgagent.engine.plan import Distance, Sizing
from bgagent.language.quantities import Duration, Money
from bgagent.language.tokens import Placed
from bgagent.periods import Timeframe

Place = tuple[int, int]


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
    """A moving average. kind: its function, or `average` where only "average" was said. column: None: by context."""

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
    """A value times a factor."""

    factor: float
    value: "Value"


@dataclass(frozen=True, slots=True)
class Shifted:
    """A value plus so many deviations of the close (over the value's own length) or ATRs."""

    value: "Value"
    count: float
    by: str  # deviation, atr


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
    """left operator right. left None: what was spoken of before. is_breakout: the verb is one of breaking out."""

    left: Value | None
    operator: str
    right: Value


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


Condition = Comparing | Crossing | Touching | Returning | Extremity | Fact | Every | Either | Opposite


@dataclass(frozen=True, slots=True)
class Schedule:
    """Days on which an order fills, in the calendar language. leaving: for an exit, where that differs."""

    on: str
    leaving: str | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """What lets an order be given: a condition, days, or (none of them) any time there is no position."""

    condition: Condition | None = None
    schedule: Schedule | None = None
    whenever_flat: bool = False


# facts that clauses state


@dataclass(frozen=True, slots=True)
class Universe(Placed):
    """Symbols named. relation: how several were joined: and, versus, list."""

    symbols: tuple[str, ...]
    relation: str = "and"
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Capital(Placed):
    """The money to start with. each: per run."""

    money: Money
    each: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class BarLength(Placed):
    """The length of the bars."""

    timeframe: Timeframe
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Order(Placed):
    """An order to give. action: buy, sell, short, cover. leave: any position, whichever side."""

    action: str
    triggers: tuple[Trigger, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class State(Placed):
    """In the market while a condition or a schedule holds, out of it otherwise. otherwise: said so."""

    side: str
    trigger: Trigger
    otherwise: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Idea(Placed):
    """A strategy called by name: entry and mirror exit. name: what it is called."""

    name: str
    entry: Condition | None = None
    exit: Condition | None = None
    topic: Value | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Lengths(Placed):
    """The lengths of the two averages of a crossover that is named elsewhere."""

    fast: int
    slow: int
    unit: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Levels(Placed):
    """The levels of an oscillator between which it trades."""

    low: float
    high: float
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class BuyAndHold(Placed):
    """Bought at the start, kept to the end. implied: only the buying was said ("if I had invested in ...")."""

    implied: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Alternative(Placed):
    """Protection that one of two runs has and the other has not ("with and without a stop")."""

    protections: tuple[object, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Style(Placed):
    """What kind of strategy it is said to be; decides nothing."""

    name: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Filter(Placed):
    """A condition that every entry needs beside its own."""

    condition: Condition
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Protection(Placed):
    """A protective order. name: field of the plan: stop_loss, take_profit, trailing_stop."""

    name: str
    distance: Distance
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Without(Placed):
    """Something said not to be there: a field of the plan or of the costs."""

    name: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Holding(Placed):
    """Out after so long."""

    duration: Duration
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Waiting(Placed):
    """No new entry for so long after an exit."""

    duration: Duration
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Size(Placed):
    """How much an entry buys; whole_shares None: not said."""

    sizing: Sizing
    currency: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class WholeShares(Placed):
    """Whether only whole shares are bought."""

    whole: bool
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class MostPositions(Placed):
    """How many lots may be open at once."""

    count: int
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Cost(Placed):
    """One kind of cost. name: field of Costs; `costs_bps`: all of it."""

    name: str
    value: float
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Sides(Placed):
    """Which sides may be traded: long, short, both."""

    direction: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Comparison(Placed):
    """That several runs are wanted, one per symbol or strategy named."""

    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Versus(Placed):
    """What stands before and after is compared."""

    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Variant(Placed):
    """What follows belongs to the run of this mark."""

    mark: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class BenchmarkSymbol(Placed):
    """What the result is held against; None: the symbol itself."""

    symbol: str | None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Prices(Placed):
    """Which prices: total_return, split, raw."""

    mode: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Problem(Placed):
    """What was understood but cannot be used as it stands: a question for the person."""

    question: str
    place: Place | None = None
