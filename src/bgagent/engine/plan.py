"""What a strategy of rules says, as data: when to enter and leave, how much, and how it is protected.

A plan is what the reader of a sentence produces, what is rendered to Python for people, and what the kernel runs.
Expressions are strings in the language of `engine.rules`.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, TypeVar

T = TypeVar("T")


class SizeKind(StrEnum):
    """What the `value` of a `Sizing` means."""

    EQUITY = "equity"  # fraction of equity, marked at the open of the fill
    CASH = "cash"  # money, in the account's currency
    QUANTITY = "quantity"  # shares, coins, contracts
    RISK = "risk"  # fraction of equity lost if the stop loss is hit at its level; needs a stop loss
    VOLATILITY = "volatility"  # yearly volatility to aim at, as a fraction, from the last 20 closes
    POSITION = "position"  # fraction of what is held; exits only


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
    RISK = "risk"  # multiples of the distance from the entry to its stop loss; of a target
    PRICE = "price"  # no distance: the level is this many times the number `at` at the decision; not of a trailing stop


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a protective level lies from its anchor, always positive; or, as a price, where it lies.

    atr_length and follows (the level moves with the ATR of each completed bar) matter for ATR distances only. at:
    expression on prices, for the level of a long position, short_at: of a short one, None: the same; for prices only.
    """

    kind: DistanceKind
    value: float
    atr_length: int = 14
    follows: bool = False
    at: str | None = None
    short_at: str | None = None

    def __post_init__(self) -> None:
        if not self.value > 0:
            raise ValueError(f"a distance must be above 0, was {self.value}")
        if (self.kind is DistanceKind.PRICE) != (self.at is not None):
            raise ValueError("a level at a price needs `at`, and no other distance has it")
        if self.short_at is not None and self.at is None:
            raise ValueError("short_at is given beside at only")


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
class StopStep:
    """Once a bar's best price is `gain` above the entry (short: below), the stop lies at `stop_at`, from the next bar.

    Both are fractions of the entry's fill price; stop_at 0 is break-even, above 0 locks profit in. A stop never moves
    away from the price.
    """

    gain: float
    stop_at: float = 0.0

    def __post_init__(self) -> None:
        if not -1 < self.stop_at < self.gain:
            raise ValueError(f"a stop step needs -1 < stop_at < gain, was {self.stop_at} at a gain of {self.gain}")


class Plan(ABC):
    """What a strategy does, as data; `kind` tells the plans apart where they are written down.

    A plan names every symbol whose bars it needs, in the order of their indices in an order log, and its direction.
    """

    __slots__ = ()
    kind: ClassVar[str] = ""

    @property
    @abstractmethod
    def needed_symbols(self) -> tuple[str, ...]:
        """Every symbol whose bars the plan needs; those that are only watched come last."""

    @property
    @abstractmethod
    def held_symbols(self) -> tuple[str, ...]:
        """Every symbol that may be held, in the order of their indices in an order log."""

    @property
    def watched_symbols(self) -> tuple[str, ...]:
        """The symbols that are only read."""
        return tuple(symbol for symbol in self.needed_symbols if symbol not in self.held_symbols)

    @property
    @abstractmethod
    def direction(self) -> str:
        """`long`, `short` or `both`."""

    @property
    @abstractmethod
    def conditions(self) -> tuple[str, ...]:
        """Every expression on prices that is true or false."""

    @property
    @abstractmethod
    def scores(self) -> tuple[str, ...]:
        """Every expression on prices that gives a number."""

    @property
    @abstractmethod
    def calendars(self) -> tuple[str, ...]:
        """Every expression on the calendar."""

    @property
    @abstractmethod
    def distances(self) -> tuple[Distance, ...]:
        """Every protective distance."""


@dataclass(frozen=True, slots=True)
class RulePlan(Plan):
    """Rules for one symbol: entries, exits, protection, size and time.

    hold_bars: in at the open of bar e, out at the open of bar e + hold_bars. wait_bars: an exit filled on bar x lets
    the next entry fill on bar x + wait_bars at the earliest. max_positions: lots open at once, each with its own
    levels and clock; an entry rule that is true while fewer are open adds a lot. stop_steps: where the stop moves to as
    the profit grows. flat_overnight: for bars within the day, everything is closed at the open of a session's last
    bar, and nothing is opened there. watches: other symbols that the rules read, as in `spy.close`.
    """

    kind: ClassVar[str] = "rules"

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
    stop_steps: tuple[StopStep, ...] = ()
    flat_overnight: bool = False
    watches: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.entry is None and self.short_entry is None:
            raise ValueError("a plan needs an entry")
        if self.max_positions < 1:
            raise ValueError(f"max_positions must be 1 or more, was {self.max_positions}")
        if any(_is_of(distance, DistanceKind.RISK) for distance in (self.stop_loss, self.trailing_stop)):
            raise ValueError("only a target is a multiple of the risk")
        if _is_of(self.take_profit, DistanceKind.RISK) and self.stop_loss is None:
            raise ValueError("a target as a multiple of the risk needs a stop loss")
        if _is_of(self.trailing_stop, DistanceKind.PRICE):
            raise ValueError("a trailing stop is a distance, not a price")
        if self.stop_steps and self.stop_loss is not None and self.stop_loss.follows:
            raise ValueError("a stop that moves in steps cannot follow the ATR too")
        for name in ("hold_bars", "wait_bars"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} must be 1 or more, was {value}")

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule there is: to buy, to sell, to sell short, to cover."""
        return _given(self.entry, self.exit, self.short_entry, self.short_exit)

    @property
    def conditions(self) -> tuple[str, ...]:
        """Every expression on prices that is true or false."""
        return _given(*(rule.when for rule in self.rules))

    @property
    def scores(self) -> tuple[str, ...]:
        """Every expression on prices that gives a number."""
        levels = (distance for distance in (self.stop_loss, self.take_profit) if distance is not None)
        return _given(*(text for distance in levels for text in (distance.at, distance.short_at)))

    @property
    def calendars(self) -> tuple[str, ...]:
        """Every expression on the calendar."""
        return _given(*(rule.on for rule in self.rules))

    @property
    def distances(self) -> tuple[Distance, ...]:
        """Every protective distance."""
        return _given(self.stop_loss, self.take_profit, self.trailing_stop)

    @property
    def direction(self) -> str:
        """`long`, `short` or `both`."""
        if self.short_entry is None:
            return "long"
        return "short" if self.entry is None else "both"

    @property
    def needed_symbols(self) -> tuple[str, ...]:
        """Every symbol whose bars the plan needs."""
        return tuple(dict.fromkeys((self.symbol, *self.watches)))

    @property
    def held_symbols(self) -> tuple[str, ...]:
        """Every symbol that may be held."""
        return (self.symbol,)


def rules_of(plan: Plan) -> RulePlan:
    """The plan as one of rules for one symbol. Raises TypeError for any other."""
    if not isinstance(plan, RulePlan):
        raise TypeError(f"a plan of rules for one symbol is wanted, this is one of {plan.kind}")
    return plan


@dataclass(frozen=True, slots=True)
class RulePortfolio(Plan):
    """Rules for several symbols, one plan each, that share one account.

    slots: symbols that may be held at once; None: all of them. A plan that does not say its own size (all equity) gets
    an equal slot, 1 / slots of equity. score: where more entries are true than slots are free, the symbols with the
    highest score go first (expression on each symbol's own bars); None: as listed.
    """

    kind: ClassVar[str] = "rule_portfolio"

    plans: tuple[RulePlan, ...]
    slots: int | None = None
    score: str | None = None

    def __post_init__(self) -> None:
        if not self.plans:
            raise ValueError("a portfolio of rules needs a plan for each of its symbols")
        _refuse_repeated(self.symbols)
        if self.slots is not None and not 1 <= self.slots <= len(self.plans):
            raise ValueError(f"slots must lie between 1 and the {len(self.plans)} symbols, was {self.slots}")

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols, as listed."""
        return tuple(plan.symbol for plan in self.plans)

    @property
    def conditions(self) -> tuple[str, ...]:
        """Every expression on prices that is true or false."""
        return tuple(text for plan in self.plans for text in plan.conditions)

    @property
    def scores(self) -> tuple[str, ...]:
        """Every expression on prices that gives a number."""
        levels = dict.fromkeys(text for plan in self.plans for text in plan.scores)
        return _given(self.score, *levels)

    @property
    def calendars(self) -> tuple[str, ...]:
        """Every expression on the calendar."""
        return tuple(text for plan in self.plans for text in plan.calendars)

    @property
    def distances(self) -> tuple[Distance, ...]:
        """Every protective distance."""
        return tuple(distance for plan in self.plans for distance in plan.distances)

    @property
    def needed_symbols(self) -> tuple[str, ...]:
        """Every symbol whose bars the plan needs."""
        return tuple(dict.fromkeys((*self.symbols, *(symbol for plan in self.plans for symbol in plan.watches))))

    @property
    def held_symbols(self) -> tuple[str, ...]:
        """Every symbol that may be held."""
        return self.symbols

    @property
    def direction(self) -> str:
        """`long`, `short` or `both`."""
        directions = {plan.direction for plan in self.plans}
        return directions.pop() if len(directions) == 1 else "both"


class Weighting(StrEnum):
    """How a `WeightPlan` divides equity among its symbols."""

    FIXED = "fixed"  # as `weights` says
    EQUAL = "equal"  # the same for each symbol
    RANKED = "ranked"  # the same for each of the `top` symbols with the highest `score`
    INVERSE_VOLATILITY = "inverse_volatility"  # in inverse proportion to the deviation of the last returns
    FORMULA = "formula"  # what `score` gives for each symbol, all cut alike where they exceed `invested`


@dataclass(frozen=True, slots=True)
class WeightPlan(Plan):
    """Target weights on a schedule: shares of equity, decided at the previous close and traded at the open.

    symbols: what may be held. on: expression on the calendar, over the sessions of all symbols together; the window's
    first open is always one of the dates. when: expression on prices that has to be true too (rebalance on signal),
    read on the bars of `signal_symbol`, None: the first symbol. drift: on such a date nothing is traded unless a weight
    lies at least this far from its target; None: always.
    weights: fixed weights, one for each symbol, below 0 for short. score, top, bottom: `ranked` holds the `top` symbols
    with the highest score and is short the `bottom` ones, all with the same weight; of equal scores the symbol listed
    first ranks higher; a symbol whose score is not defined, or that may not be held, is not ranked.
    `formula`: the score is the weight itself; below 0, or not defined, it is 0; what is left of `invested` is cash, or
    goes to `otherwise`. volatility_bars: returns that `inverse_volatility` reads.
    holds: condition at the decision for a symbol to be held, read on its own bars, or on those of `signal_symbol` if
    that is given; what is not held leaves its share as cash, to `otherwise` (a symbol), or, with `spread`, to the
    symbols that are. ranked_first: a ranking asks `holds` of the ranked ones only, so that none below takes the place
    of one that is not held; otherwise what is not held is not ranked. invested: sum of the weights that are not fixed.
    stop_loss, take_profit, trailing_stop: of each purchase; a symbol that was stopped comes back on the next date.
    watches: other symbols that the expressions read, as in `spy.close`.
    """

    kind: ClassVar[str] = "weights"

    symbols: tuple[str, ...]
    weighting: Weighting = Weighting.EQUAL
    on: str = "first_of_month"
    when: str | None = None
    weights: tuple[float, ...] = ()
    score: str | None = None
    top: int | None = None
    bottom: int | None = None
    volatility_bars: int = 63
    holds: str | None = None
    signal_symbol: str | None = None
    otherwise: str | None = None
    spread: bool = False
    invested: float = 1.0
    drift: float | None = None
    stop_loss: Distance | None = None
    take_profit: Distance | None = None
    trailing_stop: Distance | None = None
    whole_shares: bool = False
    ranked_first: bool = False
    watches: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.symbols:
            raise ValueError("a plan of weights needs a symbol")
        _refuse_repeated(self.symbols)
        if (self.weighting is Weighting.FIXED) != bool(self.weights):
            raise ValueError("weights are given with fixed weighting, and only with it")
        if self.weights and len(self.weights) != len(self.symbols):
            raise ValueError(f"{len(self.weights)} weights were given for {len(self.symbols)} symbols")
        if (self.weighting in (Weighting.RANKED, Weighting.FORMULA)) != (self.score is not None):
            raise ValueError("a score is given with weights by rank or by formula, and only with these")
        if (self.weighting is Weighting.RANKED) != (self.top is not None):
            raise ValueError("top is given with ranked weighting, and only with it")
        if self.top is not None and not 0 <= self.top <= len(self.symbols) - (self.bottom or 0):
            raise ValueError(f"top {self.top} and bottom {self.bottom or 0} of {len(self.symbols)} symbols")
        if self.volatility_bars < 2:
            raise ValueError(f"volatility_bars must be 2 or more, was {self.volatility_bars}")
        if not self.invested > 0:
            raise ValueError(f"invested must be above 0, was {self.invested}")
        if self.drift is not None and not self.drift >= 0:
            raise ValueError(f"drift must be 0 or more, was {self.drift}")
        if self.otherwise is not None and self.spread:
            raise ValueError("what is not held goes to another symbol or to the other ones, not to both")
        if any(_is_of(distance, DistanceKind.PRICE) for distance in self.distances):
            raise ValueError("a level at a price is not supported with target weights")
        if self.ranked_first and self.weighting is not Weighting.RANKED:
            raise ValueError("ranked_first is given with ranked weighting only")

    @property
    def conditions(self) -> tuple[str, ...]:
        """Every expression on prices that is true or false."""
        return _given(self.when, self.holds)

    @property
    def scores(self) -> tuple[str, ...]:
        """Every expression on prices that gives a number."""
        return _given(self.score)

    @property
    def calendars(self) -> tuple[str, ...]:
        """Every expression on the calendar."""
        return (self.on,)

    @property
    def distances(self) -> tuple[Distance, ...]:
        """Every protective distance."""
        return _given(self.stop_loss, self.take_profit, self.trailing_stop)

    @property
    def held_symbols(self) -> tuple[str, ...]:
        """Every symbol that may be held, `otherwise` among them."""
        return tuple(dict.fromkeys((*self.symbols, *((self.otherwise,) if self.otherwise else ()))))

    @property
    def needed_symbols(self) -> tuple[str, ...]:
        """Every symbol whose bars the plan needs; those that are only watched come last."""
        signal = (self.signal_symbol,) if self.signal_symbol else ()
        return tuple(dict.fromkeys((*self.held_symbols, *signal, *self.watches)))

    @property
    def direction(self) -> str:
        """`long`, `short` or `both`."""
        shorts = bool(self.bottom) or any(weight < 0 for weight in self.weights)
        longs = self.top != 0 and (not self.weights or any(weight > 0 for weight in self.weights))
        return "both" if shorts and longs else "short" if shorts else "long"


@dataclass(frozen=True, slots=True)
class PaymentPlan(Plan):
    """New money on a schedule, spent at the open at which it comes: each purchase is a lot of its own.

    amount: money of one payment. weights: shares of a payment, one for each symbol; (): equal. on: expression on the
    calendar; `first_session or first_of_month` also pays at the window's first open, as "every month" does, while
    "every Monday" (`weekday == 0`) is paid on Mondays only. when: a payment is only made when this is true of the
    symbol's own bars at the previous close; None: always. A starting sum (the account's capital) is spent alike at the
    window's first open. rebalance_on: dates on which everything held is brought back to the weights; None: never.
    watches: other symbols that `when` reads.
    """

    kind: ClassVar[str] = "payments"

    symbols: tuple[str, ...]
    amount: float
    on: str = "first_session or first_of_month"
    weights: tuple[float, ...] = ()
    when: str | None = None
    rebalance_on: str | None = None
    whole_shares: bool = False
    watches: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.symbols:
            raise ValueError("a plan of payments needs a symbol")
        _refuse_repeated(self.symbols)
        if not self.amount > 0:
            raise ValueError(f"a payment must be above 0, was {self.amount}")
        if self.weights and len(self.weights) != len(self.symbols):
            raise ValueError(f"{len(self.weights)} weights were given for {len(self.symbols)} symbols")
        if any(not weight > 0 for weight in self.weights) or sum(self.weights) > 1 + 1e-9:
            raise ValueError(f"shares of a payment are above 0 and sum to at most 1, were {self.weights}")

    @property
    def shares(self) -> tuple[float, ...]:
        """Shares of a payment, one for each symbol."""
        return self.weights or (1.0 / len(self.symbols),) * len(self.symbols)

    @property
    def conditions(self) -> tuple[str, ...]:
        """Every expression on prices that is true or false."""
        return _given(self.when)

    @property
    def scores(self) -> tuple[str, ...]:
        """Every expression on prices that gives a number."""
        return ()

    @property
    def calendars(self) -> tuple[str, ...]:
        """Every expression on the calendar."""
        return _given(self.on, self.rebalance_on)

    @property
    def distances(self) -> tuple[Distance, ...]:
        """Every protective distance."""
        return ()

    @property
    def needed_symbols(self) -> tuple[str, ...]:
        """Every symbol whose bars the plan needs."""
        return tuple(dict.fromkeys((*self.symbols, *self.watches)))

    @property
    def held_symbols(self) -> tuple[str, ...]:
        """Every symbol that may be held."""
        return self.symbols

    @property
    def direction(self) -> str:
        """Always `long`."""
        return "long"


def _given(*values: T | None) -> tuple[T, ...]:
    return tuple(value for value in values if value is not None)


def _is_of(distance: Distance | None, kind: DistanceKind) -> bool:
    return distance is not None and distance.kind is kind


def _refuse_repeated(symbols: tuple[str, ...]) -> None:
    if len(set(symbols)) < len(symbols):
        raise ValueError(f"a symbol is named twice in {', '.join(symbols)}")


@dataclass(frozen=True, slots=True)
class Costs:
    """What a fill costs.

    slippage_bps: basis points of price that market and stop fills are worse by. commission_bps: of the traded value.
    commission_per_share, commission_per_order and commission_minimum: money, the latter two per order.
    slippage_per_share: money that the price of such a fill is worse by, besides: ticks times the size of a tick.
    borrow_rate: a year, a fraction, on what is owed at each close: the value of shares sold short, cash below 0.
    """

    slippage_bps: float = 5.0
    commission_bps: float = 0.0
    commission_per_share: float = 0.0
    commission_per_order: float = 0.0
    commission_minimum: float = 0.0
    slippage_per_share: float = 0.0
    borrow_rate: float = 0.0

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be 0 or more, was {getattr(self, name)}")

    def times(self, factor: float) -> "Costs":
        """Every cost multiplied by `factor` (0 or more)."""
        return Costs(*(getattr(self, name) * factor for name in self.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class Account:
    """The money a run starts with and the terms it trades on.

    initial_capital: 0 only where payments bring the money. leverage: how many times equity positions may be worth when
    they are opened; 1 is none. cash_interest: a year, a fraction, on cash that no short sale brought in.
    """

    initial_capital: float
    costs: Costs = Costs()
    leverage: float = 1.0
    cash_interest: float = 0.0

    def __post_init__(self) -> None:
        if not self.initial_capital >= 0:
            raise ValueError(f"the starting capital must be 0 or more, was {self.initial_capital}")
        if not self.leverage >= 1:
            raise ValueError(f"leverage must be 1 or more, was {self.leverage}")
        if not self.cash_interest > -1:
            raise ValueError(f"cash_interest must be above -1, was {self.cash_interest}")
