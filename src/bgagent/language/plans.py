"""Facts about a strategy become a plan: entries and exits, the mirror where no exit is said, protection, size, time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bgagent.engine.expression import Call, Compare, Logic, Node, Unary, combine, nodes_of, series_of, unparse
from bgagent.engine.plan import Distance, Rule, RulePlan, SizeKind, Sizing
from bgagent.language.context import Context, Unclear
from bgagent.language.contradictions import impossible
from bgagent.language.ledger import Contradiction, Ledger
from bgagent.language.meanings import (
    BuyAndHold,
    Condition,
    Crossing,
    Every,
    Extremity,
    Filter,
    Holding,
    Idea,
    Indicator,
    Levels,
    MostPositions,
    Opposite,
    Order,
    Protection,
    Sides,
    Size,
    State,
    Trigger,
    Waiting,
    WholeShares,
    Without,
)
from bgagent.language.mirrors import mirror
from bgagent.language.phrases import condition as words_of
from bgagent.language.phrases import days
from bgagent.language.quantities import Duration
from bgagent.periods import Timeframe, Trading

T = TypeVar("T")
_CROSSES = ("crosses_above", "crosses_below")
_COMPLEMENTS = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True, slots=True)
class _Signal:
    """When an order is given: a price condition, days, or both. filters: parts at the end that only filter."""

    when: Node | None = None
    on: str | None = None
    filters: int = 0

    def rule(self) -> Rule:
        return Rule(None if self.when is None else unparse(self.when), self.on)

    def text(self, timeframe: Timeframe, *, leaves: bool = False) -> str:
        """In words."""
        parts = [days(self.on, leaves=leaves) if self.on else ""]
        parts.append(f"when {words_of(self.when, timeframe)}" if self.when is not None else "")
        return " ".join(filter(None, parts))


_Signals = tuple[_Signal | None, _Signal | None, _Signal | None, _Signal | None]  # entry, exit, short entry, short exit


def make_plan(symbol: str, facts: Sequence[object], context: Context, ledger: Ledger) -> RulePlan:
    """The plan that the facts of one strategy make. Raises Unclear or Contradiction with a question."""
    return _Maker(symbol, facts, context, ledger).plan()


class _Maker:
    """Makes one plan; its methods share the facts and what is known of the whole sentence."""

    def __init__(self, symbol: str, facts: Sequence[object], context: Context, ledger: Ledger) -> None:
        self.symbol = symbol
        self.facts = facts
        self.context = context
        self.ledger = ledger
        self.direction = self.only_one(
            [fact.direction for fact in self.of(Sides)], "Should it trade long only, short only, or both?"
        )
        for fact in self.of(Sides):
            ledger.state(fact, "direction", fact.direction)

    def of(self, kind: type[T]) -> list[T]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def only_one(self, values: Iterable[T], question: str) -> T | None:
        """The one value said, however often; None when none was. Raises Contradiction when they differ."""
        different = list(dict.fromkeys(values))
        if len(different) > 1:
            raise Contradiction(question)
        return different[0] if different else None

    def words(self, signal: _Signal) -> str:
        return signal.text(self.context.timeframe)

    # the plan

    def plan(self) -> RulePlan:
        entry, exit_, short_entry, short_exit = self.signals()
        stop, target, trailing = (self.protection(name) for name in ("stop_loss", "take_profit", "trailing_stop"))
        self.check_possible(entry, exit_, short_entry, short_exit)
        sizing, positions = self.size(stop)
        plan = RulePlan(
            symbol=self.symbol,
            entry=_rule(entry),
            exit=_rule(exit_),
            short_entry=_rule(short_entry),
            short_exit=_rule(short_exit),
            stop_loss=stop,
            take_profit=target,
            trailing_stop=trailing,
            hold_bars=self.holding(),
            wait_bars=self.waiting(),
            sizing=sizing,
            max_positions=positions,
        )
        if self.direction is None and plan.direction == "long":
            self.ledger.assume("direction", "long only", "the sentence does not ask for short sales")
        return plan

    def signals(self) -> _Signals:
        """Entry, exit, short entry, short exit."""
        holds = self.of(BuyAndHold)
        orders, states, ideas = self.of(Order), self.of(State), self.of(Idea)
        for levels in self.of(Levels):
            self.ledger.state(levels, "rules.entry", f"levels {levels.low:g} and {levels.high:g}")
        entering = [order for order in orders if order.action in ("buy", "enter", "short")]
        if states:
            if entering or ideas or len(states) > 1:
                raise Contradiction("There are two ways of entering in the sentence. Which one is meant?")
            return self.state_signals(states[0], orders)
        if not entering and any(not hold.implied for hold in holds):
            return self.buy_and_hold(holds, orders, ideas)
        if not entering and not ideas and holds:
            return self.buy_and_hold(holds, orders, ideas)
        keeps = any(not hold.implied for hold in holds)
        if keeps and any(order.action in ("sell", "exit", "cover") for order in orders):
            raise Contradiction("Should the position be held to the end, or sold by the rule?")
        return self.trading(entering, orders, ideas, keeps=keeps)

    def buy_and_hold(self, holds: list[BuyAndHold], orders: list[Order], ideas: list[Idea]) -> _Signals:
        if ideas:
            raise Contradiction("Is it to be bought and held, or traded by the rule? Say 'compare' for both.")
        if self.direction in ("short", "both"):
            raise Contradiction("Buy and hold is long. Should it be sold short instead?")
        leaving = [order for order in orders if order.triggers]
        signal = _Signal(on="first_session")
        for hold in holds:
            self.ledger.state(hold, "rules.entry", "buy at the first open and hold to the end")
        exit_ = self.exit_signal(leaving, ("sell", "exit")) if leaving else None
        return signal, exit_, None, None

    def state_signals(self, state: State, leaving_orders: list[Order]) -> _Signals:
        signal = self.with_filters(self.signal(state.trigger))
        if signal.when is not None and signal.on is not None:
            raise Unclear("When is the position closed: when the price condition ends, or at the end of the season?")
        if signal.when is not None:
            self.context.entry_nodes = (signal.when,)
        leaving = self.exit_signal(leaving_orders, ("sell", "exit"), signal) or _Signal(
            when=None if signal.when is None else complement(signal.when),
            on=None if signal.on is None else f"not ({signal.on})",
        )
        self.ledger.state(state, "rules.entry", f"in the market {self.words(signal)}, out of it otherwise")
        if self.direction in ("short", "both"):
            raise Unclear("Should it be sold short while the condition does not hold, or be out of the market?")
        return signal, leaving, None, None

    def trading(self, entering: list[Order], orders: list[Order], ideas: list[Idea], *, keeps: bool) -> _Signals:
        longs = [
            order
            for order in entering
            if order.action == "buy" or (order.action == "enter" and self.direction != "short")
        ]
        shorts = [
            order
            for order in entering
            if order.action == "short" or (order.action == "enter" and self.direction == "short")
        ]
        if any(order.action == "enter" for order in entering) and self.direction == "both":
            raise Unclear("Is the entry a purchase or a short sale? Say 'buy' or 'short'.")
        idea = self.idea(ideas, has_orders=bool(entering))
        entry = self.entry_signal(longs)
        short_entry = self.entry_signal(shorts)
        if not entering:
            entry, short_entry = self.idea_entries(idea)
        elif idea is not None and idea.entry is not None:
            self.check_idea(idea, entry, short_entry)
        if self.direction == "long" and short_entry is not None:
            raise Contradiction("The sentence says long only and also sells short. Which is meant?")
        if self.direction == "short" and entry is not None:
            raise Contradiction("The sentence says short only and also buys. Which is meant?")
        entry = self.with_filters(entry) if entry else None
        short_entry = self.with_filters(short_entry) if short_entry else None
        if self.direction == "both" and short_entry is None and entry is not None:
            short_entry = self.mirrored_entry(entry)
        self.context.entry_nodes = tuple(
            signal.when for signal in (entry, short_entry) if signal and signal.when is not None
        )
        exit_, short_exit = self.exits(entry, short_entry, orders, idea if not entering else None, keeps=keeps)
        return entry, exit_, short_entry, short_exit

    # entries

    def entry_signal(self, orders: list[Order]) -> _Signal | None:
        """The one signal of the orders on one side."""
        signals = [self.signal(trigger) for order in orders for trigger in order.triggers]
        if not signals:
            return None
        if len({signal.rule() for signal in signals}) > 1:
            raise Contradiction(
                "There are two different entries in the sentence. Does one of them do, or must both hold?"
            )
        for order in orders:
            self.ledger.state(
                order,
                "rules.short_entry" if order.action == "short" else "rules.entry",
                signals[0].text(self.context.timeframe),
            )
        return signals[0]

    def signal(self, trigger: Trigger, *, leaves: bool = False) -> _Signal:
        if trigger.whenever_flat:
            return _Signal(on="every_session")
        node = None if trigger.condition is None else self.node(trigger.condition)
        filters = trigger.condition.filters if isinstance(trigger.condition, Every) else 0
        days = trigger.schedule
        on = None if days is None else (days.leaving if leaves and days.leaving else days.on)
        return _Signal(node, on, filters)

    def node(self, condition: Condition) -> Node:
        return self.context.condition(condition)

    def idea(self, ideas: list[Idea], *, has_orders: bool) -> Idea | None:
        """The one strategy called by name."""
        full = [idea for idea in ideas if idea.entry is not None]
        if not full:
            if len({idea.name for idea in ideas}) > 1 and not has_orders:
                raise Unclear("When exactly is it bought? The sentence names several indicators but no rule.")
            chosen = ideas[0] if ideas else None
        else:
            different = {unparse(self.node(idea.entry)): idea for idea in full if idea.entry is not None}
            if len(different) > 1:
                raise Contradiction(
                    "The sentence names two strategies. Which one is meant, or should they be compared?"
                )
            chosen = full[0]
        for idea in ideas:
            value = (
                idea.name
                if idea.entry is None
                else f"buy when {words_of(self.node(idea.entry), self.context.timeframe)}"
            )
            self.ledger.state(idea, "rules.entry", value)
        return chosen

    def idea_entries(self, idea: Idea | None) -> tuple[_Signal | None, _Signal | None]:
        if idea is None:
            raise Unclear("When should it be bought? The sentence has no rule to enter by.")
        start, end = self.ends_of(idea)
        buys, sells = _Signal(start), _Signal(end)
        if isinstance(idea.entry, Crossing):
            self.ledger.assume(
                "start", "flat", "a cross is an event: a position that would already be open is not entered"
            )
        if self.direction == "both":
            return buys, sells
        return (None, sells) if self.direction == "short" else (buys, None)

    def ends_of(self, idea: Idea) -> tuple[Node, Node]:
        """Where a strategy called by name buys, and where it sells."""
        entry, leave = idea.entry, idea.exit
        if entry is None and isinstance(idea.topic, Indicator) and idea.topic.name == "rsi":
            entry, leave = Extremity(idea.topic, "low"), Extremity(idea.topic, "high")
        if entry is None or leave is None:
            raise Unclear(
                _MISSING.get(idea.name, "When exactly is it bought, and when sold? The sentence names no rule.")
            )
        return self.node(entry), self.node(leave)

    def check_idea(self, idea: Idea, entry: _Signal | None, short_entry: _Signal | None) -> None:
        """An order given in full must speak of the strategy named; otherwise there are two."""
        assert idea.entry is not None
        named = {unparse(series) for series in series_of(self.node(idea.entry))}
        said = [signal.when for signal in (entry, short_entry) if signal and signal.when is not None]
        if idea.name == "levels":
            named = {unparse(self.context.value(idea.topic).node)} if idea.topic else named
        spoken = {unparse(part) for node in said for part in nodes_of(node)}
        if not named & spoken:
            raise Contradiction("The sentence names one strategy and gives the rule of another. Which one is meant?")

    def with_filters(self, signal: _Signal) -> _Signal:
        filters = self.of(Filter)
        if not filters:
            return signal
        if self.direction == "both":
            raise Unclear("Does the filter hold for long entries, for short ones, or turned round for both?")
        parts = [] if signal.when is None else [signal.when]
        for fact in filters:
            node = self.node(fact.condition)
            self.ledger.state(fact, "rules.entry", f"only when {words_of(node, self.context.timeframe)}")
            parts.append(node)
        when = combine("and", tuple(parts))
        return replace(signal, when=when, filters=signal.filters + len(filters))

    def mirrored_entry(self, entry: _Signal) -> _Signal:
        turned = None if entry.when is None else mirror(entry.when, entry.filters)
        if turned is None:
            raise Unclear("When should it be sold short? The sentence gives a rule for the long side only.")
        self.ledger.assume(
            "rules.short_entry", self.words(_Signal(turned)), "both sides were asked for; the mirror of the entry"
        )
        return _Signal(turned)

    # exits

    def exits(
        self, entry: _Signal | None, short_entry: _Signal | None, orders: list[Order], idea: Idea | None, *, keeps: bool
    ) -> tuple[_Signal | None, _Signal | None]:
        leaving = [order for order in orders if order.action in ("sell", "exit", "cover")]
        exit_ = self.exit_signal(leaving, ("sell", "exit"), entry) if entry else None
        short_exit = self.exit_signal(leaving, ("cover", "exit"), short_entry) if short_entry else None
        self.check_leftover(leaving, entry, short_entry)
        if idea is not None and (exit_ is not None or short_exit is not None):
            self.check_idea_exit(idea, exit_, short_exit)
        says_exit = (
            bool(leaving) or bool(self.of(Holding)) or any(fact.name == "take_profit" for fact in self.of(Protection))
        )
        absent = {fact.name for fact in self.of(Without)}
        if keeps or absent & {"exit", "short_exit"}:
            return self.without_exit(exit_, short_exit, absent)
        if entry and short_entry and idea is None:
            return self.turning_exits(entry, short_entry, exit_, short_exit, leaving)
        if idea is not None:
            exit_, short_exit = self.exits_of_idea(idea, entry, short_entry, exit_, short_exit)
        elif says_exit:
            for name, signal, leave in (("rules.exit", entry, exit_), ("rules.short_exit", short_entry, short_exit)):
                if signal is not None and leave is None:
                    self.ledger.assume(
                        name, "no rule beside the target and the time", "the sentence names no other exit"
                    )
        else:
            exit_ = self.mirrored_exit(entry) if entry else None
            short_exit = self.mirrored_exit(short_entry) if short_entry else None
        return exit_, short_exit

    def without_exit(
        self, exit_: _Signal | None, short_exit: _Signal | None, absent: set[str]
    ) -> tuple[_Signal | None, _Signal | None]:
        """No mirror where the sentence says that there is no exit."""
        if ("exit" in absent and exit_ is not None) or ("short_exit" in absent and short_exit is not None):
            raise Contradiction("Is there to be an exit rule or not? The sentence says both.")
        for fact in self.of(Without):
            if fact.name in ("exit", "short_exit"):
                self.ledger.state(fact, f"rules.{fact.name}", "none")
        return exit_, short_exit

    def exits_of_idea(
        self,
        idea: Idea,
        entry: _Signal | None,
        short_entry: _Signal | None,
        exit_: _Signal | None,
        short_exit: _Signal | None,
    ) -> tuple[_Signal | None, _Signal | None]:
        """The exits that belong to a strategy called by name: the other end of it."""
        if self.of(Holding):
            raise Unclear("Is the position closed after that time only, or also by the strategy's own exit?")
        start, end = self.ends_of(idea)
        self.ledger.assume(
            "rules.exit",
            self.words(_Signal(end if entry else start)),
            f"the other end of the strategy named ({idea.name})",
        )
        return (exit_ or _Signal(end)) if entry else None, (short_exit or _Signal(start)) if short_entry else None

    def turning_exits(
        self,
        entry: _Signal,
        short_entry: _Signal,
        exit_: _Signal | None,
        short_exit: _Signal | None,
        leaving: list[Order],
    ) -> tuple[_Signal | None, _Signal | None]:
        """With two sides and no other exit, the entry of one side closes the other."""
        if exit_ is None and not any(order.action in ("sell", "exit") for order in leaving):
            self.ledger.assume("rules.exit", self.words(short_entry), "the short entry closes the long position")
            exit_ = short_entry
        if short_exit is None and not any(order.action in ("cover", "exit") for order in leaving):
            self.ledger.assume("rules.short_exit", self.words(entry), "the long entry closes the short position")
            short_exit = entry
        return exit_, short_exit

    def exit_signal(
        self, leaving: list[Order], actions: tuple[str, ...], entry: _Signal | None = None
    ) -> _Signal | None:
        triggers = [(order, trigger) for order in leaving if order.action in actions for trigger in order.triggers]
        signals = []
        for order, trigger in triggers:
            if isinstance(trigger.condition, Opposite):
                signal = self.opposite(entry)
            else:
                signal = self.signal(trigger, leaves=True)
            name = "rules.short_exit" if "cover" in actions else "rules.exit"
            self.ledger.state(order, name, self.words(signal))
            if signal not in signals:
                signals.append(signal)
        for order in leaving:
            if order.action in actions and not order.triggers:
                self.ledger.state(order, "rules.exit", "by the protective orders or the time named")
        if not signals:
            return None
        if len(signals) == 1:
            return signals[0]
        if any(signal.on for signal in signals):
            if all(signal.when is None for signal in signals):
                return _Signal(on=" or ".join(f"({signal.on})" for signal in signals))
            raise Unclear("An exit on a day and another on a price cannot be combined yet. Which one should it be?")
        return _Signal(combine("or", tuple(signal.when for signal in signals if signal.when is not None)))

    def opposite(self, entry: _Signal | None) -> _Signal:
        turned = mirror(entry.when, entry.filters) if entry and entry.when is not None else None
        if turned is None:
            raise Unclear("The opposite of which signal? Say when the position is closed.")
        return _Signal(turned)

    def check_leftover(self, leaving: list[Order], entry: _Signal | None, short_entry: _Signal | None) -> None:
        for order in leaving:
            if order.action == "cover" and short_entry is None:
                raise Contradiction("The sentence covers a short position but never opens one. When is it sold short?")
            if order.action == "sell" and entry is None:
                raise Contradiction("The sentence sells but never buys. When is it bought, or should it be sold short?")

    def check_idea_exit(self, idea: Idea, exit_: _Signal | None, short_exit: _Signal | None) -> None:
        if idea.exit is None or idea.entry is None:
            return
        own = {unparse(self.node(idea.exit)), unparse(self.node(idea.entry))}
        for signal in (exit_, short_exit):
            if signal is not None and (signal.when is None or unparse(signal.when) not in own):
                raise Unclear("Does the exit named replace the one of the strategy, or are both meant?")

    def mirrored_exit(self, entry: _Signal) -> _Signal | None:
        """The mirror of an entry by a cross or a level; None: held to the end. Raises Unclear when it is unclear."""
        if entry.when is None:
            self.ledger.assume("rules.exit", "none", "no exit is said: held to the end")
            return None
        turned = mirror(entry.when, entry.filters)
        if turned is None:
            if isinstance(entry.when, Logic):
                raise Unclear("When is the position closed? The entry has several conditions and no exit is said.")
            self.ledger.assume("rules.exit", "none", "no exit is said and the entry has no mirror: held to the end")
            return None
        self.ledger.assume("rules.exit", self.words(_Signal(turned)), "no exit is said: the mirror of the entry")
        return _Signal(turned)

    # protection, time, size

    def protection(self, name: str) -> Distance | None:
        facts = [fact for fact in self.of(Protection) if fact.name == name]
        distance = self.only_one(
            [fact.distance for fact in facts],
            f"Two different values are given for the {name.replace('_', ' ')}. Which one is meant?",
        )
        absent = [
            fact
            for fact in self.of(Without)
            if fact.name in (name, "stop_and_target" if name != "trailing_stop" else name)
        ]
        if distance is not None and absent:
            raise Contradiction(f"Is there to be a {name.replace('_', ' ')} or not? The sentence says both.")
        for fact in facts:
            self.ledger.state(fact, f"rules.{name}", describe_distance(fact.distance))
        for none in absent:
            self.ledger.state(none, f"rules.{name}", "none")
        return distance

    def holding(self) -> int | None:
        facts = self.of(Holding)
        bars = self.only_one(
            [self.bars(fact.duration) for fact in facts], "Two different holding times are given. Which one is meant?"
        )
        for fact in facts:
            self.ledger.state(fact, "rules.hold_bars", f"out at the open {bars} bars after the entry")
        return bars

    def waiting(self) -> int | None:
        facts = self.of(Waiting)
        bars = self.only_one(
            [self.bars(fact.duration) for fact in facts], "Two different waiting times are given. Which one is meant?"
        )
        for fact in facts:
            self.ledger.state(fact, "rules.wait_bars", f"next entry at the earliest {bars} bars after an exit")
        return bars

    def bars(self, duration: Duration) -> int:
        """A time in bars: days and weeks of the market. Raises Unclear where bars cannot tell it."""
        timeframe = self.context.timeframe
        factor = 0
        if duration.unit == "bar":
            factor = 1
        elif timeframe is Timeframe.DAY:
            factor = {"day": 1, "week": 7 if self.context.trading is Trading.ALWAYS else 5}.get(duration.unit, 0)
        elif timeframe is Timeframe.WEEK:
            factor = {"week": 1}.get(duration.unit, 0)
        elif timeframe is Timeframe.MONTH:
            factor = {"month": 1}.get(duration.unit, 0)
        count = duration.count * factor
        if count < 1 or not float(count).is_integer():
            raise Unclear(f"How many bars are {duration.count:g} {duration.unit}s? Give the time in days.")
        return int(count)

    def size(self, stop: Distance | None) -> tuple[Sizing, int]:
        facts = self.of(Size)
        sizing = self.only_one(
            [fact.sizing for fact in facts], "Two different position sizes are given. Which one is meant?"
        )
        positions = self.only_one(
            [fact.count for fact in self.of(MostPositions)],
            "Two different numbers of positions are given. Which one is meant?",
        )
        whole = self.only_one([fact.whole for fact in self.of(WholeShares)], "Whole shares or fractions of shares?")
        for fact in facts:
            self.ledger.state(fact, "rules.sizing", describe_sizing(fact.sizing))
        for most in self.of(MostPositions):
            self.ledger.state(most, "rules.max_positions", str(most.count))
        for shares in self.of(WholeShares):
            self.ledger.state(shares, "rules.sizing.whole_shares", "yes" if shares.whole else "no")
        if sizing is None:
            sizing = Sizing(SizeKind.EQUITY, 1 / (positions or 1))
            share = "all available equity" if not positions or positions == 1 else f"1/{positions} of equity each"
            self.ledger.assume(
                "rules.sizing", f"{share}, {'whole' if whole else 'fractional'} shares", "no size was given"
            )
        if sizing.kind is SizeKind.RISK and stop is None:
            raise Unclear("Where is the stop loss? A size by risk needs one.")
        return replace(sizing, whole_shares=bool(whole)), positions or 1

    def check_possible(self, *signals: _Signal | None) -> None:
        entry, exit_, short_entry, short_exit = signals
        for signal, name in (
            (entry, "entry"),
            (exit_, "exit"),
            (short_entry, "short entry"),
            (short_exit, "short exit"),
        ):
            if signal and signal.when is not None and impossible(signal.when):
                raise Contradiction(f"The {name} can never happen: {self.words(signal)}. Which conditions are meant?")
        for enter, leave in ((entry, exit_), (short_entry, short_exit)):
            if enter and leave and enter.when is not None and enter == leave:
                raise Contradiction("Entry and exit are the same condition. When is the position closed?")


_MISSING = {
    "crossover without lengths": "Which two averages cross? Give their lengths, for example 50 and 200 days.",
    "bands": "When is it bought and when sold: at which band, touched or closed beyond?",
}


def _rule(signal: _Signal | None) -> Rule | None:
    return None if signal is None else signal.rule()


def complement(node: Node) -> Node:
    """True where the condition is defined and false."""
    match node:
        case Compare(operator, left, right) if operator in _COMPLEMENTS:
            return Compare(_COMPLEMENTS[operator], left, right)
        case Call(function, _) if function in _CROSSES:
            raise Unclear("When is the position closed? A cross is an event, not a state that ends.")
        case Logic(operator, parts):
            return combine("or" if operator == "and" else "and", tuple(complement(part) for part in parts))
        case _:
            return Unary("not", node)


def describe_distance(distance: Distance) -> str:
    """5%, 2 ATR(14), 3.00 in money."""
    match distance.kind.value:
        case "fraction":
            return f"{distance.value * 100:g}%"
        case "atr":
            return f"{distance.value:g} ATR({distance.atr_length})"
        case _:
            return f"{distance.value:g} in money"


def describe_sizing(sizing: Sizing) -> str:
    """What an entry buys, in words."""
    match sizing.kind:
        case SizeKind.EQUITY:
            return f"{sizing.value * 100:g}% of equity"
        case SizeKind.CASH:
            return f"{sizing.value:,.2f} in cash"
        case SizeKind.QUANTITY:
            return f"{sizing.value:g} shares"
        case SizeKind.RISK:
            return f"{sizing.value * 100:g}% of equity at risk"
        case _:
            return f"{sizing.value * 100:g}% yearly volatility"
