"""Phrases for how much an entry buys, and how many entries may be open at once."""

from bgagent.engine.plan import SizeKind, Sizing
from bgagent.language.meanings import MostPositions, Size, Universe, WholeShares
from bgagent.language.quantities import Money
from bgagent.language.rulebook import Rules

RULES = Rules()
_SMALLEST_TRADE = 100.0


@RULES.rule(
    "size",
    "{percent} <of_equity> <each_time>?",
    "{percent} <position_size>",
    "<position_size> (of|is|:|=|at)? {percent} <of_equity>? <each_time>?",
    "<invest_word> {percent} <of_equity>? <each_time>?",
    "<using> {percent} <of_equity> <each_time>?",
    "(using|use|putting|investing|and use) {percent} <each_time>",
    "{percent} <sized>",
)
def _equity_share(percent: float) -> Size | None:
    return Size(Sizing(SizeKind.EQUITY, round(percent, 12))) if 0 < percent <= 1 else None


RULES.value("size", Size(Sizing(SizeKind.EQUITY, 1.0)), "<all_in>")
RULES.value("size", Size(Sizing(SizeKind.EQUITY, 0.5)), "(<using>|<invest_word>)? half <of_equity> <each_time>?")


@RULES.rule(
    "size",
    "{any_money} <per_trade>",
    "<position_size> (of|is|:|=)? {any_money} <each_time>?",
    "<invest_word> {any_money} <each_time>",
    "<using> {any_money} <each_time>",
    "{any_money} <each_time>",
    "buy {any_money} (worth)? <each_time>",
    "fixed {any_money} (positions|trades|<per_trade>)",
)
def _cash(any_money: Money) -> Size | None:
    """Small sums are more likely what a trade costs: "$1 per trade" is not read."""
    enough = any_money.amount >= _SMALLEST_TRADE
    return Size(Sizing(SizeKind.CASH, any_money.amount), any_money.currency) if enough else None


@RULES.rule(
    "size",
    "{whole} <share_word> <each_time>?",
    "{whole} <share_word> <per_trade>",
    "<position_size> (of|is|:|=)? {whole} <share_word>",
    "fixed (size of)? {whole} <share_word>",
)
def _quantity(whole: int) -> Size | None:
    return Size(Sizing(SizeKind.QUANTITY, float(whole))) if whole > 0 else None


@RULES.rule("size", "{whole} <share_word> of {symbols} <per_trade>")
def _quantity_of(whole: int, symbols: Universe) -> tuple[object, ...] | None:
    return (Size(Sizing(SizeKind.QUANTITY, float(whole))), symbols) if whole > 0 else None


@RULES.rule(
    "size",
    "<risk_word> {percent} <of_equity>? <each_time>?",
    "<at_most_word>? {percent} risk <each_time>?",
    "<position_size> (of|:|=|is|at)? {percent} risk <each_time>?",
    "<risk_word> (of|:|=) {percent} <of_equity>? <each_time>?",
)
def _risk(percent: float) -> Size | None:
    return Size(Sizing(SizeKind.RISK, round(percent, 12))) if 0 < percent <= 1 else None


@RULES.rule(
    "size",
    "<volatility_target> (of|:|=|at)? {percent}",
    "{percent} <volatility_target>",
    "target (a)? {percent} (annual|annualized|annualised|yearly)? volatility",
)
def _volatility(percent: float) -> Size | None:
    return Size(Sizing(SizeKind.VOLATILITY, round(percent, 12))) if percent > 0 else None


RULES.value("size", WholeShares(True), "<whole_shares>")
RULES.value("size", WholeShares(False), "<fractional_shares>")


@RULES.rule(
    "most_positions",
    "<at_most_word> {whole} <open_positions> <at_once>?",
    "<at_most_word> {whole} <at_once>",
    "<max_positions> (of|:|=|is)? {whole}",
    "{whole} <open_positions> (at most|max|maximum|at the most)",
    "(up to|no more than) {whole} <open_positions> <at_once>?",
    "{whole} <max_positions>",
)
def _most(whole: int) -> MostPositions | None:
    return MostPositions(whole) if whole >= 1 else None


@RULES.rule("most_of_size", "(up to|at most|max) {whole} <open_positions> of {percent} <of_equity>? (each)?")
def _most_of_size(whole: int, percent: float) -> tuple[object, ...] | None:
    """ "up to 4 units of 25%"."""
    if whole < 1 or not 0 < percent <= 1:
        return None
    return (MostPositions(whole), Size(Sizing(SizeKind.EQUITY, round(percent, 12))))


RULES.value("most_positions", MostPositions(1), "<one_at_a_time>")
