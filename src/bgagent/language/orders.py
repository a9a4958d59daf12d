"""Phrases for orders and what goes with them: buy when ..., sell after ..., hold while ..., stops, targets."""

from collections.abc import Iterator

from bgagent.engine.plan import Distance, DistanceKind, SizeKind, Sizing
from bgagent.language.comparisons import CLOSE
from bgagent.language.elements import Finder
from bgagent.language.meanings import (
    AnotherLot,
    Filter,
    Holding,
    MostPositions,
    Order,
    Protection,
    SessionEnd,
    Size,
    Universe,
    WholeShares,
)
from bgagent.language.measures import (
    Average,
    Comparing,
    Condition,
    Crossing,
    Every,
    Extreme,
    Extremity,
    Indicator,
    Otherwise,
    Schedule,
    Touching,
    Trigger,
)
from bgagent.language.moves import one_day_move
from bgagent.language.quantities import Duration, Money
from bgagent.language.rulebook import Rules

RULES = Rules()
Facts = tuple[object, ...]


# what is bought


@RULES.rule("object", "{symbols}", "{symbols} <share_word>", "<share_word> of {symbols}", "(some|on|in|with) {symbols}")
def _symbols(symbols: Universe) -> Facts:
    return (symbols,)


@RULES.rule("object", "{named_symbol}")
def _named(named_symbol: Universe) -> Facts:
    return (named_symbol,)


@RULES.rule("object", "<position_word>", "it", "(it|them) all", "<share_word>", "at (the)? market")
def _no_object() -> Facts:
    return ()


@RULES.rule("object", "{any_money} (worth)? of {symbols} <share_word>?")
def _sum_of(any_money: Money, symbols: Universe) -> Facts | None:
    if any_money.amount <= 0:
        return None
    return (Size(Sizing(SizeKind.CASH, any_money.amount), any_money.currency), symbols)


@RULES.rule("object", "{size}", "{size} (of|in) {symbols} <share_word>?", "{size} {symbols}")
def _sized(size: Size | WholeShares, symbols: Universe | None = None) -> Facts:
    return (size, symbols) if symbols else (size,)


@RULES.rule(
    "object",
    "{whole} <share_word>",
    "{whole} <share_word> of {symbols}",
    "{whole} {symbols} <share_word>",
    "{whole} units",
    "{whole} units of {symbols}",
)
def _shares(whole: int, symbols: Universe | None = None) -> Facts | None:
    if whole < 1:
        return None
    size = Size(Sizing(SizeKind.QUANTITY, float(whole)))
    return (size, symbols) if symbols else (size,)


# triggers


@RULES.rule("trigger", "<each_time_when> {moved_across}")
def _each_time(moved_across: Condition) -> Trigger:
    return Trigger(moved_across)


@RULES.rule(
    "trigger",
    "the day after {side:rise_noun} of {move_size}",
    "the day after {move_size} {side:rise_noun}",
    "the day after (it|they|<position_word>)? {side:rises} <by>? {move_size}",
    "<after> {move_size} {side:rise_noun} day",
)
def _day_after(side: str, move_size: tuple[float, str]) -> Trigger:
    """The day after a move: a move of one day."""
    return Trigger(one_day_move(side, move_size))


@RULES.rule(
    "trigger",
    "<when> {condition}",
    "<on> {condition}",
    ": {condition}",
    "<when> : {condition}",
    "<after> {condition}",
    "<when> {condition} <timing>",
    "<on> {condition} <timing>",
    "<after> {condition} <timing>",
)
def _when(condition: Condition) -> Trigger:
    return Trigger(condition)


@RULES.rule("trigger", "(at|on) {band:band_value}", "{band:band_value} <touch_noun>?", "at {band:average}")
def _at_band(band: Indicator | Average) -> Trigger:
    return Trigger(Touching(None, band))


@RULES.rule("trigger", "{side:upward} <cross_noun>")
def _on_a_cross(side: str) -> Trigger:
    """ "buy up crosses", of lines named elsewhere."""
    return Trigger(Crossing(None, side, None))


@RULES.rule("order", "{side:upward} <leads_to> {action:leaving}", "{side:upward} <leads_to> {action:entering}")
def _direction_leads(side: str, action: str) -> Facts:
    """ "crosses ... up -> buy; down -> sell"."""
    return (Order(action, (Trigger(Crossing(None, side, None)),)),)


@RULES.rule("order", "{elided_both} <leads_to> {action:leaving}", "{action:plainly_leaving} {elided_both} <plain_end>")
def _leave_elided(action: str, elided_both: Condition) -> Facts:
    """ "flat below", "under -> sell": on that side of what was held against something; "close above" is no order."""
    return (Order(action, (Trigger(elided_both),)),)


RULES.value("plainly_leaving", "exit", "flat", "be flat", "stay flat", "go flat", "out", "exit", "go to cash", "cash")
RULES.value("plainly_leaving", "sell", "sell")


@RULES.rule("trigger", "<when> {elided_both}")
def _when_elided(elided_both: Condition) -> Trigger:
    return Trigger(elided_both)


@RULES.rule("trigger", "{reaching}", "<when> {reaching}")
def _at_level(reaching: Condition) -> Trigger:
    return Trigger(reaching)


@RULES.rule(
    "trigger",
    "(on|at) (every|each)? {extreme}",
    ": {extreme}",
    "{extreme} <breakout>?",
    "<breakout> of {extreme}",
)
def _on_extreme(extreme: Extreme) -> Trigger:
    """ "on a 20-day high": the close beyond the bars before."""
    return Trigger(Comparing(CLOSE, ">" if extreme.side == "highest" else "<", extreme))


RULES.same("first_up", "(on|at)? (first|next) {one_up}", "(on|at)? a? {one_up} <plain_end>")


@RULES.rule("trigger", "{fact:candle_fact} {more_terms}?", "{fact:first_up}", "(first|next) {fact:close_beyond}")
def _on_a_candle(fact: Condition, more_terms: tuple[tuple[Condition, bool], ...] = ()) -> Trigger | None:
    """ "buy a hammer in a downtrend (...)", "exit first down close"."""
    kinds = [is_filter for _, is_filter in more_terms]
    if kinds != sorted(kinds):
        return None
    return Trigger(Every((fact, *(part for part, _ in more_terms)), sum(kinds)) if more_terms else fact)


@RULES.rule("trigger", "{length} <high_word>? <breakout>")
def _on_breakout(length: tuple[int, str | None]) -> Trigger:
    return Trigger(Comparing(CLOSE, ">", Extreme("highest", length[0], None, length[1])))


@RULES.rule("trigger", "(on)? {length} (low)? breakdown")
def _on_breakdown(length: tuple[int, str | None]) -> Trigger:
    return Trigger(Comparing(CLOSE, "<", Extreme("lowest", length[0], None, length[1])))


@RULES.rule("order", "{length} <high_word>? <breakout> (entry|entries|buy)", "{extreme} (entry|entries)")
def _breakout_entry(length: tuple[int, str | None] | None = None, extreme: Extreme | None = None) -> Facts:
    given = extreme or Extreme("highest", *((length or (0, None))[0], None, (length or (0, None))[1]))
    return (Order("enter", (Trigger(Comparing(CLOSE, ">" if given.side == "highest" else "<", given)),)),)


@RULES.rule("order", "(with|and)? {length} (low)? (exit|exits|stop exit)", "{extreme} (exit|exits)")
def _breakdown_exit(length: tuple[int, str | None] | None = None, extreme: Extreme | None = None) -> Facts:
    """ "55-day breakout with a 20-day exit"."""
    given = extreme or Extreme("lowest", *((length or (0, None))[0], None, (length or (0, None))[1]))
    return (Order("exit", (Trigger(Comparing(CLOSE, ">" if given.side == "highest" else "<", given)),)),)


@RULES.rule("trigger", "{condition}")
def _elliptic(condition: Condition) -> Trigger | None:
    """Without "when": a level alone, or an indicator held against one."""
    first = condition.parts[0] if isinstance(condition, Every) else condition
    if isinstance(first, Extremity) or (isinstance(first, Comparing) and _is_plain_subject(first.left)):
        return Trigger(condition)
    return Trigger(condition) if _has_no_subject(condition) else None


def _is_plain_subject(value: object) -> bool:
    return isinstance(value, (Indicator, Average)) or value == CLOSE


def _has_no_subject(condition: Condition) -> bool:
    first = condition.parts[0] if isinstance(condition, Every) else condition
    return isinstance(first, Comparing) and first.left is None


RULES.value("flat_trigger", Trigger(whenever_flat=True), "<flat>")
RULES.value("trigger", Trigger(whenever_flat=True), "<when>? <flat>", "<always_in>")


@RULES.rule("trigger", "{schedule}", "{schedule} <timing>", "only {schedule}", "<timing> {schedule}")
def _scheduled(schedule: Schedule) -> Trigger:
    return Trigger(schedule=schedule)


@RULES.rule(
    "trigger",
    "{schedule} ,? (but)? (only)? (<when>|<while_word>) {condition}",
    "(only)? <when> {condition} {schedule}",
    "{schedule} (but)? <filter_word> {condition}",
)
def _scheduled_when(schedule: Schedule, condition: Condition) -> Trigger:
    return Trigger(condition, schedule)


# orders


@RULES.rule(
    "order",
    "{action:entering} {things:object}? <timing>? ,? {trigger} ,? <timing>?",
    "{action:entering} {things:object}? {extras} ,? {trigger} ,? <timing>?",
    "{action:entering} {things:object}? <only> {trigger} <timing>?",
    "<only> {action:entering} {things:object}? {trigger} <timing>?",
    "<enter_verb> {things:symbol_object} {action:side_word} {trigger} <timing>?",
    "{action:entering} {things:object}? <at_open> {late:late_trigger}",
    "<sell_word> {things:symbol_object} {action:short_side} {trigger} <timing>?",
)
def _enter(
    action: str, trigger: Trigger | None = None, late: Trigger | None = None, things: Facts = (), extras: Facts = ()
) -> Facts:
    given = trigger or late
    assert given is not None
    return (Order(action, (given,)), *things, *extras)


@RULES.rule(
    "order",
    "<hold_word> {things:object}? for {duration} (<after>|<each_time_when>|<when>) {condition}",
    "{action:entering} {things:object}? for {duration} (<after>|<each_time_when>|<when>) {condition}",
    "(<after>|<when>) {condition} ,? <hold_word> {things:object}? for {duration}",
)
def _enter_for(condition: Condition, duration: Duration, action: str = "buy", things: Facts = ()) -> Facts:
    """ "Hold AAPL for 20 days each time ...": bought then, out after that time."""
    return (Order(action, (Trigger(condition),)), Holding(duration), *things)


@RULES.rule(
    "order",
    "{action:going_long} {things:symbol_object} (with|on|using|by|via|following|based on|at|from)? {named:named_idea}",
    "{action:going_long} (with|on|using|by|via|following|based on|at|from) {named:named_idea}",
)
def _enter_by_name(action: str, named: object, things: Facts = ()) -> Facts:  # noqa: ARG001
    """ "Buy XYZ on a 20/50 crossover": traded by the strategy named."""
    return (named, *things)


@RULES.rule(
    "order",
    "<add_lot> {things:object}? (<when>|<each_time_when>|<after>) {condition} ,? {most:most_positions}?",
    "{most:most_positions} ,? <add_lot> {things:object}? (<when>|<each_time_when>|<after>) {condition}",
)
def _add_lot(condition: Condition, most: MostPositions | None = None, things: Facts = ()) -> Facts:
    """ "Add another lot each time ...": how many may be open has to be said."""
    facts: Facts = (Order("buy", (Trigger(condition),)), AnotherLot(), *things)
    return facts if most is None else (*facts, most)


@RULES.rule("order", "(pyramid|pyramiding|scale|scaling) (into|in) {things:symbol_object}")
def _pyramid(things: Facts) -> Facts:
    return (AnotherLot(), *things)


RULES.same("named_idea", "{crossover_idea} <system_word>?")
RULES.value("going_long", "buy", "buy", "trade", "go long", "long", "buying", "trading")


@RULES.rule(
    "order",
    "{action:entering} {things:object}? <at_open> ,? and? <leaving> <position_word>? <at_session_end> <each_day>?",
    "{action:entering} {things:object}? <at_open> <each_day> ,? and? <leaving> <position_word>? <at_session_end>",
    "<each_day> ,? {action:entering} {things:object}? <at_open> ,? (and)? <leaving> <position_word>? <at_session_end>",
)
def _day_trade(action: str, things: Facts = ()) -> Facts:
    """In at each open and out at the close, which bars of a day cannot do."""
    return (Order(action, (Trigger(whenever_flat=True),)), SessionEnd(), *things)


@RULES.rule("order", "{action:entering} {things:object}? from {schedule} (until|till|to|through) {nth_session}")
def _over_month_end(action: str, schedule: Schedule, nth_session: int, things: Facts = ()) -> Facts:
    """ "long from the last trading day of the month until the 3rd of the next"."""
    held = Holding(Duration(nth_session, "bar"), from_month_end=True)
    return (Order(action, (Trigger(schedule=schedule),)), held, *things)


@RULES.rule("late_trigger", "<after> {condition}")
def _late(condition: Condition) -> Trigger:
    """What is known before the open at which one buys: "at the open after three down days"."""
    return Trigger(condition)


@RULES.rule(
    "extra",
    "{fact:size}",
    "<with_word> {fact:size}",
    "{fact:capital}",
    "{fact:window}",
    "<with_word> {fact:most_positions}",
    "<with_word>? {protections}",
)
def _extra(fact: object = None, protections: Facts = ()) -> Facts:
    """What may stand between "buy" and "when" beside what is bought."""
    return protections or (fact,)


RULES.listing("extras", "{extra}", between=",?", longest=4, flat=True)


@RULES.primitive("fresh", None)
def _fresh(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """Nothing, where what follows is no continuation of what stands before."""
    if not place or chart.tokens[place - 1].word not in ("and", "or", "but", "when", "if", "while", "&", "with"):
        yield place, ""


@RULES.rule("lead", "{trigger} ,?", "{trigger} <leads_to>")
def _lead(trigger: Trigger) -> Trigger | None:
    return trigger if _is_full(trigger) else None


@RULES.rule("lead", "<fresh> {condition} (,|<leads_to>)?")
def _bare_lead(condition: Condition) -> Trigger | None:
    """A condition without "when", set off from the order it leads to."""
    trigger = Trigger(condition)
    return trigger if _is_full(trigger) else None


@RULES.rule(
    "order",
    "{lead} (i|we|you)? {action:entering} {things:object}? <timing>?",
    "<when>? {lead:flat_trigger} ,? {action:entering} {things:object}? <at_open>",
)
def _when_enter(action: str, lead: Trigger, things: Facts = ()) -> Facts:
    return (Order(action, (lead,)), *things)


@RULES.rule(
    "order",
    "{action:leaving} {things:exit_object}? <timing>? ,? {exits} <timing>? ,? <whichever_first>?",
    "{action:leaving} {things:exit_object}? <only> {exits}",
    "{action:leaving} <whichever_first> : {exits}",
)
def _leave(action: str, exits: Facts, things: Facts = ()) -> Facts:
    """Triggers become one order; stops, targets and times are facts of their own."""
    triggers = tuple(item for item in exits if isinstance(item, Trigger))
    others = tuple(item for item in exits if not isinstance(item, Trigger))
    return (Order(action, triggers), *others, *things)


@RULES.rule(
    "order",
    "(<after>|<when>) {condition} (in|on|for|of) {things:symbol_object} ,? {action:entering} (it|them)? <timing>?",
)
def _symbol_between(condition: Condition, action: str, things: Facts) -> Facts:
    """ "After a 5% up day in TSLA short it"."""
    return (Order(action, (Trigger(condition),)), *things)


@RULES.rule(
    "order",
    "<invest_word> {any_money} (in {things:symbol_object})? (<each_time_when>|<when>) {condition}",
    "<invest_word> {any_money} (<each_time_when>|<when>) {condition} in {things:symbol_object}",
)
def _invest_each_time(any_money: Money, condition: Condition, things: Facts = ()) -> Facts | None:
    if any_money.amount <= 0:
        return None
    size = Size(Sizing(SizeKind.CASH, any_money.amount), any_money.currency)
    return (Order("buy", (Trigger(condition),)), size, *things)


@RULES.rule(
    "order",
    "{first:condition} {enter:entering} {things:object}? <and_or_sign>? {second:elided_both} {leave:leaving}",
    "{first:condition} {enter:entering} {things:object}? <and_or_sign>? {second:condition} {leave:leaving}",
    "{first:condition} <leads_to> {enter:entering} {things:object}? <and_or_sign>? {second:condition} <leads_to>"
    " {leave:leaving}",
)
def _two_sides(first: Condition, second: Condition, enter: str, leave: str, things: Facts = ()) -> Facts:
    """ "RSI below 30 buy, above 70 sell"."""
    return (Order(enter, (Trigger(first),)), Order(leave, (Trigger(second),)), *things)


@RULES.rule("order", "{exits} <leads_to> {action:leaving} {things:exit_object}?")
def _exits_lead(action: str, exits: Facts, things: Facts = ()) -> Facts:
    """ "+5% -> sell"."""
    led: Facts = _leave(action, exits, things)
    return led


@RULES.rule("order", "{lead} (i|we|you)? {action:leaving} {things:exit_object}? <timing>?")
def _when_leave(action: str, lead: Trigger, things: Facts = ()) -> Facts:
    return (Order(action, (lead,)), *things)


@RULES.rule(
    "order",
    "<hold_for> {things:exit_object}? until {condition}",
    "<hold_word> {things:exit_object}? until {condition}",
    "<hold_for> {things:exit_object}? {duration} ,? (or)? until {condition}",
    "<hold_for> {things:exit_object}? until {condition} ,? or for? (at most|up to)? {duration}",
)
def _hold_until(condition: Condition, duration: Duration | None = None, things: Facts = ()) -> Facts:
    """ "hold until the RSI exceeds 70", "for 10 days or until RSI > 60"."""
    leave = Order("exit", (Trigger(condition),))
    return (leave, *things) if duration is None else (leave, Holding(duration), *things)


@RULES.rule(
    "order",
    "(take|book|grab|pocket) (a|the)? {percent} <profit_word> ,? (or|and|, or) {leave:order}",
)
def _profit_or(percent: float, leave: Facts) -> Facts | None:
    """ "take 6% profit or bail at 3% loss"."""
    actions = {fact.action for fact in leave if isinstance(fact, Order)}
    if not actions or not actions <= {"sell", "exit", "cover"} or percent <= 0:
        return None
    return (Protection("take_profit", Distance(DistanceKind.FRACTION, round(percent, 12))), *leave)


RULES.same("exit_object", "{object}")
RULES.value(
    "exit_object",
    (),
    "everything",
    "all (of it)?",
    "all <share_word>",
    "(whole|entire|full) <position_word>",
    "each (lot|one|unit|position|trade|of them)",
    "every (lot|one|unit|position|trade)",
)


def _is_full(trigger: Trigger) -> bool:
    return trigger.condition is None or not _has_no_subject(trigger.condition)


# filters said on their own


@RULES.rule(
    "filter",
    "<filter_word> {condition}",
    "only <filter_verb> {things:symbol_object}? (<when>|<while_word>) {condition}",
    "<filter_verb> only (<when>|<while_word>) {condition}",
    "while {condition}",
    "<filter_lead> {condition}",
    "<filter_word> (buy|enter|trade|take trades|take longs|go long|take entries) <when> {condition}",
    "but only (buy|enter|trade|take trades|take longs|go long|take entries) <when> {condition}",
)
def _filter(condition: Condition, things: Facts = ()) -> Facts:
    return (Filter(condition), *things)


@RULES.rule(
    "order",
    "(and)? (otherwise|else|if not) {action:leaving} <position_word>?",
    "{action:leaving} <position_word>? (otherwise|if not|when not)",
)
def _leave_otherwise(action: str) -> Facts:
    return (Order(action, (Trigger(Otherwise()),)),)


@RULES.rule("filter", "(with|using|plus)? {condition} (as)? <filter_noun>")
def _condition_as_filter(condition: Condition) -> Filter:
    """ "ADX > 25 filter"."""
    return Filter(condition)


@RULES.rule(
    "filter",
    "(with|using|plus|and)? {left:any_length} {kind:average_kind} (as)? <trend_filter>",
    "(with|using|plus|and)? {left:length} trend filter",
)
def _trend_filter(left: tuple[int, str | None], kind: str = "average") -> Filter:
    return Filter(Comparing(CLOSE, ">", Average(kind, left[0], left[1], "close")))
