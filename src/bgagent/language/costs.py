"""Phrases for what trading costs: commission, slippage, borrowing."""

from bgagent.language.meanings import Cost
from bgagent.language.quantities import Money
from bgagent.language.rulebook import Rules

RULES = Rules()


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


@RULES.rule("cost", "<slippage> (of|at|is|:|=)? {pips} <per_fill>?", "{pips} (of|in|as)? <slippage> <per_fill>?")
def _slippage_in_pips(pips: float) -> Cost:
    return Cost("slippage_per_share", pips)


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
