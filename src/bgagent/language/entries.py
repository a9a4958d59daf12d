"""What opens a position: the orders said, or the strategy called by name, with its filters."""

from collections.abc import Sequence
from dataclasses import replace

from bgagent.engine.expression import Call, Node, combine, nodes_of, series_of, unparse
from bgagent.language.ideas import cross_idea
from bgagent.language.ledger import Contradiction
from bgagent.language.meanings import Filter, Heading, Idea, Lengths, Order, Protection, StopTitle
from bgagent.language.measures import Average, Crossing, Extremity, Indicator, Value
from bgagent.language.mirrors import mirror
from bgagent.language.phrases import condition as words_of
from bgagent.language.signals import Signal, Signals, StrategyFacts
from bgagent.language.spoken import Unclear

_MISSING = {
    "crossover without lengths": "Which two averages cross? Give their lengths, for example 50 and 200 days.",
    "bands": "When is it bought and when sold: at which band, touched or closed beyond?",
}


_SIGNS_OF = {
    "bands": frozenset(("bollinger_lower", "bollinger_middle", "bollinger_upper")),
    "crossover without lengths": frozenset(("crosses_above", "crosses_below")),
}


_COLUMNS = frozenset(("open", "high", "low", "close", "volume"))


class Entries:
    """Finds the signals that open positions. Raises Unclear or Contradiction with a question."""

    def __init__(self, said: StrategyFacts) -> None:
        self.said = said

    def entry_signal(self, orders: list[Order]) -> Signal | None:
        """The one signal of the orders on one side."""
        signals = [self.said.signal(trigger) for order in orders for trigger in order.triggers]
        if not signals:
            return None
        if len({signal.rule() for signal in signals}) > 1:
            raise Contradiction(
                "There are two different entries in the sentence. Does one of them do, or must both hold?"
            )
        for order in orders:
            self.said.state(
                order,
                "rules.short_entry" if order.action == "short" else "rules.entry",
                signals[0].text(self.said.context.timeframe),
            )
        return signals[0]

    def idea(self, ideas: list[Idea], *, has_orders: bool) -> Idea | None:
        """The one strategy called by name."""
        ideas = [self.with_lengths(idea) for idea in ideas]
        full = [idea for idea in ideas if idea.entry is not None]
        if full and not has_orders and any(idea.entry is None for idea in ideas):
            raise Unclear(
                "When exactly is it bought? The sentence names several indicators but no rule for all of them."
            )
        if not full:
            if len({idea.name for idea in ideas}) > 1 and not has_orders:
                raise Unclear("When exactly is it bought? The sentence names several indicators but no rule.")
            chosen = ideas[0] if ideas else None
        else:
            different = {unparse(self.said.node(idea.entry)): idea for idea in full if idea.entry is not None}
            if len(different) > 1:
                raise Contradiction(
                    "The sentence names two strategies. Which one is meant, or should they be compared?"
                )
            chosen = full[0]
        for idea in full:
            assert idea.entry is not None
            said = words_of(self.said.node(idea.entry), self.said.context.timeframe)
            self.said.state(idea, "rules.entry", f"buy when {said}")
        return chosen

    def note_titles(self, signals: Signals) -> None:
        """Notes the strategies that are only named, where some rule is about what they name."""
        nodes = [part for signal in signals if signal and signal.when is not None for part in nodes_of(signal.when)]
        used = {part.function for part in nodes if isinstance(part, Call)}
        for title in self.said.of(StopTitle):
            if any(fact.name in title.names for fact in self.said.of(Protection)):
                self.said.state(title, "rules.stop_loss", "a title of the stop")
        for heading in self.said.of(Heading):
            if all(self.is_used(value, nodes) for value in heading.values):
                self.said.state(heading, "rules.entry", "the parameters of the indicators")
        for idea in self.said.of(Idea):
            if idea.entry is None and used & _SIGNS_OF.get(idea.name, frozenset((getattr(idea.topic, "name", ""),))):
                self.said.state(idea, "rules.entry", f"a strategy on {idea.name}")

    def is_used(self, value: Value, nodes: Sequence[Node]) -> bool:
        """True when some rule reads the value, or another line of the same indicator."""
        try:
            node = self.said.context.value(value).node
        except Unclear:
            return False
        if isinstance(value, Average):
            return node in nodes
        family = str(getattr(node, "function", "")).split("_")[0]
        arguments = getattr(node, "arguments", ())
        return any(
            isinstance(other, Call) and other.function.split("_")[0] == family and other.arguments == arguments
            for other in nodes
        )

    def with_lengths(self, idea: Idea) -> Idea:
        """A crossover with the lengths that are given elsewhere."""
        said = self.said.of(Lengths)
        fast = {lengths.fast for lengths in said} - {None}
        slow = {lengths.slow for lengths in said} - {None}
        if idea.name != "crossover without lengths" or not isinstance(idea.topic, Average):
            return idea
        if len(fast) != 1 or len(slow) != 1:
            return idea
        short, long = fast.pop(), slow.pop()
        if short is None or long is None or short >= long:
            raise Contradiction("The fast average has to be shorter than the slow one. Which lengths are meant?")
        for lengths in said:
            self.said.state(lengths, "rules.entry", f"averages of {short} and {long}")
        kind, unit = idea.topic.kind, said[0].unit
        return replace(cross_idea(Average(kind, short, unit), Average(kind, long, unit)), place=idea.place)

    def idea_entries(self, idea: Idea | None) -> tuple[Signal | None, Signal | None]:
        if idea is None:
            raise Unclear("When should it be bought? The sentence has no rule to enter by.")
        start, end = self.ends_of(idea)
        buys, sells = Signal(start), Signal(end)
        if isinstance(idea.entry, Crossing):
            self.said.assume(
                "start", "flat", "a cross is an event: a position that would already be open is not entered"
            )
        if self.said.direction == "both":
            return buys, sells
        return (None, sells) if self.said.direction == "short" else (buys, None)

    def ends_of(self, idea: Idea) -> tuple[Node, Node]:
        """Where a strategy called by name buys, and where it sells."""
        entry, leave = idea.entry, idea.exit
        if entry is None and isinstance(idea.topic, Indicator) and idea.topic.name == "rsi":
            entry, leave = Extremity(idea.topic, "low"), Extremity(idea.topic, "high")
        if entry is None or leave is None:
            raise Unclear(
                _MISSING.get(idea.name, "When exactly is it bought, and when sold? The sentence names no rule.")
            )
        return self.said.node(entry), self.said.node(leave)

    def check_idea(self, idea: Idea, entry: Signal | None, short_entry: Signal | None) -> None:
        """An order given in full must speak of the strategy named; otherwise there are two."""
        assert idea.entry is not None
        named = {unparse(series) for series in series_of(self.said.node(idea.entry))}
        named = named - _COLUMNS or named  # every rule speaks of prices
        said = [signal.when for signal in (entry, short_entry) if signal and signal.when is not None]
        if idea.name == "supertrend" and idea.topic is not None:
            named.add(unparse(self.said.context.value(idea.topic).node))
        if idea.name == "levels":
            named = {unparse(self.said.context.value(idea.topic).node)} if idea.topic else named
        spoken = {unparse(part) for node in said for part in nodes_of(node)}
        if not named & spoken:
            raise Contradiction("The sentence names one strategy and gives the rule of another. Which one is meant?")

    def with_filters(self, signal: Signal) -> Signal:
        filters = self.said.of(Filter)
        if not filters:
            return signal
        if self.said.direction == "both":
            raise Unclear("Does the filter hold for long entries, for short ones, or turned round for both?")
        parts = [] if signal.when is None else [signal.when]
        for fact in filters:
            node = self.said.node(fact.condition)
            self.said.state(fact, "rules.entry", f"only when {words_of(node, self.said.context.timeframe)}")
            parts.append(node)
        when = combine("and", tuple(parts))
        return replace(signal, when=when, filters=signal.filters + len(filters))

    def mirrored_entry(self, entry: Signal) -> Signal:
        turned = None if entry.when is None else mirror(entry.when, entry.filters)
        if turned is None:
            raise Unclear("When should it be sold short? The sentence gives a rule for the long side only.")
        self.said.assume(
            "rules.short_entry", self.said.words(Signal(turned)), "both sides were asked for; the mirror of the entry"
        )
        return Signal(turned)
