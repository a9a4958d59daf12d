"""Phrases for the terms of a backtest: symbols, capital, length of bars, costs, sides, what is compared."""

from bgagent.language.meanings import (
    Alternative,
    BarLength,
    BenchmarkSymbol,
    BuyAndHold,
    Capital,
    Comparison,
    Cost,
    Prices,
    Problem,
    Sides,
    Universe,
    Variant,
    Versus,
    Without,
)
from bgagent.language.quantities import Money
from bgagent.language.rulebook import Rules
from bgagent.periods import Timeframe

RULES = Rules()


# symbols


@RULES.rule(
    "one_symbol",
    "{symbol} <share_word>?",
    "{symbol} \\( {again:symbol} \\) <share_word>?",
    "<ticker_word> :? {symbol}",
    "<share_word> of {symbol}",
    "<asset_word> <share_word>? \\( {symbol} \\)",
)
def _one_symbol(symbol: str, again: str | None = None) -> str | None:
    return symbol if again in (None, symbol) else None


RULES.listing("symbol_list", "{one_symbol}", between="(,|and|&|, and|plus|/)", longest=24)


@RULES.rule("symbols", "{symbol_list}")
def _symbols(symbol_list: tuple[str, ...]) -> Universe:
    return Universe(tuple(dict.fromkeys(symbol_list)))


@RULES.rule(
    "symbols",
    "{first:one_symbol} <versus> {second:one_symbol}",
    "{first:one_symbol} <versus> {second:one_symbol} <versus> {third:one_symbol}",
)
def _against(first: str, second: str, third: str | None = None) -> Universe:
    return Universe(tuple(filter(None, (first, second, third))), "versus")


RULES.same(
    "universe",
    "<symbol_lead>? {symbols}",
    "<symbol_title> {symbols}",
    "<trade_word> {symbols}",
    "<trade_word> <symbol_lead> {symbols}",
)


# capital


@RULES.rule(
    "capital",
    "<capital_lead>? {any_money} <capital_word>?",
    "<capital_lead>? {any_money} (of|in|as)? <capital_word>",
    "<capital_word> (of|:|=|is|at|was)? {any_money}",
    "<capital_lead> <capital_word> (of|:|=|is|at)? {any_money}",
    "<capital_lead> {any_money} (in|into|of|on|to invest in|worth of)",
    "{any_money} (in|into|of|worth of|to invest in)",
    "<invest_word> {any_money} (in|into|of|on)?",
)
def _capital(any_money: Money) -> Capital:
    return Capital(any_money)


@RULES.rule(
    "capital",
    "<capital_word> (of|:|=|is|at)? {number} <capital_word>?",
    "<capital_lead> {number} (of|in|as)? <capital_word>",
    "{number} <capital_word>",
)
def _bare_capital(number: float) -> Capital | None:
    return Capital(Money(number, None)) if number >= 100 else None


@RULES.rule("capital", "<capital_lead> {number}")
def _number_with(number: float) -> Capital | None:
    """ "with 10000": a round sum that is no year."""
    return Capital(Money(number, None)) if number >= 1000 and number % 500 == 0 and not 1900 <= number <= 2100 else None


@RULES.rule(
    "capital",
    "<capital_lead>? {any_money} (in|for|on|per)? <each_run>",
    "{any_money} <each_run>",
    "<capital_word> (of|:)? {any_money} (in|for|on|per)? <each_run>",
)
def _capital_each(any_money: Money) -> Capital:
    return Capital(any_money, each=True)


@RULES.rule(
    "capital", "<capital_lead>? {negative_money} <capital_word>?", "<capital_word> (of|:|=|is)? {negative_money}"
)
def _negative(negative_money: Money) -> Problem:
    return Problem(
        f"The starting capital {negative_money.amount:,.0f} is below zero. How much money does the test start with?"
    )


# bars


@RULES.rule(
    "bar_length",
    "(on|using|with|over|from)? {timeframe:timeframe_word} <bars_word>",
    "<bars_title> {timeframe:timeframe_word} <bars_word>?",
    "(on|using)? {timeframe:timeframe_code} <bars_word>",
    "<bars_title> {timeframe:timeframe_code}",
    "(on|using)? {timeframe:timeframe_word} timeframe",
    "on (a|the) {timeframe:timeframe_word} basis",
)
def _bars(timeframe: str) -> BarLength:
    return BarLength(Timeframe(timeframe))


# costs


@RULES.rule(
    "cost",
    "<commission> (of|at|is|:|=)? {percent} <per_fill>?",
    "{percent} <commission> <per_fill>?",
    "{percent} <per_fill>? (in|of|as) <commission>",
)
def _commission(percent: float) -> Cost:
    return Cost("commission_bps", round(percent * 10_000, 9))


@RULES.rule("cost", "<slippage> (of|at|is|:|=)? {percent} <per_fill>?", "{percent} (of|in|as)? <slippage> <per_fill>?")
def _slippage(percent: float) -> Cost:
    return Cost("slippage_bps", round(percent * 10_000, 9))


@RULES.rule("cost", "<costs> (of|at|are|is|:|=)? {percent} <per_fill>?", "{percent} (of|in|as)? <costs> <per_fill>?")
def _costs(percent: float) -> Cost:
    return Cost("costs_bps", round(percent * 10_000, 9))


@RULES.rule(
    "cost",
    "<commission> (of|at|is|:|=)? {money} <per_order>",
    "{money} (of|in)? <commission> <per_order>",
    "{money} <per_order> (in|of|as)? <commission>",
    "<commission> (of|at|is|:|=)? {money} <per_order>",
    "<costs> (of|at|are|:)? {money} <per_order>",
    "{money} flat <commission> <per_order>?",
    "flat {money} <commission> <per_order>?",
)
def _per_order(money: Money) -> Cost | None:
    return Cost("commission_per_order", money.amount)


@RULES.rule(
    "cost",
    "minimum <commission> (of|at|is|:|=)? {money} <per_order>?",
    "<commission> minimum (of|at|is|:|=)? {money} <per_order>?",
)
def _minimum(money: Money) -> Cost:
    return Cost("commission_minimum", money.amount)


@RULES.rule(
    "cost",
    "<commission> (of|at|is|:|=)? {money} <per_share>",
    "{money} <per_share> (in|of|as)? <commission>",
    "{money} (of|in)? <commission> <per_share>",
)
def _per_share(money: Money) -> Cost:
    return Cost("commission_per_share", money.amount)


@RULES.rule("cost", "<commission> (of|at|is|:|=)? {cents} <per_share>", "{cents} <per_share> (in|of|as)? <commission>")
def _cents_per_share(cents: float) -> Cost:
    return Cost("commission_per_share", cents)


@RULES.rule("cost", "<slippage> (of|at|is|:|=)? {money} <per_share>", "{money} (of)? <slippage> <per_share>")
def _slippage_per_share(money: Money) -> Cost:
    return Cost("slippage_per_share", money.amount)


@RULES.rule("cost", "<slippage> (of|at|is|:|=)? {cents} <per_share>", "{cents} (of)? <slippage> <per_share>")
def _slippage_in_cents(cents: float) -> Cost:
    return Cost("slippage_per_share", cents)


@RULES.rule("cost", "<borrow_fee> (of|at|is|:|=)? {percent} <a_year>?", "{percent} <borrow_fee> <a_year>?")
def _borrow(percent: float) -> Cost:
    return Cost("borrow_rate", round(percent, 12))


@RULES.rule("cents", "{number} (cents|cent|c)")
def _cents(number: float) -> float:
    return number / 100


RULES.value("cents", 0.005, "half a cent")
RULES.value(
    "cost",
    Cost("commission", 0.0),
    "<without> (any)? <commission>",
    "zero <commission>",
    "<commission> free",
    "<commission> (of|:|=|is)? (zero|none|0)",
    "ignore <commission>",
    "ignoring <commission>",
)
RULES.value(
    "cost",
    Cost("slippage_bps", 0.0),
    "<without> (any)? <slippage>",
    "zero <slippage>",
    "<slippage> (of|:|=|is)? (zero|none|0)",
    "ignore <slippage>",
    "ignoring <slippage>",
)
RULES.value(
    "cost",
    Cost("costs_bps", 0.0),
    "<without> (any)? <costs>",
    "zero <costs>",
    "<costs> (of|:|=|are)? (zero|none|0)",
    "ignore <costs>",
    "ignoring <costs>",
    "frictionless",
    "cost free",
    "<without> (any)? <commission> (or|and|,|/) <slippage>",
    "<without> (any)? <slippage> (or|and|,|/) <commission>",
    "zero <commission> (or|and|,|/) <slippage>",
    "zero <slippage> (or|and|,|/) <commission>",
    "<without> (any)? <commission> (and|or) (no|without|any) <slippage>",
    "ignore <commission> and <slippage>",
    "ignoring <commission> and <slippage>",
    "(before|gross of) <costs>",
)


# sides and what is absent


@RULES.rule(
    "sides",
    "{direction:side_choice}",
    "(trade|trades|trading|go|take|in|on)? {direction:side_choice} (trades|positions|side|sides|entries|signals)?",
)
def _sides(direction: str) -> Sides:
    return Sides(direction)


@RULES.rule("absent", "<without> (a|any|using|using a)? {name:absentee}", "{name:absentee} (:|=|is)? (none|off|no)")
def _absent(name: str) -> Without:
    return Without(name)


@RULES.rule("variant", "<run_word> {mark:run_mark} :")
def _variant(mark: str) -> Variant:
    return Variant(mark)


# comparisons


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
    "universe", "{kept:symbols} ,? (and)? not {left_out:symbols}", "not {left_out:symbols} ,? but {kept:symbols}"
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
