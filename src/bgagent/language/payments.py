"""Phrases for new money on dates: invest $500 in SPY every month, DCA, $200 a week into 70% VTI 30% BND."""

from collections.abc import Iterator
from dataclasses import replace

from bgagent.language.allocation import allot
from bgagent.language.elements import Finder
from bgagent.language.meanings import Capital, Comparison, Versus
from bgagent.language.portfolio_meanings import Allotment, Dates, LumpSum, Payment
from bgagent.language.quantities import Money
from bgagent.language.rulebook import Rules

RULES = Rules()

Part = tuple[str, object]
_ADVERBS = frozenset("daily weekly monthly quarterly yearly annually annual".split())


@RULES.rule("payment_part", "{any_money} <pay_filler>?")
def _money(any_money: Money) -> Part | None:
    return ("money", any_money) if any_money.amount > 0 else None


@RULES.rule("payment_part", "{any_money} <pay_filler>? ,? <per_symbol>")
def _money_each(any_money: Money) -> Part | None:
    return ("each", any_money) if any_money.amount > 0 else None


@RULES.rule("payment_part", "{dates} <pay_filler>?")
def _dates(dates: Dates) -> Part:
    return "dates", dates


@RULES.rule("payment_part", "<pay_link>? {pool} <equal_weight>?", "<pay_link>? <equal_weight> <equal_link>? {pool}")
def _target(pool: tuple[str, ...]) -> Part:
    return "symbols", Allotment(pool)


@RULES.rule("payment_part", "<pay_link>? {pool} {per:per_symbol}")
def _target_each(pool: tuple[str, ...], per: str) -> Part:  # noqa: ARG001
    return "each symbol", Allotment(pool)


@RULES.rule(
    "payment_part",
    "<pay_link>? <portfolio_lead>? {weighed_list} <portfolio_word>?",
    "<pay_link>? <portfolio_lead>? {ratio} <portfolio_word>? (of|in|between|with|:)? {several} <portfolio_word>?",
    "<pay_link>? <portfolio_lead>? {several} <portfolio_word>? (in|at|with|as|:|,)? {ratio} <portfolio_word>?",
)
def _weighed_target(
    weighed_list: tuple[tuple[str, float], ...] = (), ratio: tuple[float, ...] = (), several: tuple[str, ...] = ()
) -> Part | None:
    found = allot(weighed_list) if weighed_list else Allotment(several, ratio)
    if not isinstance(found, Allotment) or found.cash or len(found.symbols) != len(found.shares):
        return None
    return ("symbols", found) if all(share > 0 for share in found.shares) else None


@RULES.primitive("no_adverb", None)
def _no_adverb(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """Nothing, where no "daily" or "monthly" stands: in "$10k daily RSI" it tells of the bars."""
    if place < len(chart.tokens) and chart.tokens[place].word not in _ADVERBS:
        yield place, ""


RULES.listing("payment_parts", "{payment_part}", longest=4)
RULES.listing("spread_parts", "{payment_part}", between="(,|:)?", longest=4)


@RULES.rule(
    "payment",
    "<pay_word> {parts:payment_parts}",
    "{first:payment_part} ,? <pay_word> {parts:payment_parts}",
    "{parts:payment_parts} <paid_noun> {last:payment_part}?",
    "(i|we|you) <pay_word> {parts:payment_parts}",
    "{first:payment_part} ,? (i|we|you) <pay_word> {parts:payment_parts}",
    "{first:payment_part} <paid_noun> (of|:|=|are|is)? {parts:payment_parts}",
    "<paid_noun> (of|:|=|are|is)? {parts:payment_parts}",
    "<pay_word> {first:payment_part} , {parts:payment_parts}",
)
def _payment(parts: tuple[Part, ...], first: Part | None = None, last: Part | None = None) -> Payment | None:
    if not {"money", "each"} & {name for name, _ in parts}:  # "invest $10,000, monthly": nobody knows
        return None
    found = _put_together([*filter(None, (first,)), *parts, *filter(None, (last,))])
    return found if found is not None and found.money is not None and found.dates is not None else None


@RULES.rule(
    "payment",
    "with? {any_money} <pay_filler>? <no_adverb> {dates}",
    "with? {any_money} <pay_filler>? <no_adverb> {dates} <pay_link> {target:payment_part}",
    "with? {any_money} <pay_filler>? {dates} <pay_link> {target:payment_part}",
    "{any_money} <pay_filler>? <pay_link> {target:payment_part} {dates}",
)
def _payment_without_verb(any_money: Money, dates: Dates, target: Part | None = None) -> Payment | None:
    return _put_together([("money", any_money), ("dates", dates), *filter(None, (target,))])


@RULES.rule(
    "payment",
    "<average_in> {parts:spread_parts}?",
    "{parts:payment_parts} <average_in> {more:spread_parts}?",
)
def _averaged(parts: tuple[Part, ...] = (), more: tuple[Part, ...] = ()) -> Payment | None:
    return _put_together([*parts, *more])


@RULES.rule("clause", "<buy_word> {parts:payment_parts}", "{first:payment_part} ,? <buy_word> {parts:payment_parts}")
def _bought(parts: tuple[Part, ...], first: Part | None = None) -> Payment | None:
    found = _put_together([*filter(None, (first,)), *parts])
    if found is None or found.money is None or found.dates is None or not found.symbols:
        return None
    return Payment(found.money, found.dates, found.symbols, found.shares, found.each, bought=True)


def _put_together(parts: list[Part]) -> Payment | None:
    """One payment of its parts; None where a part is there twice."""
    names = [name for name, _ in parts]
    kinds = ["money" if name == "each" else "symbols" if name == "each symbol" else name for name in names]
    if len(set(kinds)) < len(kinds):
        return None
    values = dict(zip(kinds, (value for _, value in parts), strict=True))
    target = values.get("symbols")
    money, dates = values.get("money"), values.get("dates")
    symbols, shares = (target.symbols, target.shares) if isinstance(target, Allotment) else ((), ())
    return Payment(
        money if isinstance(money, Money) else None,
        dates if isinstance(dates, Dates) else None,
        symbols,
        shares,
        each=("each" in names or "each symbol" in names),
    )


RULES.listing("split_sums", "{split_sum}", between="(,|and|, and|plus|&)", longest=12)


@RULES.rule("split_sum", "{any_money} <pay_link>? {symbol:one_symbol}")
def _split_sum(any_money: Money, symbol: str) -> tuple[Money, str] | None:
    return (any_money, symbol) if any_money.amount > 0 else None


@RULES.rule("payment", "<pay_word> {split_sums} {dates}", "{dates} ,? <pay_word> {split_sums}")
def _split_payment(split_sums: tuple[tuple[Money, str], ...], dates: Dates) -> Payment | None:
    """A sum for each of several symbols."""
    symbols = tuple(symbol for _, symbol in split_sums)
    currencies = {money.currency for money, _ in split_sums}
    if len(set(symbols)) < len(symbols) or len(symbols) < 2 or len(currencies) > 1:
        return None
    total = sum(money.amount for money, _ in split_sums)
    shares = tuple(round(money.amount / total, 12) for money, _ in split_sums)
    if abs(sum(shares) - 1) > 1e-9:
        return None
    return Payment(Money(total, currencies.pop()), dates, symbols, shares if len(set(shares)) > 1 else ())


@RULES.rule("clause", "<buy_word> {split_sums} {dates}", "{dates} ,? <buy_word> {split_sums}")
def _split_purchase(split_sums: tuple[tuple[Money, str], ...], dates: Dates) -> Payment | None:
    found = _split_payment(split_sums, dates)
    return replace(found, bought=True) if found else None


@RULES.rule(
    "payment_contest",
    "<compare> {first:payment} (with|to|against|versus|vs|and) {second:payment}",
    "{first:payment} (versus|vs|against) {second:payment}",
)
def _payment_contest(first: Payment, second: Payment) -> tuple[object, ...]:
    return (Comparison(), first, second)


# a starting sum and the payments after it


@RULES.rule(
    "starting_payment",
    "(start|starting|begin|beginning|started) with {any_money} ,? (and|then|,)* {payment}",
    "{any_money} (upfront|up front|to start|at the start|initially|now|at first) ,? (and|then|plus|,)* {payment}",
)
def _starting(any_money: Money, payment: Payment) -> tuple[Capital, Payment]:
    return Capital(any_money), payment


@RULES.rule(
    "starting_payment",
    "(put|putting) {any_money} to work",
    "(plus|and|with)? {any_money} (upfront|up front|at the start|initially|at the beginning|on day one|to start with)",
)
def _starting_sum(any_money: Money) -> Capital | None:
    return Capital(any_money) if any_money.amount > 0 else None


# the whole sum at once


RULES.value(
    "sum_verb", "", "invest", "investing", "put", "putting", "do", "doing", "buy", "buying", "bought", "invested"
)
RULES.value("lump_sum", LumpSum(), "<at_once_word>", "<with_word>? (a|the)? <at_once_word>")


@RULES.rule(
    "lump_sum_contest",
    "<versus> (a|the)? <at_once_word>",
    "(or|instead of|rather than|than) <sum_verb>? it? (in|as|with)? (a|the)? <at_once_word>",
    "<compare>? (dca|dollar cost averaging) <versus> <at_once_word>",
)
def _against_lump_sum() -> tuple[object, ...]:
    return (Versus(), LumpSum())


@RULES.rule(
    "lump_sum_contest",
    "<compare> {payment} (with|to|against|versus|vs|and) (a|the)? <at_once_word>",
    "<compare> (a|the)? <at_once_word> (with|to|against|versus|vs|and) {payment}",
)
def _compared_with_lump_sum(payment: Payment) -> tuple[object, ...]:
    return (Comparison(), payment, LumpSum())
