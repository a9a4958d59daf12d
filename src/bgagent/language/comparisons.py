"""Phrases that hold one value against another: comparisons, crosses, touches, returns, oversold and overbought."""

from bgagent.engine.expression import Name, Number
from bgagent.language.measures import (
    Average,
    Change,
    Comparing,
    Crossing,
    Every,
    Extremity,
    Indicator,
    Known,
    Mention,
    Opposite,
    Returning,
    Scale,
    Scaled,
    Shifted,
    Touching,
    Value,
)
from bgagent.language.rulebook import Rules
from bgagent.language.values import Length

RULES = Rules()

CLOSE = Known(Name("close"), Scale.PRICE)


ABOUT_ZERO = Known(Number(0.0), Scale.AROUND_ZERO)


# comparisons


@RULES.rule(
    "comparing",
    "{left:measure} <be>? <goes>? (<back>|<today>)? {operator:comparison} {right:value}",
    "{left:measure} <be>? <goes>? <back>? {operator:comparison} {right:value} <on_close>",
    "{left:measure} <be>? <goes>? <back>? {operator:position} {right:shifted}",
)
def _comparing(left: Value, operator: str, right: Value) -> Comparing:
    return Comparing(left, operator, right)


@RULES.rule(
    "comparing",
    "{left:measure} <be>? <goes>? {right:level} {operator:or_beyond}",
    "{left:measure} <be>? <goes>? at {right:level} {operator:or_beyond}",
)
def _or_beyond(left: Value, operator: str, right: Value) -> Comparing:
    return Comparing(left, operator, right)


@RULES.rule("comparing", "{left:measure} <goes> (<back>)? between {low:level} and {high:level}")
def _between(left: Value, low: Value, high: Value) -> Every:
    return Every((Comparing(left, ">=", low), Comparing(left, "<=", high)))


@RULES.rule(
    "comparing",
    "{left:measure} <closes> <back>? {operator:comparison} {right:value}",
    "<closes> <back>? {operator:comparison} {right:value}",
)
def _closing(operator: str, right: Value, left: Value | None = None) -> Comparing | None:
    if isinstance(left, Known) and left.scale is not Scale.PRICE:
        return None
    return Comparing(CLOSE if left is None or left == Mention("it") else left, operator, right)


@RULES.rule(
    "comparing",
    "{left:measure} <goes> <back>? {operator:comparison}",
    "{left:measure} <closes> <back>? {operator:comparison}",
)
def _against_the_same(left: Value, operator: str) -> Comparing:
    """ "when it falls below": below what was spoken of before."""
    return Comparing(left, operator, Mention("same"))


@RULES.rule(
    "comparing",
    "{a:measure} \\> {b:measure} \\> {c:measure}",
    "{a:measure} above {b:measure} above {c:measure}",
)
def _falling_chain(a: Value, b: Value, c: Value) -> Every:
    return Every((Comparing(a, ">", b), Comparing(b, ">", c)))


@RULES.rule(
    "comparing",
    "{a:measure} \\< {b:measure} \\< {c:measure}",
    "{a:measure} below {b:measure} below {c:measure}",
)
def _rising_chain(a: Value, b: Value, c: Value) -> Every:
    return Every((Comparing(a, "<", b), Comparing(b, "<", c)))


@RULES.rule(
    "comparing",
    "<close_noun> <back>? {operator:comparison} {right:value}",
    "<move_noun> <back>? {operator:comparison} {right:value}",
)
def _a_close(operator: str, right: Value) -> Comparing:
    return Comparing(CLOSE, operator, right)


@RULES.rule(
    "comparing",
    "<goes>? <back>? {operator:comparison} {right:value}",
    "<goes>? {right:level} {operator:or_beyond}",
    "<goes>? <back>? {operator:position} {right:shifted}",
)
def _elided(operator: str, right: Value) -> Comparing:
    return Comparing(None, operator, right)


@RULES.rule(
    "comparing",
    "{left:measure} <goes> {right:shifted}",
    "{left:measure} <be>? <goes>? <at_least_word> {right:shifted}",
    "<goes>? {right:shifted}",
    "<close_noun> {right:shifted}",
    "{left:measure} <closes> {right:shifted}",
)
def _shifted(right: Shifted | Scaled, left: Value | None = None) -> Comparing:
    return Comparing(left or CLOSE, ">=" if _is_up(right) else "<=", right)


@RULES.rule(
    "comparing",
    "{left:measure} <be>? <goes>? <more_than> {right:shifted}",
    "<goes>? <more_than> {right:shifted}",
    "<close_noun> <more_than> {right:shifted}",
    "{left:measure} <closes> <more_than> {right:shifted}",
)
def _shifted_more(right: Shifted | Scaled, left: Value | None = None) -> Comparing:
    return Comparing(left or CLOSE, ">" if _is_up(right) else "<", right)


def _is_up(value: Shifted | Scaled) -> bool:
    return value.count > 0 if isinstance(value, Shifted) else value.factor > 1


@RULES.rule("comparing", "{left:measure} <be>? <goes>? {sign:positive}", "<goes>? {sign:positive}")
def _positive(sign: str, left: Value | None = None) -> Comparing | None:
    return Comparing(left, sign, ABOUT_ZERO) if left is None or _is_about_zero(left) else None


def _is_about_zero(value: Value) -> bool:
    """True for what can be positive or negative, or may turn out to be."""
    if isinstance(value, Change):
        return True
    return value == Mention("it") or (isinstance(value, Indicator) and value.name in ("macd", "macd_histogram"))


@RULES.rule("comparing", "{left:measure} <be> {right:times}")
def _is_times(left: Value, right: Value) -> Comparing | None:
    """ "volume is twice its average": at least that."""
    return Comparing(left, ">=", right) if left == Known(Name("volume"), Scale.VOLUME) else None


# crosses


@RULES.rule(
    "crossing",
    "{left:measure} <be>? <crosses> <back>? {side} {right:target} <from_side>?",
    "{left:measure} <be>? <crosses> <back>? {side} <through>? {right:target}",
    "{left:measure} <be>? <crosses> {right:value} {side:from_direction}",
)
def _crossing(left: Value, side: str, right: Value) -> Crossing:
    return Crossing(left, side, right)


@RULES.rule(
    "crossing",
    "{left:measure} and {right:measure} <crosses> {side:upward}",
    "{side:upward} <cross_noun> (of|between) {left:measure} and {right:measure}",
)
def _cross_of_two(left: Value, side: str, right: Value) -> Crossing:
    return Crossing(left, side, right)


@RULES.rule(
    "crossing",
    "{side:upward} <cross_noun> (of|between) {average_kind} {first:any_length} and {second:any_length}",
    "{side:upward} <cross_noun> (of|between) {first:any_length} (and|/) {second:any_length} {average_kind}",
)
def _cross_of_lengths(average_kind: str, side: str, first: Length, second: Length) -> Crossing | None:
    unit = first[1] or second[1]
    if first[0] == second[0] or second[1] not in (unit, None):
        return None
    fast, slow = sorted((first[0], second[0]))
    return Crossing(Average(average_kind, fast, unit), side, Average(average_kind, slow, unit))


@RULES.rule(
    "crossing",
    "<cross_noun> of {left:measure} <back>? {side} {right:value}",
    "{left:measure} <cross_noun> <back>? {side} {right:value}",
    "{side:upward} <cross_noun> of {left:measure} <crossed>? (over|above|below|through|with) {right:value}",
)
def _cross_of(left: Value, side: str, right: Value) -> Crossing:
    return Crossing(left, side, right)


@RULES.rule(
    "crossing",
    "<cross_verb> <back>? {side} {right:value} <from_side>?",
    "<cross_noun> <back>? {side} {right:value}",
    "<goes>? <crosses> <back>? {side} {right:value} <from_side>?",
)
def _elided_left(side: str, right: Value) -> Crossing:
    return Crossing(None, side, right)


@RULES.rule(
    "crossing",
    "{left:measure} <crosses> <back>? {side}",
    "{left:measure} <crosses> <back>? {side:upward}",
    "{left:measure} <crosses> <back>? {side:from_direction}",
)
def _elided_right(left: Value, side: str) -> Crossing:
    return Crossing(left, side, None)


@RULES.rule(
    "crossing",
    "<crosses> <back>? {side}",
    "{side:upward} <cross_noun> <back>?",
    "<cross_noun> {side:upward}",
    "{side:upward} <signal_word>",
    "<crosses> {side:upward}",
)
def _elided_both(side: str) -> Crossing:
    return Crossing(None, side, None)


@RULES.rule(
    "crossing",
    "<macd_word> {side:upward} <cross_noun>",
    "{side:upward} <macd_word> <cross_noun>",
    "{side:upward} <cross_noun> (of|in|on) <macd_word>",
    "<macd_word> <crosses> {side:upward}",
    "<macd_word> <cross_noun> {side:upward}",
    "<macd_word> {side:upward} <signal_word>",
)
def _macd_cross(side: str) -> Crossing:
    return Crossing(Indicator("macd"), side, Indicator("macd_signal"))


@RULES.rule(
    "crossing",
    "{left:measure} <turns> {sign:positive}",
    "<turns> {sign:positive}",
    "{left:measure} <crosses> into {sign:positive} <territory>?",
    "{left:measure} <crosses> {sign:positive}",
)
def _turns(sign: str, left: Value | None = None) -> Crossing | None:
    if left is not None and not _is_about_zero(left):
        return None
    return Crossing(left, "above" if sign == ">" else "below", ABOUT_ZERO)


RULES.value("crossing", Crossing(Average("average", 50), "above", Average("average", 200)), "<golden_cross>")
RULES.value("crossing", Crossing(Average("average", 50), "below", Average("average", 200)), "<death_cross>")
RULES.value("crossing", Opposite(), "<opposite_signal>")

# touches and returns


@RULES.rule(
    "touching",
    "{left:measure} <touches> {right:target}",
    "{left:measure} <touches> (or|and|/) <goes> <side> {right:value}",
)
def _touching(left: Value, right: Value) -> Touching:
    return Touching(left, right)


@RULES.rule("touching", "<touches> {right:value}", "<touch_noun> of {right:value}", "<touch_noun> {right:value}")
def _touch_elided(right: Value) -> Touching:
    return Touching(None, right)


@RULES.rule(
    "returning",
    "{left:measure} <closes> <back> (at|to) {right:value}",
    "{left:measure} (<returns>|<goes> <back>) (to|at|into) {right:value}",
    "<returns> (to|at) {right:value}",
    "<closes> <back> (at|to) {right:value}",
)
def _returning(right: Value, left: Value | None = None) -> Returning | None:
    return Returning(left, right) if isinstance(right, (Average, Indicator)) else None


# oversold, overbought


@RULES.rule(
    "extremity",
    "{left:measure}? (<goes>|<turns>)? {side:oversold}",
    "{side:oversold} {left:oscillator_value}?",
    "{left:measure} in {side:oversold} <territory>",
    "{side:oversold} <condition_word>? <on> {left:measure}",
)
def _extremity(side: str, left: Value | None = None) -> Extremity | None:
    if left is not None and not isinstance(left, (Indicator, Mention)) and left != CLOSE:
        return None
    return Extremity(None if left == CLOSE else left, side)
