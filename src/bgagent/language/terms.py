"""Phrases for the terms of a backtest: symbols, capital, length of bars, costs, sides, what is compared."""

from collections.abc import Iterator
from functools import cache

from bgagent.language.elements import Finder
from bgagent.language.meanings import BarLength, Capital, Problem, ReportLanguage, Sides, Universe, Without
from bgagent.language.phrasebook import words_of
from bgagent.language.quantities import Money
from bgagent.language.rulebook import Rules
from bgagent.language.tokens import Kind
from bgagent.language.words import categories, lexicon
from bgagent.periods import Timeframe

RULES = Rules()
_DIVIDING = frozenset((",", ";", ".", "\n", "|", ":", "(", ")"))
_SMALLEST_SUM = 5000.0  # of money, said without any sign of being money
_OFFERED = ("en", "de", "es", "fr", "hi", "zh")  # languages that reports are written in
_COUNTED = frozenset(
    "share shares unit units coin coins contract contracts stock stocks eur euro euros usd gbp inr".split()
)


# symbols


@RULES.rule(
    "one_symbol",
    "{symbol} <share_word>?",
    "{symbol} \\( {again:symbol} \\) <share_word>?",
    "{symbol} <share_word>? {again:symbol} <share_word>?",
    "<ticker_word> :? {symbol}",
    "<share_word> of {symbol}",
    "<asset_word> <share_word>? \\( {symbol} \\)",
    "<asset_word> <share_word>? {symbol}",
)
def _one_symbol(symbol: str, again: str | None = None) -> str | None:
    """Named twice it is one symbol, the one named last: "Toyota 7203.T", "the S&P 500 ETF SPY"."""
    if again in (None, symbol):
        return symbol
    return again if any({symbol, again} <= group for group in _same_things()) else None


@cache
def _same_things() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(group.split("|")) for group in lexicon("symbols")["same_thing"]["groups"])


@RULES.primitive("company", None)
def _company(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """One to three capitalised words that mean nothing else, before a ticker in brackets."""
    for end in range(place, min(place + 3, len(chart.tokens) - 1)):
        token = chart.tokens[end]
        if token.kind is not Kind.WORD or not token.text[:1].isupper() or token.word in _other_words():
            return
        if chart.tokens[end + 1].word == "(":
            yield end + 1, token.text
            return


@cache
def _other_words() -> frozenset[str]:
    fillers = lexicon("fillers")
    listed = {
        word for name in ("noise", "separators", "fillers") for phrase in fillers[name] for word in phrase.split()
    }
    return frozenset(listed.union(*(words_of(trie) for trie in categories().values())))


@RULES.rule("named_symbol", "<company> \\( {symbol} \\) <share_word>?")
def _named_symbol(symbol: str) -> Universe:
    """ "Unilever (ULVR.L)"."""
    return Universe((symbol,))


RULES.same("universe", "<symbol_lead>? {named_symbol}", "<trade_word> {named_symbol}")


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


@RULES.primitive("no_more", None)
def _no_more(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """Nothing, where the sum is not one of shares or of another currency: "10k shares", "$10k euros"."""
    if place >= len(chart.tokens) or chart.tokens[place].word not in _COUNTED:
        yield place, ""


@RULES.rule("capital", "<no_bars> {any_money} <no_more>")
def _capital_alone(any_money: Money) -> Capital:
    return Capital(any_money)


@RULES.primitive("no_bars", None)
def _no_bars(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """Nothing, where no length of bars can be meant: "15m" is, "$15m" and "20m" are not."""
    tokens = chart.tokens
    if place + 1 < len(tokens) and tokens[place].text in ("1", "5", "15", "30") and tokens[place + 1].word == "m":
        return
    yield place, ""


@RULES.rule(
    "bar_length",
    "{timeframe:timeframe_code} {symbol}",
    "{symbol} {timeframe:timeframe_code}",
    "(on|using|with)? {timeframe:timeframe_word} {symbol} <bars_word>",
    "(on|using|with)? {timeframe:timeframe_code} {symbol} <bars_word>",
)
def _bars_of(timeframe: str, symbol: str) -> tuple[object, ...]:
    """ "15m BTC-USD", "hourly AAPL candles"."""
    return (BarLength(Timeframe(timeframe)), Universe((symbol,)))


@RULES.rule(
    "capital",
    "<capital_lead>? {any_money} <capital_word>",
    "<capital_lead> {any_money} <no_more>",
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
    is_year = number.is_integer() and 1900 <= number <= 2100
    return Capital(Money(number, None)) if number >= 100 and not is_year else None


@RULES.rule("capital", "<capital_lead>? not {wrong:any_money} ,? but {any_money}")
def _rather(any_money: Money, wrong: Money) -> Capital | None:
    """A correction."""
    return Capital(any_money) if wrong != any_money else None


@RULES.rule("capital", "<capital_lead> {number}")
def _number_with(number: float) -> Capital | None:
    """ "with 10000": a round sum that is no year."""
    return Capital(Money(number, None)) if number >= 1000 and number % 500 == 0 and not 1900 <= number <= 2100 else None


@RULES.rule("capital", "<set_off> {number} <set_off_after>")
def _number_alone(number: float) -> Capital | None:
    """A round sum on its own: "MSFT, RSI 30/70, 2022, 10000"."""
    is_sum = number >= _SMALLEST_SUM and number % 1000 == 0 and not 1900 <= number <= 2100
    return Capital(Money(number, None)) if is_sum else None


@RULES.rule(
    "capital",
    "<capital_lead>? {any_money} (in|for|on|per)? <each_run>",
    "{any_money} <each_run>",
    "<capital_word> (of|:)? {any_money} (in|for|on|per)? <each_run>",
)
def _capital_each(any_money: Money) -> Capital:
    return Capital(any_money, each=True)


@RULES.rule("capital", "<capital_lead> {number} (in|for|on|per)? <each_run>")
def _number_each(number: float) -> Capital | None:
    """ "with 10000 each"."""
    is_sum = number >= 1000 and number % 500 == 0 and not 1900 <= number <= 2100
    return Capital(Money(number, None), each=True) if is_sum else None


@RULES.rule(
    "capital", "<capital_lead>? {negative_money} <capital_word>?", "<capital_word> (of|:|=|is)? {negative_money}"
)
def _negative(negative_money: Money) -> Problem:
    return Problem(
        f"The starting capital {negative_money.amount:,.0f} is below zero. How much money does the test start with?"
    )


@RULES.rule("capital", "<capital_lead>? {money_in_two} <capital_word>?", "<capital_word> (of|:|=|is)? {money_in_two}")
def _in_two_currencies(money_in_two: tuple[float, str, str]) -> Problem:
    amount, first, second = money_in_two
    return Problem(f"Is the capital of {amount:,.0f} in {first} or in {second}?")


# the report


@RULES.rule(
    "report_language",
    "<report_word>? <in_language_lead>? in {code:language_name} <please>?",
    "<report_word>? {phrase:language_phrase} <please>?",
    "<report_word>? (in)? {code:language_name} <report_noun> <please>?",
    "<report_word>? (in)? language (:|=|is) {code:language_name}",
)
def _report_language(code: str = "", phrase: str = "") -> ReportLanguage:
    chosen = code or phrase
    return ReportLanguage(chosen, is_offered=chosen in _OFFERED)


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


RULES.value("bar_length", BarLength(Timeframe("1h")), "hourly")


@RULES.rule("bar_length", "(on|of|for) {symbol} {timeframe:daily_word} (<set_off_after>|<before_dates>)")
def _symbol_daily(symbol: str, timeframe: str) -> tuple[object, ...]:
    """ "on AAPL daily, 2021": what bars; "buy AAPL daily" is another thing."""
    return (BarLength(Timeframe(timeframe)), Universe((symbol,)))


@RULES.primitive("before_dates", None)
def _before_dates(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """Nothing, where a stretch of time begins."""
    words = [token.word for token in chart.tokens[place : place + 2]]
    leads = bool(words) and words[0] in ("in", "from", "since", "over", "for", "during", "between")
    if (leads and len(words) > 1) or (words and words[0].isdigit()):
        yield place, ""


@RULES.rule("bar_length", "<set_off> {timeframe:adverb_of_bars} <set_off_after>")
def _set_off(timeframe: str) -> BarLength:
    """ "AAPL, weekly, 20/50 crossover"."""
    return BarLength(Timeframe(timeframe))


@RULES.primitive("set_off", None)
def _nothing_before(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """Nothing, at the start of a clause that signs set off."""
    if place == 0 or chart.tokens[place - 1].word in _DIVIDING:
        yield place, ""


@RULES.primitive("set_off_after", None)
def _nothing_after(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """Nothing, at the end of a clause that signs set off."""
    if place >= len(chart.tokens) or chart.tokens[place].word in _DIVIDING:
        yield place, ""


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
