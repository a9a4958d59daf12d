"""What clauses state: the facts of a sentence, each with the place where it stands."""

from dataclasses import dataclass

from bgagent.engine.plan import Distance, Sizing, StopStep
from bgagent.language.measures import Condition, Trigger, Value
from bgagent.language.quantities import Duration, Money
from bgagent.language.tokens import Placed
from bgagent.periods import Timeframe

Place = tuple[int, int]


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
    """The lengths of the two averages of a crossover that is named elsewhere; None: given in another place."""

    fast: int | None
    slow: int | None
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
    """In what the runs differ: facts of each ("with and without a stop", "long only versus long/short")."""

    options: tuple[tuple[object, ...], ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Style(Placed):
    """What kind of strategy it is said to be; decides nothing."""

    name: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Heading(Placed):
    """Indicators named in a title, with their parameters, that some rule of the sentence is about."""

    values: tuple[Value, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class StopTitle(Placed):
    """A title that names how the position is protected, which some other words say in full."""

    names: tuple[str, ...]
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
class Step(Placed):
    """Where the stop moves to as the profit grows."""

    step: StopStep
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Without(Placed):
    """Something said not to be there: a field of the plan or of the costs."""

    name: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Holding(Placed):
    """Out after so long.

    from_month_end: counted from the last session of a month, on which it has to be bought. is_most: said to be the
    most, so that other exits stay.
    """

    duration: Duration
    from_month_end: bool = False
    is_most: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class SessionEnd(Placed):
    """Nothing is held from one session to the next."""

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
class AnotherLot(Placed):
    """Each entry is a lot of its own beside those that are open."""

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
    """What stands before and after is compared. is_choice: joined by "or", which alone asks for no comparison."""

    is_choice: bool = False
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
class ReportLanguage(Placed):
    """The language the report is wished in: a code, or the name of one there is no report in."""

    code: str
    is_offered: bool = True
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Problem(Placed):
    """What was understood but cannot be used as it stands: a question for the person."""

    question: str
    place: Place | None = None
