"""Phrases for what is held against what: several runs, variants, a benchmark, which prices."""

from bgagent.language.meanings import (
    Alternative,
    BenchmarkSymbol,
    BuyAndHold,
    Comparison,
    Prices,
    Universe,
    Variant,
    Versus,
)
from bgagent.language.rulebook import Rules

RULES = Rules()


@RULES.rule("variant", "<run_word> {mark:run_mark} :")
def _variant(mark: str) -> Variant:
    return Variant(mark)


@RULES.rule(
    "comparing_runs",
    "<compare> {first:way} (with|to|and|against|versus|vs) {second:way}",
    "<compare> {first:way} , {second:way} ,? and {third:way}",
)
def _compare_ways(first: object, second: object, third: object = None) -> tuple[object, ...]:
    return (Comparison(), *(way for way in (first, second, third) if way is not None))


@RULES.rule("versus_mark", "(better|worse) than <buy_and_hold>")
def _better_than_holding() -> tuple[object, ...]:
    return (Versus(), BuyAndHold())


RULES.same("way", "{idea}")
RULES.value("way", BuyAndHold(), "<buy_and_hold>")


@RULES.rule(
    "universe",
    "{kept:symbols} ,? (and)? not {left_out:symbols}",
    "not {left_out:symbols} ,? but {kept:symbols}",
    "{kept:symbols} \\( not {left_out:symbols} \\)",
)
def _rather(kept: Universe, left_out: Universe) -> Universe | None:
    """A correction: the symbol left out is not traded."""
    return kept if not set(kept.symbols) & set(left_out.symbols) else None


RULES.value("comparing_runs", Comparison(), "<compare>", "<separately>")
RULES.value("versus_mark", Versus(), "<versus>")


@RULES.rule(
    "alternative",
    "(both)? with and without {protections}",
    "with or without {protections}",
    "with {protections} and without",
    "with {protections} and without (it|one|them|a stop|the stop|stops)",
)
def _alternative(protections: tuple[object, ...]) -> Alternative:
    return Alternative(protections)


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
