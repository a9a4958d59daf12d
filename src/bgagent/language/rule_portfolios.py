"""Phrases for rules that trade several symbols out of one account."""

from bgagent.engine.plan import SizeKind, Sizing
from bgagent.language.meanings import Capital, Comparison, MostPositions, Size, Universe
from bgagent.language.portfolio_meanings import Ranking, Score, SharedCapital
from bgagent.language.quantities import Money
from bgagent.language.rulebook import Rules

RULES = Rules()

Facts = tuple[object, ...]

RULES.value(
    "shared_capital",
    SharedCapital(),
    "<shared_word>",
    "<with_word>? <shared_word>",
    "<set_off> (build|create|make|construct|test|backtest|simulate)? portfolio",
    "<set_off> <portfolio_word> : \n",
)


@RULES.rule(
    "shared_capital",
    "(sharing|share|in|from|with) (one|a single|the same) {any_money} account",
    "(in|from|with|on)? shared {any_money} (account|pot)",
    "(in|from|with|on)? shared account (of|with) {any_money}",
)
def _shared_account(any_money: Money) -> tuple[object, ...]:
    return (SharedCapital(), Capital(any_money))


@RULES.rule("size", "{percent} <of_equity> (each|apiece|in each|per symbol)")
def _share_each(percent: float) -> Size | None:
    return Size(Sizing(SizeKind.EQUITY, round(percent, 12))) if 0 < percent <= 1 else None


@RULES.rule("object", "<any_of> {things:symbol_object}")
def _any_of(things: Facts) -> Facts:
    """ "any of AAPL and MSFT": whichever meets the rule."""
    return things


@RULES.rule(
    "most_positions",
    "<at_most_word> {whole} (different|open)? <symbols_at_once> <at_once>?",
    "{whole} <symbols_at_once> (at most|max|maximum|at the most)",
    "{whole} <symbols_at_once> <at_once>",
)
def _most_symbols(whole: int) -> MostPositions | None:
    return MostPositions(whole) if whole >= 1 else None


@RULES.rule("each_symbol", "(for|on|in)? (each|every one) of {symbols}")
def _each_symbol(symbols: Universe) -> tuple[object, ...]:
    """One run each."""
    return (Comparison(), symbols)


@RULES.rule(
    "preference",
    "(prefer|preferring|favor|favour|prioritize|take) (those|ones|<symbols_at_once>|one)? (with|by)? {lowest} {score}",
    "(take|taking|buy|buying) (those|ones|<symbols_at_once>|one)? (with|by)? {lowest} {score} first",
    "{lowest} {score} first",
)
def _preference(lowest: bool, score: Score) -> Ranking:
    return Ranking(score=score, lowest_first=lowest)
