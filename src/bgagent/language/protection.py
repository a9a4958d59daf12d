"""Phrases for protective orders and for time: stops, targets, trailing stops, holding and waiting."""

from dataclasses import replace

from bgagent.engine.plan import Distance, DistanceKind, StopStep
from bgagent.language.meanings import Holding, Protection, SessionEnd, Step, Waiting, Without
from bgagent.language.quantities import Duration, Money
from bgagent.language.rulebook import Rules

RULES = Rules()


@RULES.rule("distance", "{percent}", "(-|\\+|:|=) {percent}")
def _fraction(percent: float) -> Distance | None:
    return Distance(DistanceKind.FRACTION, round(percent, 12)) if percent > 0 else None


@RULES.rule(
    "atr_distance", "{number} (x|times)? <atr_word>", "{number} <hyphen>? <atr_word>", "{multiple} (the)? <atr_word>"
)
def _atr(number: float = 0, multiple: float = 0) -> Distance | None:
    value = number or multiple
    return Distance(DistanceKind.ATR, value) if value > 0 else None


@RULES.rule("atr_distance", "{number} (x|times)? {length} <atr_word>", "{number} (x|times)? <atr_word> \\( {whole} \\)")
def _atr_of(number: float, length: tuple[int, str | None] | None = None, whole: int | None = None) -> Distance | None:
    bars = length[0] if length else whole
    return Distance(DistanceKind.ATR, number, atr_length=bars) if number > 0 and bars else None


@RULES.rule("distance", "{moving:atr_distance} <updated>")
def _updated(moving: Distance) -> Distance:
    return replace(moving, follows=True)


RULES.same("distance", "{atr_distance}")


@RULES.rule("money_distance", "{money} <per_share>", "{cents} <per_share>", "{pips}")
def _money(money: Money | None = None, cents: float = 0, pips: float = 0) -> Distance | None:
    """A distance of the price; "a $500 stop" may be meant for the whole position, and is not read."""
    value = money.amount if money is not None else cents or pips
    return Distance(DistanceKind.MONEY, value) if value > 0 else None


@RULES.rule(
    "protection",
    "<stop_loss> (of|at|is|set at|placed|:|=|to)? {distance} <from_entry>?",
    "{distance} <stop_loss>",
    "{money_distance} <stop_loss>",
    "<stop_loss> of {money_distance}",
    "<stop_loss> {money_distance} ((below|from|away from|under) <entry_price>)?",
    "<stop_loss> {distance} (below|from|away from|under) <entry_price>",
    "<stop_loss> (at|placed|set)? {distance} (below|from|under) <entry_price>",
    "stopped out (at|after) {distance} <loss_word>?",
    "stop out (at|after) {distance} <loss_word>?",
    "<cut_losses> (at|of)? {distance}",
    "cut (it|them|<position_word>)? at {distance} <plain_end>",
    "<max_loss> (of|per trade of|:)? {distance} (per trade)?",
)
def _stop(distance: Distance | None = None, money_distance: Distance | None = None) -> Protection | None:
    """A price to stop at is no distance: "stop at $95" is not read."""
    given = distance or money_distance
    return None if given is None or not _is_possible(given) else Protection("stop_loss", given)


@RULES.rule(
    "protection",
    "<take_profit> (of|at|is|set at|:|=|to)? {distance} <from_entry>?",
    "{distance} <take_profit>",
    "{money_distance} <take_profit>",
    "<take_profit> of {money_distance}",
    "<take_profit> {money_distance} (above <entry_price>)?",
    "<take_profit> {distance} above <entry_price>",
    "<take_profit> at {distance} <profit_word>?",
    "{distance} (profit|gain) (target|objective|goal)",
)
def _take(distance: Distance | None = None, money_distance: Distance | None = None) -> Protection | None:
    given = distance or money_distance
    return Protection("take_profit", given) if given is not None else None


@RULES.rule(
    "protection",
    "<trailing_stop> (of|at|is|set at|:|=|to)? {distance} <from_peak>?",
    "{distance} <trailing_stop>",
    "{money_distance} <trailing_stop>",
    "<trailing_stop> of {money_distance}",
    "<stop_loss> trailing (by|at)? {distance}",
    "trail (the|a)? <stop_loss>? (by|at|of)? {distance} <from_peak>?",
    "trail (the|a)? <stop_loss>? {distance} <from_peak>",
    "trail (the|a)? <stop_loss>? (by|at|of)? {distance} (below|behind|under) <plain_end>",
    "(with|using)? <stop_loss> trailing {distance} (below|behind|under) <plain_end>",
    "<chandelier> (of|at|with|:)? {distance} <from_peak>?",
    "<chandelier> \\( {whole} , {number} \\)",
    "{distance} <chandelier>",
    "<stop_loss> {distance} <from_peak>",
    "<trailing_stop> (by|with) {distance}",
    "<stop_loss> that trails (by)? {distance}",
)
def _trail(
    distance: Distance | None = None,
    money_distance: Distance | None = None,
    whole: int | None = None,
    number: float | None = None,
) -> Protection | None:
    if whole is not None and number is not None and number > 0:
        distance = Distance(DistanceKind.ATR, number, atr_length=whole)
    given = distance or money_distance
    return None if given is None or not _is_possible(given) else Protection("trailing_stop", given)


RULES.same(
    "once_up",
    "(<after>|<when>|at|with) <it_or_position>? (<be>|<goes>|<gains>)? (up|a)? {percent} (<profit_word>|<in_profit>)?",
)


@RULES.rule(
    "protection",
    "<move_stop> to <break_even> {percent:once_up}",
    "(<after>|<when>|at) (a)? {percent} (<profit_word>|<in_profit>) ,? <move_stop> to <break_even>",
    "<break_even> <stop_loss>? (<after>|at|<when>) (up|a)? {percent} <profit_word>?",
)
def _break_even(percent: float) -> StopStep | None:
    return StopStep(round(percent, 12)) if percent > 0 else None


@RULES.rule(
    "protection",
    "<move_stop> to \\+? {second:percent} (above <entry_price>|<profit_word>)? {first:once_up}",
)
def _lock_in(first: float, second: float) -> StopStep | None:
    """Part of the gain is kept once it is made."""
    return StopStep(round(first, 12), round(second, 12)) if 0 < second < first else None


def _is_possible(distance: Distance) -> bool:
    """A price cannot fall by all of itself."""
    return distance.kind is not DistanceKind.FRACTION or distance.value < 1


@RULES.rule(
    "protection",
    "<stop_loss> (and|/|,|&) <take_profit> (of|at|both|each)? {distance} (each|both)?",
    "{distance} <stop_loss> (and|/|&) <take_profit>",
    "(both)? <stop_loss> and <take_profit> (at|of) {distance}",
)
def _pair(distance: Distance) -> tuple[Protection, Protection]:
    return (Protection("stop_loss", distance), Protection("take_profit", distance))


@RULES.rule("protection", "{first:distance} <stop_loss> (/|and|,|&)? {second:distance} <take_profit>")
def _stop_and_target(first: Distance, second: Distance) -> tuple[Protection, Protection]:
    return (Protection("stop_loss", first), Protection("take_profit", second))


@RULES.rule("protection", "<stop_loss> (/|and) <take_profit> (of|at|:)? {first:distance} (/|and) {second:distance}")
def _two_distances(first: Distance, second: Distance) -> tuple[Protection, Protection]:
    return (Protection("stop_loss", first), Protection("take_profit", second))


@RULES.rule("some_protection", "{protection}")
def _some(protection: object) -> tuple[object, ...]:
    if isinstance(protection, StopStep):
        return (Step(protection),)
    return protection if isinstance(protection, tuple) else (protection,)


RULES.listing(
    "protections",
    "{some_protection}",
    between="(,|and|&|plus|, and|/|, plus|, with|with|, or|or)",
    longest=6,
    flat=True,
)


# time


@RULES.rule(
    "holding",
    "<hold_at_most> (it|them|<position_word>)? (for|:|of|is)? {duration}",
    "{duration} (max|maximum|at most|time stop|max holding period|maximum holding period)",
    "(exit|close|sell|out) after {duration} at the latest",
    "<set_off> (max|maximum|max.|at most) {duration} (in the trade|per trade|in a trade|a trade)? <set_off_after>",
)
def _holding_at_most(duration: Duration) -> Holding:
    """Out then at the latest, whatever else closes the position."""
    return Holding(duration, is_most=True)


@RULES.rule(
    "holding",
    "<hold_for> (it|them|<position_word>)? (for)? {duration} <regardless>?",
    "<hold_for> : {duration}",
    "holding period (of|:|is)? {duration}",
    "time (stop|exit|based exit|limit) (of|after|at|:)? {duration}",
    "{duration} (holding period|time stop|time exit|hold|holding time)",
    "hold (each|every|the)? <position_word> (for)? {duration}",
    "keep (it|them|<position_word>|each)? (for)? {duration}",
    "for {duration} (each|at a time)",
    "max hold (of|:)? {duration}",
)
def _holding(duration: Duration) -> Holding | None:
    return Holding(duration)


RULES.value(
    "session_exit",
    SessionEnd(),
    "<leaving>? <position_word>? <at_session_end>",
    "<no_overnight>",
    "<leaving> (everything|all|<position_word>)? <at_session_end>",
)


@RULES.rule(
    "waiting",
    "<wait_word> (for)? {duration} <after_exit>?",
    "<wait_word> (at least|for at least)? {duration} <after_exit>? <before_next>?",
    "{duration} <cooldown> <after_exit>?",
    "<cooldown> (period)? (of|:)? {duration} <after_exit>?",
    "no (new)? <entry_word> (for|within) {duration} <after_exit>",
    "(after|following) (an|each|every)? exit (,)? wait (for)? {duration} <before_next>?",
)
def _waiting(duration: Duration) -> Waiting:
    return Waiting(duration)


RULES.value("waiting", Without("hold_bars"), "no time (stop|limit|exit)", "without (a)? time (stop|limit|exit)")
