"""Phrases for holding: in the market while something holds, bought at the start and kept."""

from bgagent.engine.plan import SizeKind
from bgagent.language.meanings import BuyAndHold, Capital, Size, State, Universe
from bgagent.language.measures import Condition, Schedule, Trigger
from bgagent.language.points import Point
from bgagent.language.quantities import Money
from bgagent.language.rulebook import Rules
from bgagent.language.windows import Window

RULES = Rules()
Facts = tuple[object, ...]


@RULES.rule(
    "state",
    "<hold_word> {things:object}? <only>? (<while_word>|<when>) {condition} <otherwise_cash>?",
    "<hold_word> {things:object}? <only> (<while_word>|<when>) {condition} <otherwise_cash>?",
    "<only> <hold_word> {things:object}? (<while_word>|<when>) {condition} <otherwise_cash>?",
    "(<while_word>|<when>) {condition} ,? <hold_word> {things:object}? <otherwise_cash>?",
)
def _state(condition: Condition, things: Facts = ()) -> Facts:
    return (State("long", Trigger(condition)), *things)


@RULES.rule(
    "state",
    "<go_long> {things:object}? (<while_word>|<when>) {condition} <otherwise_cash>",
    "<hold_word> {things:object}? {season} <otherwise_cash>?",
    "in {season} <otherwise_cash>",
    "{season} <otherwise_cash>",
)
def _seasonal_state(condition: Condition | None = None, season: Schedule | None = None, things: Facts = ()) -> Facts:
    return (State("long", Trigger(condition, season)), *things)


@RULES.rule(
    "state",
    "<go_long> {things:object}? (<while_word>|<when>) {condition} ,? <or_else> <leaving>",
    "(<while_word>|<when>) {condition} ,? <go_long> {things:object}? ,? <or_else> <leaving>",
)
def _long_or_out(condition: Condition, things: Facts = ()) -> Facts:
    return (State("long", Trigger(condition)), *things)


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
    facts = [_as_capital(fact) for fact in (*things, capital) if fact is not None]
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
    "<had_bought> {things:bought_object} {start:window}?",
    "<had_bought> {things:bought_object} {start:bought_ago}",
    "<had_bought> {things:bought_object} (on|at)? {bought:dated}",
    "<had_bought> {things:symbol_object} {start:bought_ago}",
    "<had_bought> {capital} {things:symbol_object} {start:bought_ago}",
    "<had_bought> {capital} {things:symbol_object} {start:window}?",
    "<had_bought> {capital} {things:symbol_object} (on|at)? {bought:dated}",
    "<had_bought> {things:symbol_object} (on|at)? {bought:dated}",
    "{things:symbol_object} <had_bought_passive> {start:window}?",
)
def _had_bought(
    things: Facts, start: Window | None = None, capital: Capital | None = None, bought: Point | None = None
) -> Facts:
    first = Window(bought.first) if bought is not None else start
    return (
        BuyAndHold(implied=True),
        *map(_as_capital, things),
        *(fact for fact in (first, capital) if fact is not None),
    )


def _as_capital(fact: object) -> object:
    """What is bought once for a sum and kept is all there is: "what if I had bought $1,000 of Apple"."""
    if isinstance(fact, Size) and fact.sizing.kind is SizeKind.CASH:
        return Capital(Money(fact.sizing.value, fact.currency))
    return fact


@RULES.rule(
    "order",
    "{capital:any_money} (in|into|invested in|put into|of) {things:symbol_object} (have|has)? <grown>",
)
def _grown(capital: Money, things: Facts) -> Facts | None:
    """ "how much would $10k in SPY have grown to"."""
    return (BuyAndHold(implied=True), Capital(capital), *things) if capital.amount > 0 else None


@RULES.rule("order", "<keep> {end:window_end}")
def _held_until(end: Window) -> Facts:
    return (BuyAndHold(implied=True), end)


@RULES.rule("symbol_object", "{symbols}", "{symbols} <share_word>", "<share_word> of {symbols}")
def _symbol_object(symbols: Universe) -> Facts:
    return (symbols,)


@RULES.rule("bought_object", "{any_money} (worth)? of {symbols} <share_word>?")
def _bought_object(any_money: Money, symbols: Universe) -> Facts | None:
    return (Capital(any_money), symbols) if any_money.amount > 0 else None
