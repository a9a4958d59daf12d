"""Phrases for what is held while something holds, and for what is held instead: else BND, only if above zero."""

from bgagent.language.meanings import BuyAndHold, State, Universe, Versus
from bgagent.language.measures import Condition, Trigger
from bgagent.language.portfolio_meanings import (
    Contest,
    Fallback,
    Holds,
    Invested,
    ReadOn,
    Score,
    TradedWhen,
)
from bgagent.language.quantities import Duration
from bgagent.language.rulebook import Rules

RULES = Rules()


# one against another


RULES.value("score_again", "", "<return_noun>")
RULES.same("score_again", "<return_noun>? {score}")


@RULES.rule(
    "against_other",
    "{score} <scores_above> {second:symbol} {again:score_again}?",
    "{score} <be>? <comparatively> <than_word> {second:symbol} {again:score_again}?",
    "<scores_above> {second:symbol} {time:over_time}",
    "<scores_above> {second:symbol} (by|on|in) {score}",
)
def _against_other(
    second: str, score: Score | None = None, time: Duration | None = None, again: Score | str | None = None
) -> tuple[str, Score] | None:
    chosen = score or (Score((time,)) if time else None)
    return None if chosen is None or again not in (None, "", chosen) else (second, chosen)


@RULES.rule(
    "contest",
    "<hold_best> {first:symbol} <if_word> it? {against:against_other}",
    "<hold_best> {first:symbol} <if_word> {third:symbol} {against:against_other}",
    "<if_word> {first:symbol} {against:against_other} ,? <hold_best> {third:symbol}",
    "<if_word> {score} of {first:symbol} <scores_above> (that of)? {second:symbol} ,? <hold_best> {third:symbol}",
    "<hold_best> {first:symbol} <if_word> {score} of {third:symbol} <scores_above> (that of)? {second:symbol}",
)
def _contest(
    first: str,
    against: tuple[str, Score] | None = None,
    second: str = "",
    score: Score | None = None,
    third: str | None = None,
) -> Contest | None:
    other, chosen = against or (second, score)
    if chosen is None or third not in (None, first) or first == other:
        return None
    return Contest((first, other), chosen)


@RULES.rule(
    "held_against",
    "<versus> {symbols} (alone|only|by itself|on its own)",
    "to (just|simply)? <buy_and_hold> {symbols}",
    "to (just|simply)? (hold|holding|own|owning) {symbols}",
)
def _held_against(symbols: Universe) -> tuple[object, ...]:
    return (Versus(), BuyAndHold(), symbols)


RULES.same("clause", "{contest}")
RULES.value(
    "better_to", Versus(), "is it better to", "better to", "would it (be|have been) better to", "which is better :?"
)


# conditions and what is held instead


@RULES.rule(
    "holds",
    "<if_word> <that_return> <be>? (also|still)? {sign:positive}",
    "<if_word> <that_return> <be>? (also|still)? (above|over|greater than|more than|higher than|\\>) (0|zero) %?",
    "<if_word> (above|over|greater than|\\>) (0|zero) %?",
    "<if_word> (also|still)? {sign:positive}",
    "(with|and)? (an)? absolute (momentum)? filter",
    "with {sign:positive} <return_noun>",
)
def _positive_score(sign: str = ">") -> Holds | None:
    return Holds(None) if sign == ">" else None


@RULES.rule("holds", "<if_word> {condition}", "each? <only> <if_word> {condition}")
def _holds(condition: Condition) -> Holds:
    return Holds(condition)


@RULES.rule(
    "holds",
    "(that|which|those|who) (are|is|trade|trades|trading|currently)+ {condition}",
    "(of|from|among) those (that|which|who)? (are|is|trade|trading)* {condition}",
    "considering only those for which {condition}",
    "but? <only>? (those|ones) (that|which|who)? (are|is|trade|trading)* {condition}",
    "whose {condition}",
)
def _holds_first(condition: Condition) -> Holds:
    """The others are not ranked."""
    return Holds(condition, first=True)


@RULES.rule(
    "fallback",
    "<else_word> ,? <go_to>? {symbol:one_symbol} (instead)?",
    "(and)? (in|to|into|hold)? {symbol:one_symbol} <else_word>",
    "<safe_asset> (is|:|=|of)? {symbol:one_symbol}",
    "(with|use|using|and)? {symbol:one_symbol} as <safe_asset>",
    "(fall|falling) back (to|on|into) {symbol:one_symbol}",
)
def _fallback(symbol: str) -> Fallback:
    return Fallback((symbol,))


@RULES.rule(
    "fallback",
    "<else_word> ,? <go_to>? <cash_word>",
    "(and)? (in|to|into|hold)? <cash_word> <else_word>",
    "<safe_asset> (is|:|=|of)? <cash_word>",
    "<cash_word> as <safe_asset>",
    "<else_word> (stay|be|remain|sit|go) (flat|out)",
    "(keep|leave)? (rest|remainder) (in|to|goes to|is|as)? <cash_word>",
)
def _fallback_cash() -> Fallback:
    return Fallback(())


RULES.value(
    "fallback",
    Fallback((), spread=True),
    "<else_word> (is|be)? (spread|split|divided|distributed) (equally|evenly)? (over|among|across|to) (others|rest)",
)


@RULES.rule(
    "absolute_filter",
    "<go_to> (<cash_word>|{symbol:one_symbol}) <if_word> <that_return>? <be>? <below_zero>",
    "<if_word> <that_return> <be>? <below_zero> ,? <go_to>? (<cash_word>|{symbol:one_symbol})",
)
def _absolute_filter(symbol: str | None = None) -> tuple[object, ...]:
    return (Holds(None), Fallback((symbol,) if symbol else ()))


RULES.value("below_zero", "", "negative", "(below|under|less than|\\<) (0|zero) %?", "not positive")


@RULES.rule("switching_state", "(switch|move|go|rotate) (to|into) {symbol} <if_word> {condition} ,? {fallback}")
def _switching_state(symbol: str, condition: Condition, fallback: Fallback) -> tuple[object, ...] | None:
    """One symbol while something holds, another one otherwise."""
    if not fallback.symbols:
        return None
    return (State("long", Trigger(condition)), Universe((symbol,)), fallback)


@RULES.rule(
    "switching_state",
    "<hold_best> {first:symbol} ,? but? (switch|move|go|rotate) (to|into) {symbol} <if_word> {condition}",
)
def _switching_from(first: str, symbol: str, condition: Condition) -> tuple[object, ...] | None:
    if first == symbol:
        return None
    return (State("long", Trigger(condition)), Universe((symbol,)), Fallback((first,)))


@RULES.rule("read_on", "(read|measured|judged|looked at) on {symbol}")
def _read_on(symbol: str) -> ReadOn:
    return ReadOn((symbol,))


@RULES.rule("traded_when", "<rebalance> only (when|if) {condition}", "traded only (when|if) {condition}")
def _traded_when(condition: Condition) -> TradedWhen:
    return TradedWhen(condition)


@RULES.rule("invested_share", "{percent} of equity in all", "{percent} invested in all")
def _invested(percent: float) -> Invested | None:
    return Invested(round(percent, 12)) if percent > 0 else None
