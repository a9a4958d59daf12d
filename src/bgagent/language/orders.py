"""Phrases for orders and what goes with them: buy when ..., sell after ..., hold while ..., stops, targets."""

from bgagent.engine.plan import Distance, DistanceKind, SizeKind, Sizing
from bgagent.language.comparisons import CLOSE
from bgagent.language.meanings import (
    Average,
    BuyAndHold,
    Capital,
    Comparing,
    Condition,
    Every,
    Filter,
    Holding,
    Indicator,
    Order,
    Protection,
    Schedule,
    Size,
    State,
    Trigger,
    Universe,
    WholeShares,
)
from bgagent.language.quantities import Duration
from bgagent.language.rulebook import Rules
from bgagent.language.windows import Point, Window

RULES = Rules()
Facts = tuple[object, ...]


# what is bought


@RULES.rule("object", "{symbols}", "{symbols} <share_word>", "<share_word> of {symbols}", "(some|on|in|with) {symbols}")
def _symbols(symbols: Universe) -> Facts:
    return (symbols,)


@RULES.rule("object", "<position_word>", "it", "(it|them) all", "<share_word>", "at (the)? market")
def _no_object() -> Facts:
    return ()


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


@RULES.rule("trigger", "{condition}")
def _elliptic(condition: Condition) -> Trigger | None:
    """Without "when": a level alone, or an indicator held against one."""
    first = condition.parts[0] if isinstance(condition, Every) else condition
    if isinstance(first, Comparing) and isinstance(first.left, (Indicator, Average)):
        return Trigger(condition)
    return Trigger(condition) if _has_no_subject(condition) else None


def _has_no_subject(condition: Condition) -> bool:
    first = condition.parts[0] if isinstance(condition, Every) else condition
    return isinstance(first, Comparing) and first.left is None


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


# exits: what may follow "sell", "exit", "get out"


@RULES.rule("exit_item", "{trigger}")
def _exit_trigger(trigger: Trigger) -> Facts:
    return (trigger,)


@RULES.rule(
    "exit_item",
    "<after> {duration}",
    "<at_open>? {duration} (later|after|afterwards|after entry|after the entry|after buying)",
    "after holding (for)? {duration}",
    "after (a)? holding (period)? (of)? {duration}",
    "after {duration} (in|of holding|have passed|in the trade)",
    "<after> {duration} <regardless>",
    "after being held (for)? {duration}",
)
def _after(duration: Duration) -> Facts:
    return (Holding(duration),)


RULES.value("exit_item", (Holding(Duration(1, "bar")),), "<next_open>", "after one day")


@RULES.rule(
    "exit_item",
    "<on> {percent} <profit_word>",
    "<on> <profit_word> of {percent}",
    "<on> \\+ {percent} (<profit_word>)?",
    "<when>? up {percent}",
    "<when>? <be>? up {percent} <from_entry>?",
    "<when> <it_or_position>? <be>? up {percent} <from_entry>?",
    "<when> {percent} <profit_word> (<be>)? (hit|reached|made)?",
    "<when> <it_or_position>? <gains> <by>? {percent} <from_entry>?",
    "<when> <it_or_position>? <rises_since> <by>? {percent} <from_entry>",
    "<when> <profit_word> (is|reaches|hits|exceeds|of|at) {percent}",
    "<when> {percent} <in_profit>",
    "for (a)? {percent} <profit_word>",
    "{percent} above <entry_price>",
    "<when> <it_or_position> <goes>? {percent} above <entry_price>",
    "<on> {percent} above <entry_price>",
    "<on> <take_profit> of {percent}",
    "<on> {percent} <take_profit>",
    "<on> (the)? <take_profit> (at|of) \\+? {percent}",
)
def _target(percent: float) -> Facts | None:
    return (_protection("take_profit", percent),) if percent > 0 else None


@RULES.rule(
    "exit_item",
    "<on> {percent} <loss_word>",
    "<on> <loss_word> of {percent}",
    "<on> - {percent} <loss_word>?",
    "<when>? down {percent}",
    "<when> <it_or_position>? <be>? down {percent} <from_entry>?",
    "<when> {percent} <loss_word> (<be>)? (hit|reached)?",
    "<when> <it_or_position>? <loses> <by>? {percent} <from_entry>",
    "<when> <it_or_position>? loses {percent}",
    "<when> <loss_word> (is|reaches|hits|exceeds|of|at) {percent}",
    "{percent} below <entry_price>",
    "<when> <it_or_position> <goes>? {percent} below <entry_price>",
    "<on> {percent} below <entry_price>",
    "<on> <stop_loss> of {percent}",
    "<on> {percent} <stop_loss>",
    "<on> (the)? <stop_loss> (at|of) -? {percent}",
)
def _loss(percent: float) -> Facts | None:
    return (_protection("stop_loss", percent),) if 0 < percent < 1 else None


RULES.same("exit_item", "<on>? {protections}")


@RULES.rule("exit_item", "<when> {protections} <be>? (hit|reached|triggered)")
def _when_hit(protections: Facts) -> Facts:
    return protections


RULES.listing("exit_items", "{exit_item}", between="<exit_or> <whichever_first>?", longest=8, flat=True)
RULES.same("exits", "either? {exit_items}")


def _protection(name: str, fraction: float) -> Protection:
    return Protection(name, Distance(DistanceKind.FRACTION, round(fraction, 12)))


# orders


@RULES.rule(
    "order",
    "{action:entering} {things:object}? <timing>? ,? {trigger} ,? <timing>?",
    "{action:entering} {things:object}? {extras} ,? {trigger} ,? <timing>?",
    "{action:entering} {things:object}? <only> {trigger} <timing>?",
    "<only> {action:entering} {things:object}? {trigger} <timing>?",
    "<enter_verb> {things:symbol_object} {action:side_word} {trigger} <timing>?",
    "{action:entering} {things:object}? <at_open> {late:late_trigger}",
)
def _enter(
    action: str, trigger: Trigger | None = None, late: Trigger | None = None, things: Facts = (), extras: Facts = ()
) -> Facts:
    given = trigger or late
    assert given is not None
    return (Order(action, (given,)), *things, *extras)


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


@RULES.rule("lead", "{trigger} ,?", "{trigger} (:|-\\>)")
def _lead(trigger: Trigger) -> Trigger | None:
    return trigger if _is_full(trigger) else None


@RULES.rule("lead", "{condition} (:|,|-\\>)?")
def _bare_lead(condition: Condition) -> Trigger | None:
    """A condition without "when", set off from the order it leads to."""
    trigger = Trigger(condition)
    return trigger if _is_full(trigger) else None


@RULES.rule("order", "{lead} {action:entering} {things:object}? <timing>?")
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


@RULES.rule("order", "{lead} {action:leaving} {things:exit_object}? <timing>?")
def _when_leave(action: str, lead: Trigger, things: Facts = ()) -> Facts:
    return (Order(action, (lead,)), *things)


RULES.same("exit_object", "{object}")
RULES.value("exit_object", (), "everything", "all (of it)?", "all <share_word>", "(whole|entire|full) <position_word>")


def _is_full(trigger: Trigger) -> bool:
    return trigger.condition is None or not _has_no_subject(trigger.condition)


# states: in the market while something holds


@RULES.rule(
    "state",
    "<hold_word> {things:object}? <only>? (<while_word>|<when>) {condition} <otherwise_cash>?",
    "<hold_word> {things:object}? <only> (<while_word>|<when>) {condition} <otherwise_cash>?",
    "(<while_word>|<when>) {condition} ,? <hold_word> {things:object}? <otherwise_cash>?",
)
def _state(condition: Condition, things: Facts = ()) -> Facts:
    return (State("long", Trigger(condition)), *things)


@RULES.rule(
    "state",
    "<go_long> {things:object}? (<while_word>|<when>) {condition} <otherwise_cash>",
    "<hold_word> {things:object}? {season} <otherwise_cash>?",
)
def _seasonal_state(condition: Condition | None = None, season: Schedule | None = None, things: Facts = ()) -> Facts:
    return (State("long", Trigger(condition, season)), *things)


# buy and hold


@RULES.rule(
    "order",
    "<buy_and_hold> {things:object}?",
    "<buy_and_hold> <system_word>? (of|for|on|in|with) {things:object}",
    "{things:symbol_object} <buy_and_hold>",
    "<hold_only> {things:symbol_object}",
    "<go_long> {things:object} ,? and? <keep>",
    "<go_long> and <keep> {things:object}",
    "<go_long> {things:object}? {start:window}? <bought_when>? ,? and? <keep> {end:window_end}?",
    "<go_long> {things:object}? (on|at)? {bought:dated} ,? and? <keep> {end:window_end}?",
    "<had_bought> {capital} {things:symbol_object} {start:window} ,? and? <keep> {end:window_end}?",
    "<had_bought> {capital} {things:symbol_object} (on|at)? {bought:dated} ,? and? <keep> {end:window_end}?",
)
def _buy_and_hold(
    things: Facts = (),
    start: Window | None = None,
    end: Window | None = None,
    bought: Point | None = None,
    capital: Capital | None = None,
) -> Facts | None:
    facts = [fact for fact in (*things, capital) if fact is not None]
    if bought is not None:
        start = Window(bought.first)
    elif start is not None and start.end is not None:
        if end is None:  # "buy in 2020 and hold": nobody knows until when
            return None
        start = Window(start.start)
    return (BuyAndHold(), *facts, *(window for window in (start, end) if window is not None))


@RULES.rule(
    "order",
    "<had_bought> {things:symbol_object} {start:window}?",
    "<had_bought> {capital} {things:symbol_object} {start:window}?",
    "<had_bought> {capital} {things:symbol_object} (on|at)? {bought:dated}",
    "<had_bought> {things:symbol_object} (on|at)? {bought:dated}",
    "{things:symbol_object} <had_bought_passive> {start:window}?",
)
def _had_bought(
    things: Facts, start: Window | None = None, capital: Capital | None = None, bought: Point | None = None
) -> Facts:
    first = Window(bought.first) if bought is not None else start
    return (BuyAndHold(implied=True), *things, *(fact for fact in (first, capital) if fact is not None))


@RULES.rule("order", "<keep> {end:window_end}")
def _held_until(end: Window) -> Facts:
    return (BuyAndHold(implied=True), end)


@RULES.rule("symbol_object", "{symbols}", "{symbols} <share_word>", "<share_word> of {symbols}")
def _symbol_object(symbols: Universe) -> Facts:
    return (symbols,)


# filters said on their own


@RULES.rule(
    "filter",
    "<filter_word> {condition}",
    "<filter_lead> {condition}",
    "<filter_word> (buy|enter|trade|take trades|take longs|go long|take entries) <when> {condition}",
    "but only (buy|enter|trade|take trades|take longs|go long|take entries) <when> {condition}",
)
def _filter(condition: Condition) -> Filter:
    return Filter(condition)


@RULES.rule("filter", "(with|using|plus|and)? {left:any_length} {kind:average_kind} (as)? <trend_filter>")
def _trend_filter(left: tuple[int, str | None], kind: str) -> Filter:
    return Filter(Comparing(CLOSE, ">", Average(kind, left[0], left[1], "close")))
