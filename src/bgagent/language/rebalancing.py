"""Phrases for how often something is done, and for when weights are restored: monthly, never, when off by 5%."""

from bgagent.language.meanings import Versus
from bgagent.language.measures import Schedule
from bgagent.language.portfolio_meanings import Dates, Rebalancing
from bgagent.language.rulebook import Rules

RULES = Rules()


# how often


@RULES.rule("dates", "{on:cadence_word}", "(on|with) (a|an)? {on:cadence_word} (basis|schedule|frequency)")
def _cadence(on: str) -> Dates:
    return Dates(on)


@RULES.rule("dates", "{schedule}", "{schedule} <at_open>", "at {schedule}", "<cadence_word> {schedule}")
def _named_days(schedule: Schedule) -> Dates:
    return Dates(schedule.on, is_named=True)


RULES.same("dates", "every {named:named_first}")


@RULES.rule("dates", "(each|every) {month} {day}", "(each|every) {day} (of)? {month}")
def _each_date(month: str, day: int) -> Dates | None:
    longest = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[int(month) - 1]
    return Dates(f"dated({int(month)}, {day})", is_named=True) if day <= longest else None


@RULES.rule("named_first", "<first_of> (the)? {unit:calendar_unit}")
def _named_first(unit: str) -> Dates:
    return Dates(f"first_of_{unit}", is_named=True)


RULES.value("dates", Dates("last_of_month", is_named=True), "month end", "at (the)? end of (each|every|the) month")
RULES.value("dates", Dates("first_of_month"), "at (the)? (start|beginning) of (each|every|the) month")
RULES.value("dates", Dates("first_of_quarter"), "at (the)? (start|beginning) of (each|every|the) quarter")
RULES.value("dates", Dates("first_of_year"), "at (the)? (start|beginning) of (each|every|the) year")
RULES.value("dates", Dates("first_of_week"), "at (the)? (start|beginning) of (each|every|the) week")


@RULES.rule(
    "dates_clause", "{dates}", "<check_word> {dates}", "{dates} <check_word>", "<check_word> (it|them|this)? {dates}"
)
def _dates_alone(dates: Dates) -> Dates:
    return Dates(dates.on, is_named=dates.is_named)


# rebalancing


@RULES.rule(
    "rebalancing",
    "(both|all|each)? <rebalance> {dates}",
    "{dates} ,? <rebalance>",
    "<with_word>? (a|an)? {dates} <rebalance_noun>",
    "<rebalance> (on|with|at)? (a|an)? {dates} (basis|schedule|frequency)?",
    "<rebalance_noun> {dates}",
    "<rebalance_noun> (is|:|=|frequency|done|happens)+ {dates}",
)
def _rebalanced(dates: Dates) -> Rebalancing:
    return Rebalancing(dates.on)


@RULES.rule(
    "rebalancing_contest",
    "{first:dates} (<versus>|or) {second:dates} <rebalance_noun>",
    "(both|all|each)? <rebalance> {first:dates} <versus> {second:dates}",
    "<rebalance_noun> {first:dates} <versus> {second:dates}",
    "{first:dates} <rebalance_noun> <versus> {second:dates} <rebalance_noun>?",
    "<rebalance> {first:dates} <versus> {never:never_rebalanced}",
    "{first:dates} <rebalance_noun> <versus> {never:never_rebalanced}",
)
def _rebalancing_contest(first: Dates, second: Dates | None = None, never: str = "") -> tuple[object, ...] | None:
    other = second.on if second else "first_session" if never else None
    return None if other is None else (Versus(), Rebalancing(first.on), Rebalancing(other))


RULES.value("rebalancing", Rebalancing("first_session"), "<never_rebalanced>", "<rebalance_noun> (:|=|is)? never")


@RULES.rule(
    "off_by",
    "<weight_thing>? <drifts>? <off_word>? <off_link>? {percent} <off_word>? <from_target>?",
    "<weight_thing>? <drifts> <off_word>? <off_link>? {percent} (or more|or greater) <from_target>?",
    "<weight_thing> <drifts> {percent} (or more) <off_word> <from_target>?",
    "<weight_thing>? <drifts>? <from_target> <off_link>? {percent}",
)
def _off_by(percent: float) -> float:
    return percent


@RULES.rule(
    "rebalancing",
    "<rebalance> <only>? <when> {off_by}",
    "{dates} <rebalance> <only>? <when> {off_by}",
    "<rebalance> {dates} ,? (but)? <only>? <when> {off_by}",
    "<with_word>? (a|an)? {percent} <band_word_of_weights>",
    "<with_word>? <band_word_of_weights> (of|at|:|=|is)? (\\+|-)? {percent}",
    "<rebalance> (with|using|at|on|within)? (a|an)? {percent} <band_word_of_weights>",
    "<when> {off_by} ,? <rebalance>",
    "<rebalance> <only>? (after|on|at) (a|an|any)? {percent} (drift|deviation|move)",
)
def _drift(off_by: float | None = None, percent: float | None = None, dates: Dates | None = None) -> Rebalancing | None:
    drift = off_by if off_by is not None else percent
    if drift is None or not 0 < drift < 1:
        return None
    return Rebalancing(dates.on if dates else None, round(drift, 12))
