"""What closes a position: the orders said, the other end of the strategy named, or the mirror of the entry."""

from bgagent.engine.expression import Call, Compare, Logic, Node, Number, combine, unparse
from bgagent.language.entries import Entries
from bgagent.language.ledger import Contradiction
from bgagent.language.meanings import Holding, Idea, Order, Protection, SessionEnd, Without
from bgagent.language.measures import Opposite, Otherwise
from bgagent.language.mirrors import MIDDLES, mirror
from bgagent.language.signals import Signal, StrategyFacts, complement
from bgagent.language.spoken import Unclear


class Exits:
    """Finds the signals that close positions. Raises Unclear or Contradiction with a question."""

    def __init__(self, said: StrategyFacts, entries: Entries) -> None:
        self.said = said
        self.entries = entries

    def exits(
        self, entry: Signal | None, short_entry: Signal | None, orders: list[Order], idea: Idea | None, *, keeps: bool
    ) -> tuple[Signal | None, Signal | None]:
        leaving = [order for order in orders if order.action in ("sell", "exit", "cover")]
        exit_ = self.exit_signal(leaving, ("sell", "exit"), entry) if entry else None
        short_exit = self.exit_signal(leaving, ("cover", "exit"), short_entry) if short_entry else None
        self.check_leftover(leaving, entry, short_entry)
        if idea is not None and (exit_ is not None or short_exit is not None):
            self.check_idea_exit(idea, exit_, short_exit)
        says_exit = (
            bool(leaving)
            or bool(self.said.of(Holding))
            or bool(self.said.of(SessionEnd))
            or any(fact.name in ("take_profit", "trailing_stop") for fact in self.said.of(Protection))
        )
        absent = {fact.name for fact in self.said.of(Without)}
        if idea is None and self.said.says_no_other_exit():
            return exit_, short_exit
        if keeps or absent & {"exit", "short_exit"}:
            return self.without_exit(exit_, short_exit, absent)
        if entry and short_entry and idea is None:
            return self.turning_exits(entry, short_entry, exit_, short_exit, leaving)
        if idea is not None:
            exit_, short_exit = self.exits_of_idea(idea, entry, short_entry, exit_, short_exit)
        elif says_exit:
            for name, signal, leave in (("rules.exit", entry, exit_), ("rules.short_exit", short_entry, short_exit)):
                if signal is not None and leave is None:
                    self.said.assume(
                        name,
                        "no rule beside the target, the trailing stop or the time",
                        "the sentence names no other exit",
                    )
        else:
            exit_ = self.mirrored_exit(entry) if entry else None
            short_exit = self.mirrored_exit(short_entry) if short_entry else None
        return exit_, short_exit

    def without_exit(
        self, exit_: Signal | None, short_exit: Signal | None, absent: set[str]
    ) -> tuple[Signal | None, Signal | None]:
        """No mirror where the sentence says that there is no exit."""
        if ("exit" in absent and exit_ is not None) or ("short_exit" in absent and short_exit is not None):
            raise Contradiction("Is there to be an exit rule or not? The sentence says both.")
        for fact in self.said.of(Without):
            if fact.name in ("exit", "short_exit"):
                self.said.state(fact, f"rules.{fact.name}", "none")
        return exit_, short_exit

    def exits_of_idea(
        self,
        idea: Idea,
        entry: Signal | None,
        short_entry: Signal | None,
        exit_: Signal | None,
        short_exit: Signal | None,
    ) -> tuple[Signal | None, Signal | None]:
        """The exits that belong to a strategy called by name: the other end of it."""
        if idea.name == "breakout" and (exit_ is not None or short_exit is not None):
            return exit_, short_exit
        if self.said.of(Holding) and self.said.says_no_other_exit():
            return exit_, short_exit
        if not all(fact.is_most for fact in self.said.of(Holding)):
            raise Unclear("Is the position closed after that time only, or also by the strategy's own exit?")
        start, end = self.entries.ends_of(idea)
        self.said.assume(
            "rules.exit",
            self.said.words(Signal(end if entry else start)),
            f"the other end of the strategy named ({idea.name})",
        )
        return (exit_ or Signal(end)) if entry else None, (short_exit or Signal(start)) if short_entry else None

    def turning_exits(
        self,
        entry: Signal,
        short_entry: Signal,
        exit_: Signal | None,
        short_exit: Signal | None,
        leaving: list[Order],
    ) -> tuple[Signal | None, Signal | None]:
        """With two sides and no other exit, the entry of one side closes the other."""
        if exit_ is None and not any(order.action in ("sell", "exit") for order in leaving):
            self.said.assume("rules.exit", self.said.words(short_entry), "the short entry closes the long position")
            exit_ = short_entry
        if short_exit is None and not any(order.action in ("cover", "exit") for order in leaving):
            self.said.assume("rules.short_exit", self.said.words(entry), "the long entry closes the short position")
            short_exit = entry
        return exit_, short_exit

    def exit_signal(self, leaving: list[Order], actions: tuple[str, ...], entry: Signal | None = None) -> Signal | None:
        if entry is not None and entry.when is not None:
            self.said.context.entry_nodes = (entry.when,)
        triggers = [(order, trigger) for order in leaving if order.action in actions for trigger in order.triggers]
        signals = []
        for order, trigger in triggers:
            if isinstance(trigger.condition, Opposite):
                signal = self.opposite(entry)
            elif isinstance(trigger.condition, Otherwise):
                signal = self.otherwise(entry)
            else:
                signal = self.said.signal(trigger, leaves=True)
            name = "rules.short_exit" if "cover" in actions else "rules.exit"
            self.said.state(order, name, self.said.words(signal))
            if signal not in signals:
                signals.append(signal)
        for order in leaving:
            if order.action in actions and not order.triggers:
                self.said.state(order, "rules.exit", "by the protective orders or the time named")
        if not signals:
            return None
        if len(signals) == 1:
            return signals[0]
        if any(signal.on for signal in signals):
            if all(signal.when is None for signal in signals):
                return Signal(on=" or ".join(f"({signal.on})" for signal in signals))
            raise Unclear("An exit on a day and another on a price cannot be combined yet. Which one should it be?")
        return Signal(combine("or", tuple(signal.when for signal in signals if signal.when is not None)))

    def opposite(self, entry: Signal | None) -> Signal:
        turned = mirror(entry.when, entry.filters) if entry and entry.when is not None else None
        if turned is None:
            raise Unclear("The opposite of which signal? Say when the position is closed.")
        return Signal(turned)

    def otherwise(self, entry: Signal | None) -> Signal:
        """Out where the entry's condition does not hold."""
        if entry is None or entry.when is None:
            raise Unclear("Otherwise than what? Say when the position is closed.")
        return Signal(complement(entry.when))

    def check_leftover(self, leaving: list[Order], entry: Signal | None, short_entry: Signal | None) -> None:
        for order in leaving:
            if order.action == "cover" and short_entry is None:
                raise Contradiction("The sentence covers a short position but never opens one. When is it sold short?")
            if order.action == "sell" and entry is None:
                raise Contradiction("The sentence sells but never buys. When is it bought, or should it be sold short?")

    def check_idea_exit(self, idea: Idea, exit_: Signal | None, short_exit: Signal | None) -> None:
        if idea.exit is None or idea.entry is None:
            return
        if idea.name == "breakout":  # "20-day breakout, exit on a 10-day low" says another length for the exit
            return
        own = {unparse(self.said.node(idea.exit)), unparse(self.said.node(idea.entry))}
        for signal in (exit_, short_exit):
            if signal is not None and (signal.when is None or unparse(signal.when) not in own):
                raise Unclear("Does the exit named replace the one of the strategy, or are both meant?")

    def mirrored_exit(self, entry: Signal) -> Signal | None:
        """The mirror of an entry by a cross or a level; None: held to the end. Raises Unclear when it is unclear."""
        if entry.when is None:
            self.said.assume("rules.exit", "none", "no exit is said: held to the end")
            return None
        turned = mirror(entry.when, entry.filters)
        if turned is None:
            if isinstance(entry.when, Logic) or _is_of_a_level(entry.when):
                raise Unclear("When is the position closed? No exit is said, and the entry has no one mirror.")
            self.said.assume("rules.exit", "none", "no exit is said and the entry has no mirror: held to the end")
            return None
        self.said.assume("rules.exit", self.said.words(Signal(turned)), "no exit is said: the mirror of the entry")
        return Signal(turned)


def _is_of_a_level(node: Node) -> bool:
    """An indicator against a number: an entry by a level, which people expect to end."""
    return (
        isinstance(node, Compare)
        and isinstance(node.right, Number)
        and isinstance(node.left, Call)
        and node.left.function in MIDDLES
        and node.left.function not in ("change", "supertrend_direction")
    )
