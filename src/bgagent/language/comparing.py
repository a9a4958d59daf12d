"""Phrases for what is held against what: several runs, variants, a benchmark, which prices."""

from bgagent.engine.expression import Name
from bgagent.language.ideas import cross_of, levels_idea
from bgagent.language.meanings import (
    Alternative,
    BenchmarkSymbol,
    BuyAndHold,
    Comparison,
    Idea,
    Prices,
    Universe,
    Variant,
    Versus,
)
from bgagent.language.measures import Average, Comparing, Indicator, Known, Scale
from bgagent.language.rulebook import Rules
from bgagent.language.values import Length

RULES = Rules()


@RULES.rule("variant", "<run_word> {mark:run_mark} :")
def _variant(mark: str) -> Variant:
    return Variant(mark)


@RULES.rule(
    "comparing_runs",
    "<compare> {first:way} (with|to|and|against|versus|vs) {second:way}",
    "<compare> {first:way} , {second:way} ,? and {third:way}",
    "(does|did|would|do|can|could|is|was|were|has|have)? {first:way} <outdoes> {second:way}",
)
def _compare_ways(first: object, second: object, third: object = None) -> tuple[object, ...]:
    return (Comparison(), *(way for way in (first, second, third) if way is not None))


@RULES.rule("versus_mark", "(better|worse) than <buy_and_hold>")
def _better_than_holding() -> tuple[object, ...]:
    return (Versus(), BuyAndHold())


RULES.same("way", "{idea}", "{trend_idea}")
RULES.same("idea", "{ruled_by_average}")
RULES.same("trend_idea", "{ruled_by_average}")


@RULES.rule("trend_idea", "{average} <trend_filter>")
@RULES.rule("ruled_by_average", "{average} (timing|trend) <system_word>", "{average} (rule|strategy|system|model)")
def _trend_idea(average: Average) -> Idea | None:
    """In the market while the close is above the average."""
    if average.column is not None:
        return None
    price = Known(Name("close"), Scale.PRICE)
    return Idea("price and average", Comparing(price, ">", average), Comparing(price, "<", average), topic=average)


RULES.value("way", BuyAndHold(), "<buy_and_hold>")


@RULES.rule(
    "universe",
    "{kept:symbols} ,? (and)? not {left_out:symbols}",
    "not {left_out:symbols} ,? but {kept:symbols}",
    "{kept:symbols} \\( not {left_out:symbols} \\)",
    "not {left_out:symbols} ,? (i mean|i meant|rather|instead) {kept:symbols}",
    "{left_out:symbols} -? ,? (sorry|oops|correction|i mean|i meant|sorry , i meant|sorry , i mean) ,? {kept:symbols}",
)
def _rather(kept: Universe, left_out: Universe) -> Universe | None:
    """A correction: the symbol left out is not traded."""
    return kept if not set(kept.symbols) & set(left_out.symbols) else None


RULES.value("comparing_runs", Comparison(), "<compare>", "<separately>", "<which_better>")
RULES.value("versus_mark", Versus(), "<versus>")


@RULES.rule(
    "alternative",
    "(both)? with and without {option}",
    "with (or|versus|vs|/) without {option}",
    "with {option} (and|or|,)? <versus>? without",
    "with {option} (and|or|,)? <versus>? without (it|one|them|any|a stop|the stop|stops|a filter|the filter|a target)",
    "without <versus> with {option}",
    "(with no|without|without a|without any|no) <protective> ,? (and|or|,)? <versus>? with {option}",
    "with {option} ,? (and|or|,)? <versus>? (with no|without|without a|without any) <protective>",
)
def _with_and_without(option: tuple[object, ...]) -> Alternative:
    return Alternative((option, ()))


@RULES.rule(
    "alternative",
    "(with)? {first:option} <versus> (with)? {second:option}",
    "<compare> (with)? {first:option} (and|to|with) {second:option}",
)
def _one_or_other(first: tuple[object, ...], second: tuple[object, ...]) -> Alternative | None:
    """Only what is of one kind: a stop against another stop."""
    same = [type(fact) for fact in first] == [type(fact) for fact in second] and first != second
    names = [getattr(fact, "name", None) for fact in first] == [getattr(fact, "name", None) for fact in second]
    return Alternative((first, second)) if same and names else None


RULES.same("option", "{protections}")


@RULES.rule("option", "{fact:filter}", "{fact:sides}", "{fact:holding}")
def _option(fact: object) -> tuple[object, ...]:
    return fact if isinstance(fact, tuple) else (fact,)


# two strategies of one family


@RULES.rule(
    "versus_mark",
    "{first:average_kind} <against_or> {second:average_kind} {pair} <crossover>? <system_word>?",
    "{first:average_kind} <against_or> {second:average_kind} <versions> (of|for)? {pair} <crossover>? <system_word>?",
    "{first:average_kind} <against_or> {second:average_kind} <crossover> <system_word>? \\(? {pair} \\)?",
    "{pair} <crossover>? <system_word>? ,? (:|with|using|in)? {first:average_kind} <against_or> {second:average_kind}"
    " <crossover>? <versions>?",
)
def _two_kinds(first: str, second: str, pair: tuple[Length, Length]) -> tuple[object, ...] | None:
    """SMA against EMA, with the same lengths."""
    ideas = [cross_of(*(Average(kind, length, unit) for length, unit in pair)) for kind in (first, second)]
    if first == second or None in ideas:
        return None
    return (Versus(), *ideas)


@RULES.rule(
    "versus_mark",
    "{first:pair} {one:average_kind} <crossover>? <against_or> {second:pair} {other:average_kind} <crossover>?"
    " <system_word>?",
)
def _two_crossovers(
    first: tuple[Length, Length], one: str, second: tuple[Length, Length], other: str
) -> tuple[object, ...] | None:
    ideas = [
        cross_of(*(Average(kind, length, unit) for length, unit in pair))
        for kind, pair in ((one, first), (other, second))
    ]
    return None if None in ideas or ideas[0] == ideas[1] else (Versus(), *ideas)


RULES.listing("several_pairs", "{pair}", between="(,? <against_or>|,)", longest=6)


@RULES.rule(
    "versus_mark",
    "{several_pairs} {kind:average_kind}? <crossover> <system_word>?",
    "{several_pairs} {kind:average_kind} <system_word>?",
    "{kind:average_kind} <crossover>? <system_word>? (of|with|:)? {several_pairs} <crossover>? <system_word>?",
)
def _several_lengths(
    several_pairs: tuple[tuple[Length, Length], ...], kind: str = "average"
) -> tuple[object, ...] | None:
    """20/50 and 50/200, of averages of one kind."""
    ideas = [cross_of(*(Average(kind, length, unit) for length, unit in pair)) for pair in several_pairs]
    if len(ideas) < 2 or None in ideas or len(set(ideas)) < len(ideas):
        return None
    return (Versus(), *ideas)


RULES.listing("several_levels", "{low_high}", between="(,? <against_or>|,)", longest=6)


@RULES.rule(
    "versus_mark",
    "{topic:oscillator_value} <style_word>? (with|at)? {several_levels} <system_word>?",
    "{several_levels} {topic:oscillator_value} <system_word>?",
)
def _several_levels(topic: Indicator, several_levels: tuple[tuple[float, float], ...]) -> tuple[object, ...] | None:
    ideas = [levels_idea(topic, *levels) for levels in several_levels]
    if len(ideas) < 2 or None in ideas or len(set(ideas)) < len(ideas):
        return None
    return (Versus(), *ideas)


@RULES.rule("versus_mark", "{first:way} (,)? or {second:way}")
def _one_way_or_the_other(first: object, second: object) -> tuple[object, ...]:
    return (Versus(is_choice=True), first, second)


@RULES.rule(
    "benchmark",
    "<benchmark_word> (is|:|=|against|to|with|of)? {symbol}",
    "(against|versus|vs|relative to|with|to) {symbol} as (a|the|its|our)? <benchmark_word>",
    "<benchmark_word> (it|this|the strategy|results)? (against|to|with) {symbol}",
    "(use|using) {symbol} as (a|the|its)? <benchmark_word>",
    "{symbol} (as|is) (a|the)? <benchmark_word>",
    "(against|versus|vs)? (a|the)? {symbol} <benchmark_word>",
)
def _benchmark(symbol: str) -> BenchmarkSymbol:
    return BenchmarkSymbol(symbol)


RULES.value(
    "benchmark",
    BenchmarkSymbol(None),
    "<benchmark_word> (is|:|=|against|to|with|of|it against)? <buy_and_hold>",
    "(against|versus|vs|relative to|with) <buy_and_hold> as (a|the|its)? <benchmark_word>",
    "<buy_and_hold> (as|is) (a|the)? <benchmark_word>",
    "(against|versus|vs)? (a|the)? <buy_and_hold> <benchmark_word>",
)


@RULES.rule("prices", "{mode:price_mode}")
def _prices(mode: str) -> Prices:
    return Prices(mode)
