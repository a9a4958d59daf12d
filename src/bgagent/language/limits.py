"""What limits a position: protective orders, time, size, how many may be open."""

from dataclasses import replace

from bgagent.engine.plan import Distance, SizeKind, Sizing, StopStep
from bgagent.language.ledger import Beyond, Contradiction
from bgagent.language.meanings import (
    AnotherLot,
    Holding,
    MostPositions,
    Protection,
    SessionEnd,
    Size,
    Step,
    Waiting,
    WholeShares,
    Without,
)
from bgagent.language.quantities import Duration
from bgagent.language.signals import Signal, StrategyFacts
from bgagent.language.spoken import Unclear
from bgagent.periods import Timeframe, Trading


def protection_of(said: StrategyFacts, name: str) -> Distance | None:
    facts = [fact for fact in said.of(Protection) if fact.name == name]
    distance = said.only_one(
        [fact.distance for fact in facts],
        f"Two different values are given for the {name.replace('_', ' ')}. Which one is meant?",
    )
    absent = [
        fact for fact in said.of(Without) if fact.name in (name, "stop_and_target" if name != "trailing_stop" else name)
    ]
    if distance is not None and absent:
        raise Contradiction(f"Is there to be a {name.replace('_', ' ')} or not? The sentence says both.")
    for fact in facts:
        said.state(fact, f"rules.{name}", describe_distance(fact.distance))
    for none in absent:
        said.state(none, f"rules.{name}", "none")
    return distance


def steps_of(said: StrategyFacts) -> tuple[StopStep, ...]:
    """Where the stop moves to, by growing gain."""
    facts = said.of(Step)
    for fact in facts:
        where = "the entry price" if fact.step.stop_at == 0 else f"{fact.step.stop_at * 100:g}% above the entry"
        said.state(fact, "rules.stop_steps", f"stop at {where} once {fact.step.gain * 100:g}% up")
    if facts and any(fact.distance.follows for fact in said.of(Protection)):
        raise Contradiction("Should the stop follow the ATR, or move in steps as the profit grows?")
    return tuple(sorted({fact.step for fact in facts}, key=lambda step: step.gain))


def holding_of(said: StrategyFacts) -> int | None:
    facts = said.of(Holding)
    bars = said.only_one(
        [bars_of(said, fact.duration) for fact in facts], "Two different holding times are given. Which one is meant?"
    )
    for fact in facts:
        said.state(fact, "rules.hold_bars", f"out at the open {bars} bars after the entry")
    return bars


def check_month_end(said: StrategyFacts, entry: Signal | None) -> None:
    """Raises Unclear where a holding counted from the end of a month begins on another day."""
    for fact in said.of(Holding):
        if fact.from_month_end and (entry is None or entry.on != "last_of_month" or entry.when is not None):
            raise Unclear(
                f"Sold on session {fact.duration.count:g} of the month: bought when? Only a purchase on the last "
                "session of the month before can be held until then."
            )


def flat_overnight_of(said: StrategyFacts) -> bool:
    """Whether everything is closed before a session ends. Raises Beyond on bars that are no part of one."""
    facts = said.of(SessionEnd)
    if facts and not said.context.timeframe.is_intraday:
        raise Beyond(
            "orders fill at the open, so nothing can be sold at a close on bars of a day or longer; say the length of "
            "the bars, for example 'on 15-minute bars'",
            *(fact.place for fact in facts),
        )
    for fact in facts:
        said.state(fact, "rules.flat_overnight", "closed at the open of the last bar of each session")
    return bool(facts)


def waiting_of(said: StrategyFacts) -> int | None:
    facts = said.of(Waiting)
    bars = said.only_one(
        [bars_of(said, fact.duration) for fact in facts], "Two different waiting times are given. Which one is meant?"
    )
    for fact in facts:
        said.state(fact, "rules.wait_bars", f"next entry at the earliest {bars} bars after an exit")
    return bars


def bars_of(said: StrategyFacts, duration: Duration) -> int:
    """A time in bars: days and weeks of the market. Raises Unclear where bars cannot tell it."""
    timeframe = said.context.timeframe
    factor = 0
    if duration.unit == "bar":
        factor = 1
    elif timeframe is Timeframe.DAY:
        factor = {"day": 1, "week": 7 if said.context.trading is Trading.ALWAYS else 5}.get(duration.unit, 0)
    elif timeframe is Timeframe.WEEK:
        factor = {"week": 1}.get(duration.unit, 0)
    elif timeframe is Timeframe.MONTH:
        factor = {"month": 1}.get(duration.unit, 0)
    count = duration.count * factor
    if count < 1 or not float(count).is_integer():
        raise Unclear(f"How many bars are {duration.count:g} {duration.unit}s? Give the time in days.")
    return int(count)


def size_of(said: StrategyFacts, stop: Distance | None) -> tuple[Sizing, int]:
    facts = said.of(Size)
    sizing = said.only_one(
        [fact.sizing for fact in facts], "Two different position sizes are given. Which one is meant?"
    )
    positions = said.only_one(
        [fact.count for fact in said.of(MostPositions)],
        "Two different numbers of positions are given. Which one is meant?",
    )
    whole = said.only_one([fact.whole for fact in said.of(WholeShares)], "Whole shares or fractions of shares?")
    for fact in facts:
        said.state(fact, "rules.sizing", describe_sizing(fact.sizing))
    for most in said.of(MostPositions):
        said.state(most, "rules.max_positions", str(most.count))
    for shares in said.of(WholeShares):
        said.state(shares, "rules.sizing.whole_shares", "yes" if shares.whole else "no")
    for another in said.of(AnotherLot):
        if positions is None or positions < 2:
            raise Unclear("How many positions may be open at once?")
        said.state(another, "rules.max_positions", str(positions))
    if sizing is None:
        sizing = Sizing(SizeKind.EQUITY, 1 / (positions or 1))
        share = "all available equity" if not positions or positions == 1 else f"1/{positions} of equity each"
        said.assume("rules.sizing", f"{share}, {'whole' if whole else 'fractional'} shares", "no size was given")
    if sizing.kind is SizeKind.RISK and stop is None:
        raise Unclear("Where is the stop loss? A size by risk needs one.")
    return replace(sizing, whole_shares=bool(whole)), positions or 1


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
