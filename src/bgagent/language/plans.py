"""Facts about a strategy become a plan."""

from collections.abc import Sequence

from bgagent.engine.calendar_rules import parse_calendar
from bgagent.engine.plan import Rule, RulePlan, SizeKind
from bgagent.language.context import Context
from bgagent.language.contradictions import impossible
from bgagent.language.entries import Entries
from bgagent.language.exits import Exits
from bgagent.language.ledger import Contradiction, Ledger
from bgagent.language.limits import (
    check_month_end,
    describe_distance,
    flat_overnight_of,
    holding_of,
    protection_of,
    size_of,
    steps_of,
    waiting_of,
)
from bgagent.language.meanings import BuyAndHold, Idea, Levels, Order, State, Without
from bgagent.language.signals import Signal, Signals, StrategyFacts, complement
from bgagent.language.spoken import Unclear


def make_plan(symbol: str, facts: Sequence[object], context: Context, ledger: Ledger) -> RulePlan:
    """The plan that the facts of one strategy make. Raises Unclear or Contradiction with a question."""
    return _Maker(StrategyFacts(symbol, facts, context, ledger)).plan()


_RECURRING = ("weekday", "first_of_", "last_of_", "on_day")


class _Maker:
    """Makes one plan from its facts."""

    def __init__(self, said: StrategyFacts) -> None:
        self.said = said
        self.entries = Entries(said)
        self.exits = Exits(said, self.entries)

    def plan(self) -> RulePlan:
        entry, exit_, short_entry, short_exit = self.signals()
        stop, target, trailing = (
            protection_of(self.said, name) for name in ("stop_loss", "take_profit", "trailing_stop")
        )
        self.check_exits(entry, exit_, short_entry, short_exit)
        sizing, positions = size_of(self.said, stop or trailing)
        if sizing.kind is SizeKind.RISK and stop is None and trailing is not None:
            stop = trailing
            self.said.assume(
                "rules.stop_loss", describe_distance(stop), "the risk of a trade is counted to where the stop begins"
            )
        plan = RulePlan(
            symbol=self.said.symbol,
            entry=_rule(entry),
            exit=_rule(exit_),
            short_entry=_rule(short_entry),
            short_exit=_rule(short_exit),
            stop_loss=stop,
            take_profit=target,
            trailing_stop=trailing,
            hold_bars=holding_of(self.said),
            wait_bars=waiting_of(self.said),
            sizing=sizing,
            max_positions=positions,
            stop_steps=steps_of(self.said),
            flat_overnight=flat_overnight_of(self.said),
        )
        check_month_end(self.said, entry)
        self.check_repeated(plan)
        if self.said.direction is None and plan.direction == "long":
            self.said.assume("direction", "long only", "the sentence does not ask for short sales")
        return plan

    def check_repeated(self, plan: RulePlan) -> None:
        """Raises Unclear for purchases on a schedule that nothing sells: the first one would be the only one."""
        on = plan.entry.on if plan.entry else None
        recurs = (
            on is not None
            and plan.entry is not None
            and plan.entry.when is None
            and any(word in on for word in _RECURRING)
        )
        closes = (plan.exit, plan.stop_loss, plan.take_profit, plan.trailing_stop, plan.hold_bars)
        if recurs and plan.max_positions == 1 and all(way is None for way in closes):
            absent = {fact.name for fact in self.said.of(Without)}
            if "exit" not in absent:
                raise Unclear("Is new money paid in on each of these dates, or is it sold before it is bought again?")

    def signals(self) -> Signals:
        """Entry, exit, short entry, short exit."""
        holds = self.said.of(BuyAndHold)
        orders, states, ideas = self.said.of(Order), self.said.of(State), self.said.of(Idea)
        for levels in self.said.of(Levels):
            self.said.state(levels, "rules.entry", f"levels {levels.low:g} and {levels.high:g}")
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

    def buy_and_hold(self, holds: list[BuyAndHold], orders: list[Order], ideas: list[Idea]) -> Signals:
        if ideas:
            raise Contradiction("Is it to be bought and held, or traded by the rule? Say 'compare' for both.")
        if self.said.direction in ("short", "both"):
            raise Contradiction("Buy and hold is long. Should it be sold short instead?")
        leaving = [order for order in orders if order.triggers]
        signal = Signal(on="first_session")
        for hold in holds:
            self.said.state(hold, "rules.entry", "buy at the first open and hold to the end")
        exit_ = self.exits.exit_signal(leaving, ("sell", "exit")) if leaving else None
        return signal, exit_, None, None

    def state_signals(self, state: State, leaving_orders: list[Order]) -> Signals:
        signal = self.entries.with_filters(self.said.signal(state.trigger))
        if signal.when is not None and signal.on is not None:
            raise Unclear("When is the position closed: when the price condition ends, or at the end of the season?")
        if signal.when is not None:
            self.check_happens(signal, "condition")
            self.said.context.entry_nodes = (signal.when,)
        leaving = self.exits.exit_signal(leaving_orders, ("sell", "exit"), signal) or Signal(
            when=None if signal.when is None else complement(signal.when),
            on=None if signal.on is None else parse_calendar(f"not ({signal.on})").text,
        )
        self.said.state(state, "rules.entry", f"in the market {self.said.words(signal)}, out of it otherwise")
        if self.said.direction in ("short", "both"):
            raise Unclear("Should it be sold short while the condition does not hold, or be out of the market?")
        return signal, leaving, None, None

    def trading(self, entering: list[Order], orders: list[Order], ideas: list[Idea], *, keeps: bool) -> Signals:
        longs = [
            order
            for order in entering
            if order.action == "buy" or (order.action == "enter" and self.said.direction != "short")
        ]
        shorts = [
            order
            for order in entering
            if order.action == "short" or (order.action == "enter" and self.said.direction == "short")
        ]
        if any(order.action == "enter" for order in entering) and self.said.direction == "both":
            raise Unclear("Is the entry a purchase or a short sale? Say 'buy' or 'short'.")
        self.read_exits_said_first(orders)
        idea = self.entries.idea(ideas, has_orders=bool(entering))
        entry = self.entries.entry_signal(longs)
        short_entry = self.entries.entry_signal(shorts)
        if not entering:
            entry, short_entry = self.entries.idea_entries(idea)
        elif idea is not None and idea.entry is not None:
            self.entries.check_idea(idea, entry, short_entry)
        if self.said.direction == "long" and short_entry is not None:
            raise Contradiction("The sentence says long only and also sells short. Which is meant?")
        if self.said.direction == "short" and entry is not None:
            raise Contradiction("The sentence says short only and also buys. Which is meant?")
        entry = self.entries.with_filters(entry) if entry else None
        short_entry = self.entries.with_filters(short_entry) if short_entry else None
        if self.said.direction == "both" and short_entry is None and entry is not None:
            short_entry = self.entries.mirrored_entry(entry)
        self.check_happens(entry, "entry")
        self.check_happens(short_entry, "short entry")
        self.said.context.entry_nodes = tuple(
            signal.when for signal in (entry, short_entry) if signal and signal.when is not None
        )
        exit_, short_exit = self.exits.exits(entry, short_entry, orders, idea if not entering else None, keeps=keeps)
        self.entries.note_titles((entry, exit_, short_entry, short_exit))
        return entry, exit_, short_entry, short_exit

    def read_exits_said_first(self, orders: list[Order]) -> None:
        """What is said of the exit before the entry is what the entry's "it" stands for."""
        for order in orders:
            if order.action in ("buy", "enter", "short"):
                return
            for trigger in order.triggers:
                try:
                    self.said.signal(trigger, leaves=True)
                except Unclear:
                    continue  # asked about when the exit is read

    def check_happens(self, signal: Signal | None, name: str) -> None:
        """Raises Contradiction for a condition that no bar can meet."""
        if signal and signal.when is not None and impossible(signal.when):
            raise Contradiction(f"The {name} can never happen: {self.said.words(signal)}. Which conditions are meant?")

    def check_exits(
        self, entry: Signal | None, exit_: Signal | None, short: Signal | None, cover: Signal | None
    ) -> None:
        self.check_happens(exit_, "exit")
        self.check_happens(cover, "short exit")
        for enter, leave in ((entry, exit_), (short, cover)):
            if enter and leave and enter.when is not None and enter == leave:
                raise Contradiction("Entry and exit are the same condition. When is the position closed?")


def _rule(signal: Signal | None) -> Rule | None:
    return None if signal is None else signal.rule()
