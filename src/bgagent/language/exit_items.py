"""Phrases for what may follow "sell", "exit", "get out": conditions, times, gains and losses."""

from collections.abc import Iterator

from bgagent.engine.plan import Distance, DistanceKind
from bgagent.language.elements import Finder
from bgagent.language.meanings import Holding, Protection, SessionEnd
from bgagent.language.measures import Trigger
from bgagent.language.quantities import Duration
from bgagent.language.rulebook import Rules

RULES = Rules()
Facts = tuple[object, ...]


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


@RULES.rule("exit_item", "<after_or> {duration} <plain_end>")
def _or_so_long(duration: Duration) -> Facts:
    """ "after a 7% gain, a 4% loss or 15 days"."""
    return (Holding(duration),)


@RULES.primitive("after_or", None)
def _after_or(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """Nothing, where an "or" stands before."""
    if place and chart.tokens[place - 1].word == "or":
        yield place, ""


RULES.value("exit_item", (Holding(Duration(1, "bar")),), "<next_open>", "after one day")


@RULES.rule(
    "exit_item",
    "<on> {percent} <profit_word>",
    "<after> {percent} <profit_word>",
    "\\+ {percent}",
    "{percent} <profit_word>",
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
    "<gains> <by>? {percent} <from_entry>?",
    "<it_or_position> (<gains>|<rises_since>) <by>? {percent} <from_entry>",
    "{percent} <profit_word> (<be>)? (hit|reached|made|is hit|is reached)?",
    "<when> <it_or_position>? (reaches|hits|makes|reach|hit) (a)? {percent} <profit_word>",
    "<when> (i|we|you)? (have|has) (made|a)? {percent} <profit_word>?",
    "(with|for) (a)? {percent} <profit_word>",
)
def _target(percent: float) -> Facts | None:
    return (_protection("take_profit", percent),) if percent > 0 else None


@RULES.rule(
    "exit_item",
    "<on> {percent} <loss_word>",
    "<after> {percent} <loss_word>",
    "- {percent}",
    "{percent} <loss_word>",
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
    "(loses|loss of) {percent} <from_entry>?",
    "<it_or_position> <loses> <by>? {percent} <from_entry>",
    "<loses> <by>? {percent} <from_entry>",
    "<when> <it_or_position>? (reaches|hits|makes|reach|hit) (a)? {percent} <loss_word>",
    "(with|for) (a)? {percent} <loss_word>",
)
def _loss(percent: float) -> Facts | None:
    return (_protection("stop_loss", percent),) if 0 < percent < 1 else None


@RULES.rule("exit_item", "{nth_session}")
def _nth_session(nth_session: int) -> Facts:
    """Bought on the last session of a month, sold on the third of the next: three bars later."""
    return (Holding(Duration(nth_session, "bar"), from_month_end=True),)


RULES.value("exit_item", (SessionEnd(),), "<at_session_end>", "<on> <session_end>")
RULES.same("exit_item", "<on>? {protections}")


@RULES.rule("exit_item", "<when> {protections} <be>? (hit|reached|triggered)")
def _when_hit(protections: Facts) -> Facts:
    return protections


RULES.listing("exit_items", "{exit_item}", between="<exit_or> <whichever_first>?", longest=8, flat=True)
RULES.same("exits", "either? {exit_items}")


def _protection(name: str, fraction: float) -> Protection:
    return Protection(name, Distance(DistanceKind.FRACTION, round(fraction, 12)))
