"""Phrases for weights and for when they are restored: 60% SPY and 40% TLT, 60/40, equal weight, rebalanced monthly."""

from collections.abc import Sequence

from bgagent.language.meanings import Capital, Problem, Versus
from bgagent.language.portfolio_meanings import CASH, Allotment, Dates, InverseVolatility, Rebalancing
from bgagent.language.quantities import Duration, Money
from bgagent.language.rulebook import Rules

RULES = Rules()
_NEARLY = 0.011  # thirds are written 33%

Weighed = tuple[str, float]


# weights that are written out


@RULES.rule("share", "{percent}")
def _percent(percent: float) -> float | None:
    return round(percent, 12) if 0 < percent <= 3 else None


@RULES.rule("share", "{over:whole} / {under:whole}")
def _fraction(over: int, under: int) -> float | None:
    return over / under if 0 < over < under <= 12 else None


RULES.value("share", 0.5, "half (of)? (the money|the capital|it|everything)?", "one half", "a half")
RULES.value("share", 1 / 3, "(a|one) third", "third")
RULES.value("share", 2 / 3, "two thirds")
RULES.value("share", 0.25, "(a|one) quarter", "one fourth")
RULES.value("share", 0.75, "three quarters", "three fourths")
RULES.value("share", 0.2, "(a|one) fifth")
RULES.value("share", 0.1, "(a|one) tenth")


@RULES.rule(
    "weighed",
    "{share} <weight_link>? {symbol:one_symbol}",
    "(long|short)? {symbol:one_symbol} (:|=|at|-|with|gets|is|\\(|weight|weighted)* {share} \\)?",
    "the (rest|remainder|other)+ {share} <weight_link>? {symbol:one_symbol}",
)
def _weighed(share: float, symbol: str) -> Weighed:
    return symbol, share


@RULES.rule("weighed", "long {share} <weight_link>? {symbol:one_symbol}", "{share} long (in)? {symbol:one_symbol}")
def _weighed_long(share: float, symbol: str) -> Weighed:
    return symbol, share


@RULES.rule(
    "weighed",
    "short {share} <weight_link>? {symbol:one_symbol}",
    "{share} short (in)? {symbol:one_symbol}",
    "short {symbol:one_symbol} (:|=|at|with)* {share}",
)
def _weighed_short(share: float, symbol: str) -> Weighed:
    return symbol, -share


@RULES.rule(
    "weighed",
    "{share} (in|of|to)? <cash_word>",
    "<cash_word> (:|=|at|-)* {share}",
    "{share} (stays|kept|remains) (in)? <cash_word>",
)
def _weighed_cash(share: float) -> Weighed:
    return CASH, share


@RULES.rule(
    "weighed_rest",
    "(the)? (rest|remainder|balance) <weight_link>? {symbol:one_symbol}",
    "(the)? (rest|remainder|balance) (stays|kept|remains|goes|is)? (in|to)? <cash_word>",
)
def _rest(symbol: str = CASH) -> Weighed:
    return symbol, 0.0


RULES.same("weighed", "{weighed_rest}")
RULES.listing("weighed_list", "{weighed}", between="(,|and|&|/|\\+|, and|plus|, with|with|\\||;)? \n*", longest=24)


@RULES.rule(
    "allotment",
    "{weighed_list}",
    "<portfolio_lead> {weighed_list}",
    "<portfolio_lead> {weighed_list} <portfolio_word>",
    "{weighed_list} <portfolio_word>",
    "<portfolio_word> (of|with|:|is|=)? {weighed_list}",
    "<portfolio_lead>? <portfolio_word>? \\( {weighed_list} \\) <portfolio_word>?",
)
def _written_out(weighed_list: tuple[Weighed, ...]) -> Allotment | Problem | None:
    return allot(weighed_list)


def allot(weighed: Sequence[Weighed]) -> Allotment | Problem | None:
    """The weights, or the question that they raise; None for less than two of them."""
    symbols = [symbol for symbol, _ in weighed]
    if len(weighed) == 1 and weighed[0][1] == 1 and symbols[0] != CASH:
        return Allotment((symbols[0],))
    if len(weighed) < 2:
        return None
    if len(set(symbols)) < len(symbols):
        return Problem("A symbol has two weights. Which one is meant?")
    shares = _filled(weighed)
    total = sum(abs(share) for share in shares)
    if abs(total - 1) <= _NEARLY and len(set(shares)) == 1 and len(shares) > 2 and CASH not in symbols:
        return Allotment(tuple(symbols))
    if abs(total - 1) > 1e-6:
        return Problem(
            f"The weights sum to {total * 100:.6g}%. Which ones are meant? Say how much stays in cash, if some does."
        )
    held = [(symbol, share) for symbol, share in zip(symbols, shares, strict=True) if symbol != CASH]
    cash = sum(share for symbol, share in zip(symbols, shares, strict=True) if symbol == CASH)
    if not held:
        return None
    return Allotment(tuple(symbol for symbol, _ in held), tuple(round(share, 12) for _, share in held), round(cash, 12))


def _filled(weighed: Sequence[Weighed]) -> list[float]:
    """The shares, "the rest" worked out."""
    given = sum(abs(share) for _, share in weighed)
    return [share or max(0.0, 1 - given) for _, share in weighed]


# weights as a row of numbers


RULES.listing("ratio_row", "{number}", between="(/|:|-)", longest=8)


@RULES.rule("ratio", "{ratio_row}", "{ratio_row} %")
def _ratio(ratio_row: tuple[float, ...]) -> tuple[float, ...] | None:
    sums_up = abs(sum(ratio_row) - 100) < 1e-9 and all(part > 0 for part in ratio_row)
    return tuple(part / 100 for part in ratio_row) if len(ratio_row) > 1 and sums_up else None


RULES.listing("pool_list", "{one_symbol}", between="(,|and|or|&|/|\\+|, and|, or|plus|-)?", longest=24)


@RULES.rule("pool", "{pool_list}")
def _pool(pool_list: tuple[str, ...]) -> tuple[str, ...] | None:
    return pool_list if len(set(pool_list)) == len(pool_list) else None


RULES.listing("rival_list", "{one_symbol}", between="(vs|versus|against)", longest=6)


@RULES.rule("rivals", "{rival_list}")
def _rivals(rival_list: tuple[str, ...]) -> tuple[str, ...] | None:
    return rival_list if len(set(rival_list)) == len(rival_list) > 1 else None


@RULES.rule("several", "{pool}")
def _several(pool: tuple[str, ...]) -> tuple[str, ...] | None:
    return pool if len(pool) > 1 else None


@RULES.rule(
    "allotment",
    "<portfolio_lead>? {ratio} <portfolio_word>? (<equal_link>|,)? {several} <portfolio_word>?",
    "<portfolio_lead>? {several} <portfolio_word>? (in|at|with|as|:|,)? {ratio} <portfolio_word>?",
    "<portfolio_lead>? {several} \\( {ratio} \\) <portfolio_word>?",
    "<portfolio_lead>? {ratio} <portfolio_word>? \\( {several} \\) <portfolio_word>?",
    "<portfolio_lead>? {several} <portfolio_word>? (in|at|with|by|:)? <weight_thing>? (of|:)? {ratio:percents}",
)
def _row(ratio: tuple[float, ...], several: tuple[str, ...]) -> Allotment | None:
    return Allotment(several, ratio) if len(ratio) == len(several) else None


@RULES.rule("allotment", "<portfolio_lead>? {ratio} <portfolio_word>")
def _row_alone(ratio: tuple[float, ...]) -> Allotment:
    return Allotment((), ratio)


RULES.listing("percent_row", "{percent}", between="(,|and|/|, and)", longest=24)


@RULES.rule("percents", "{percent_row}", "{percent_row} respectively")
def _percents(percent_row: tuple[float, ...]) -> tuple[float, ...] | None:
    shares = tuple(round(part, 12) for part in percent_row)
    return shares if len(shares) > 1 and all(share > 0 for share in shares) and abs(sum(shares) - 1) < 1e-9 else None


@RULES.rule(
    "rebalanced_allotment",
    "<rebalance> (a|an|the|to)? {found:allotment} {dates}",
    "{dates} ,? <rebalance> (a|an|the|to)? {found:allotment}",
    "<rebalance> (a|an|the)? {found:allotment} <only>? <when> {off_by}",
)
def _rebalanced_allotment(
    found: Allotment | Problem, dates: Dates | None = None, off_by: float = 0.0
) -> tuple[object, ...] | None:
    return (found, Rebalancing(dates.on if dates else None, round(off_by, 12) or None))


# rows that are compared


@RULES.rule("ratio_side", "{ratio} <portfolio_word>?", "(a|an) {ratio} <portfolio_word>?")
def _ratio_side(ratio: tuple[float, ...]) -> tuple[float, ...]:
    return ratio


RULES.listing("ratio_sides", "{ratio_side}", between="(,? <versus>|,? and|,|,? with|,? to|,? against|,? or)", longest=5)


RULES.listing("other_ratios", "<versus> {ratio_side}", longest=4)


@RULES.rule("ratio_contest", "{first:ratio_side} (of|in|between)? {several} {other_ratios}")
def _ratio_against_others(
    first: tuple[float, ...], several: tuple[str, ...], other_ratios: tuple[tuple[float, ...], ...]
) -> tuple[object, ...] | None:
    ratios = (first, *other_ratios)
    if any(len(ratio) != len(several) for ratio in ratios):
        return None
    return (Versus(), *(Allotment(several, ratio) for ratio in ratios))


@RULES.rule(
    "ratio_contest",
    "<compare>? {ratio_sides} (of|in|between|with|on|for|:|,)? {several} <portfolio_word>?",
    "<compare>? {several} <portfolio_word>? (in|at|with|as|:|,)? {ratio_sides}",
)
def _ratio_contest(ratio_sides: tuple[tuple[float, ...], ...], several: tuple[str, ...]) -> tuple[object, ...] | None:
    if len(ratio_sides) < 2 or any(len(ratio) != len(several) for ratio in ratio_sides):
        return None
    return (Versus(), *(Allotment(several, ratio) for ratio in ratio_sides))


# equal weights


@RULES.rule(
    "allotment",
    "<portfolio_lead>? <equal_weight> <portfolio_word>? <equal_link>? {pool}",
    "<portfolio_lead>? {pool} ,? (in|at|with|all)? <equal_weight> <portfolio_word>?",
    "<portfolio_lead>? {pool} \\( <equal_weight> \\)",
    "<portfolio_lead>? {share} each (of|in|into|to|:|for)? {pool}",
    "<portfolio_lead>? {share} (in|of|into|to) each (of|:)? {pool}",
    "<portfolio_lead>? {pool} ,? (at|with|:)? {share} (each|apiece)",
    "<portfolio_lead>? {pool} ,? (each)? (at|with) {share}",
)
def _equal(pool: tuple[str, ...], share: float | None = None) -> Allotment | Problem | None:
    if len(pool) < 2:
        return None
    if share is not None and abs(share * len(pool) - 1) > _NEARLY:
        if share * len(pool) > 1:
            return Problem(f"{len(pool)} symbols at {share * 100:g}% each are more than 100%. Which weights are meant?")
        return Allotment(pool, (share,) * len(pool), round(1 - share * len(pool), 12))
    return Allotment(pool)


RULES.value(
    "allotment",
    Allotment(()),
    "(in|at|with|using|hold|held|keep|all|kept)? <equal_weight>",
    "(hold|own|keep|buy) (them|all|both|each)+ (in|at|with)? <equal_weight>",
)


@RULES.rule(
    "split_capital",
    "(split|divide|spread) {any_money} (<equal_weight>|<number> ways) <equal_link> {pool}",
    "{any_money} (split|divided|spread) (<equal_weight>|<number> ways) <equal_link> {pool}",
)
def _split_capital(any_money: Money, pool: tuple[str, ...]) -> tuple[object, ...] | None:
    return (Capital(any_money), Allotment(pool)) if len(pool) > 1 else None


# inverse volatility


@RULES.rule(
    "volatility_time",
    "{duration}",
    "\\( {duration} \\)",
    "(over|of|from) <last>? {duration}",
    "\\( (over)? <last>? {duration} (lookback|window)? \\)",
    "{duration} (lookback|window|look back)",
    "(with|using) (a|an)? {duration} (lookback|window|look back)",
)
def _time(duration: Duration) -> Duration:
    return duration


@RULES.rule(
    "inverse_volatility",
    "<weighted_word>? <inverse_vol> <weighted_word>? <portfolio_word>? ,? {time:volatility_time}?",
    "<weighted_word>? {time:duration} <inverse_vol> <weighted_word>? <portfolio_word>?",
    "<weighted_word>? (the)? inverse (of)? {time:duration} <volatility_noun> <weighted_word>? <portfolio_word>?",
    "<weighted_word>? (the)? inverse of (their|its)? {time:duration} <volatility_noun>",
    "<weighted_word>? <inversely> ,? {time:volatility_time}?",
    "<weighted_word>? inversely (proportional)? (to|by) {time:duration} <volatility_noun>",
    "<weighted_word>? (in)? inverse proportion to {time:duration} <volatility_noun>",
)
def _inverse_volatility(time: Duration | None = None) -> InverseVolatility:
    return InverseVolatility(time=time)


@RULES.rule(
    "inverse_volatility",
    "<with_word>? <risk_parity> <weighted_word>? <portfolio_word>? ,? {time:volatility_time}?",
)
def _parity(time: Duration | None = None) -> InverseVolatility:
    return InverseVolatility(time=time, is_parity=True)


@RULES.rule(
    "inverse_volatility_of",
    "<portfolio_lead>? {found:inverse_volatility} (of|in|on|with|across|between|among|for|using|:|,)? {pool}",
    "<portfolio_lead>? {pool} ,? {found:inverse_volatility}",
)
def _inverse_volatility_of(found: InverseVolatility, pool: tuple[str, ...]) -> InverseVolatility | None:
    return InverseVolatility(pool, found.time, found.is_parity) if len(pool) > 1 else None
