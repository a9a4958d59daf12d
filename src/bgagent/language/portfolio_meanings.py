"""What clauses about portfolios state: weights, how often they are restored, what is ranked, what is paid in."""

from dataclasses import dataclass

from bgagent.language.measures import Condition, Value
from bgagent.language.quantities import Duration, Money
from bgagent.language.tokens import Placed

Place = tuple[int, int]
CASH = "cash"


@dataclass(frozen=True, slots=True)
class Allotment(Placed):
    """Shares of equity, one for each symbol; symbols (): named elsewhere. shares (): the same for each.

    below 0: sold short. cash: share that was said to stay in cash.
    """

    symbols: tuple[str, ...]
    shares: tuple[float, ...] = ()
    cash: float = 0.0
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Dates(Placed):
    """How often something is done. on: calendar expression. is_named: particular days were said, not just how often."""

    on: str
    is_named: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Rebalancing(Placed):
    """When weights are restored. on: calendar expression; None: not said. drift: how far a weight has to be off."""

    on: str | None
    drift: float | None = None
    is_relative: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """What symbols are ranked by: the mean of returns over some times, or another value.

    skip: the end of each time is left out ("12 months without the last"). value: instead of returns.
    volatility: deviation of daily returns over this time, instead of returns.
    """

    times: tuple[Duration, ...] = ()
    skip: Duration | None = None
    value: Value | None = None
    volatility: Duration | None = None


@dataclass(frozen=True, slots=True)
class Ranking(Placed):
    """What is known of a ranking; None and (): not said here. top, bottom: how many are bought, sold short.

    lowest_first: the lowest scores are the best. symbols: what is ranked.
    """

    symbols: tuple[str, ...] = ()
    top: int | None = None
    bottom: int | None = None
    score: Score | None = None
    lowest_first: bool | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Skip(Placed):
    """The end of the ranking's time is left out."""

    duration: Duration
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Pool(Placed):
    """Symbols one chooses among."""

    symbols: tuple[str, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class RotationTitle(Placed):
    """A kind of rotation called by name. dual: dual momentum, looked at monthly."""

    name: str
    dual: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Contest(Placed):
    """The first of two symbols is held if it scores higher than the second."""

    symbols: tuple[str, str]
    score: Score
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Holds(Placed):
    """A condition for a symbol to be held. condition None: its score is above 0. first: asked before the ranking."""

    condition: Condition | None
    first: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Fallback(Placed):
    """What is held instead: a symbol; (): cash; with spread: the symbols that are held."""

    symbols: tuple[str, ...]
    spread: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ReadOn(Placed):
    """The symbol on whose bars a condition is read."""

    symbols: tuple[str]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class TradedWhen(Placed):
    """A condition without which nothing is traded on a date."""

    condition: Condition
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Invested(Placed):
    """The sum of all weights."""

    share: float
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class InverseVolatility(Placed):
    """Weights in inverse proportion to volatility. time: over which; None: not said. is_parity: called risk parity."""

    symbols: tuple[str, ...] = ()
    time: Duration | None = None
    is_parity: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Payment(Placed):
    """New money on dates. each: the sum is for each symbol. bought: "buy" was said, which does not tell whose money."""

    money: Money | None = None
    dates: Dates | None = None
    symbols: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    each: bool = False
    bought: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class LumpSum(Placed):
    """The same total paid at once on the first day."""

    place: Place | None = None


@dataclass(frozen=True, slots=True)
class SharedCapital(Placed):
    """Several symbols in one account."""

    place: Place | None = None


PORTFOLIO = (
    Allotment,
    Dates,
    Rebalancing,
    Ranking,
    Skip,
    Pool,
    RotationTitle,
    Contest,
    Holds,
    Fallback,
    ReadOn,
    TradedWhen,
    Invested,
    InverseVolatility,
    Payment,
    LumpSum,
    SharedCapital,
)
