"""Phrases that hold one value against another: comparisons, crosses, touches, returns, oversold and overbought."""

from collections.abc import Iterator

from bgagent.engine.expression import Name, Number
from bgagent.language.elements import Finder
from bgagent.language.measures import (
    Average,
    Change,
    Comparing,
    Condition,
    Crossing,
    Every,
    Extreme,
    Extremity,
    Indicator,
    Known,
    Mention,
    Opposite,
    Reaching,
    Returning,
    Scale,
    Scaled,
    Shifted,
    Touching,
    Turning,
    Value,
)
from bgagent.language.rulebook import Rules
from bgagent.language.tokens import Kind
from bgagent.language.values import Length, number_node

RULES = Rules()

CLOSE = Known(Name("close"), Scale.PRICE)


ABOUT_ZERO = Known(Number(0.0), Scale.AROUND_ZERO)


# comparisons


@RULES.rule(
    "comparing",
    "{left:measure}? (<be>|<goes>)* <back> {operator:comparison} {right:value} <on_close>?",
    "{left:measure}? <be>? <comes_back> {operator:comparison} {right:value} <on_close>?",
)
def _coming_back(operator: str, right: Value, left: Value | None = None) -> Comparing:
    """ "is back above 30": it was below before."""
    return Comparing(left, operator, right, returns=True)


@RULES.rule("comparing", "{left:measure} (returns|returned) {operator:comparison} {right:value}")
def _returning_above(left: Value, operator: str, right: Value) -> Comparing | None:
    if isinstance(left, Average) and left.kind == "bare":  # "3-day returns above 2%"
        return None
    return Comparing(left, operator, right, returns=True)


@RULES.rule("comparing", "{left:measure}? <closes> <back> {operator:comparison} {right:value}")
def _closing_back(operator: str, right: Value, left: Value | None = None) -> Comparing | None:
    found = _closing(operator, right, left)
    return None if found is None else Comparing(found.left, operator, right, returns=True)


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


@RULES.rule("elided_both", "<goes>? <back>? {operator:same_side} <back>?")
def _against_what_was_said(operator: str) -> Comparing:
    """ "when below": what was held against something before, now on that side."""
    return Comparing(None, operator, Mention("same"))


@RULES.rule("comparing", "{left:measure} <goes>? (<back>)? between {low:level} (and|-) {high:level}")
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
    "{left:measure} <goes> <back>? {operator:comparison} <back>?",
    "{left:measure} <closes> <back>? {operator:comparison} <back>?",
)
def _against_the_same(left: Value, operator: str) -> Comparing:
    """ "when it falls below": below what was spoken of before."""
    return Comparing(left, operator, Mention("same"))


RULES.listing("falling_links", "(\\>|above|over|<be>? above) {measure}", longest=6)
RULES.listing("rising_links", "(\\<|below|under|<be>? below) {measure}", longest=6)
RULES.listing("falling_numbers", "(\\>|above|over|<be>? above) the? {bare_number}", longest=6)
RULES.listing("rising_numbers", "(\\<|below|under|<be>? below) the? {bare_number}", longest=6)


@RULES.rule("comparing", "{first:measure} <be>? {links:falling_links}")
def _falling_chain(first: Value, links: tuple[Value, ...]) -> Every | Comparing | None:
    return _chain(first, ">", links) if len(links) > 1 else None


@RULES.rule("comparing", "{first:measure} <be>? {links:rising_links}")
def _rising_chain(first: Value, links: tuple[Value, ...]) -> Every | Comparing | None:
    return _chain(first, "<", links) if len(links) > 1 else None


@RULES.rule("comparing", "the? {first:bare_number} <be>? {links:falling_numbers}")
def _falling_numbers(first: Value, links: tuple[Value, ...]) -> Every | Comparing:
    """ "10 > 20 > 50" of averages that are named elsewhere."""
    return _chain(first, ">", links)


@RULES.rule("comparing", "the? {first:bare_number} <be>? {links:rising_numbers}")
def _rising_numbers(first: Value, links: tuple[Value, ...]) -> Every | Comparing:
    return _chain(first, "<", links)


def _chain(first: Value, operator: str, links: tuple[Value, ...]) -> Every | Comparing:
    values = (first, *links)
    parts = tuple(Comparing(values[i], operator, values[i + 1]) for i in range(len(links)))
    return parts[0] if len(parts) == 1 else Every(parts)


@RULES.rule("crossing", "the? {left:bare_number} <crosses> <back>? {side} the? {right:bare_number}")
def _crossing_numbers(left: Value, side: str, right: Value) -> Crossing:
    return Crossing(left, side, right)


@RULES.rule("close_beyond", "<close_noun> <back>? {operator:comparison} {right:value}")
def _close_beyond(operator: str, right: Value) -> Comparing:
    """ "the first close above the 20-day EMA"."""
    return Comparing(CLOSE, operator, right)


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


@RULES.rule("comparing", "{left:measure} <be>? {right:times}")
def _is_times(left: Value, right: Value) -> Comparing | None:
    """ "volume is twice its average": at least that."""
    return Comparing(left, ">=", right) if left == Known(Name("volume"), Scale.VOLUME) else None


@RULES.rule(
    "comparing",
    "{left:measure} <goes>? <back>? (outside|beyond|out of) {band:band_value}",
    "{left:measure}? <closes> <back>? (outside|beyond|out of) {band:band_value}",
    "<close_noun> (outside|beyond|out of) {band:band_value}",
    "<goes>? (outside|beyond) {band:band_value}",
)
def _outside(band: Value, left: Value | None = None) -> Comparing | None:
    """Outside a band: beyond it, as the close stands."""
    side = band_side(band)
    if side is None:
        return None
    return Comparing(CLOSE if left is None or left == Mention("it") else left, "<" if side == "lower" else ">", band)


@RULES.rule(
    "crossing",
    "{left:measure} (<goes>|<closes>|<returns>) <back> (inside|into|within) {band:band_value}",
    "(<closes>|<returns>) <back> (inside|into|within) {band:band_value}",
    "<close_noun> <back> (inside|into|within) {band:band_value}",
)
def _back_inside(band: Value, left: Value | None = None) -> Crossing | None:
    """Back inside a band: it was beyond it on the bar before."""
    side = band_side(band)
    if side is None:
        return None
    subject = CLOSE if left is None or left == Mention("it") else left
    return Crossing(subject, "above" if side == "lower" else "below", band)


def band_side(band: Value) -> str | None:
    """lower or upper; None for a middle."""
    name = band.name if isinstance(band, Indicator) else ""
    return next((side for side in ("lower", "upper") if name.endswith(f"_{side}")), None)


@RULES.rule(
    "comparing",
    "{who}? {side:rises} <by>? <at_least_word>? {percent} (from|off|below|under|above) <new>? {extreme}",
    "{who}? <be>? {side:up_or_down} <by>? <at_least_word>? {percent} (from|off) {extreme}",
    "{who}? <be>? <at_least_word>? {percent} or more (off|from|below) {extreme}",
    "{percent} {side:rise_noun} (from|off|below) {extreme}",
)
def _off_extreme(percent: float, extreme: Extreme, side: str = "down", who: Value = CLOSE) -> Comparing | None:
    """ "falls 10% from its 52-week high"."""
    if side != ("down" if extreme.side == "highest" else "up"):
        return None
    factor = round(1 - percent if side == "down" else 1 + percent, 12)
    return Comparing(who, "<=" if side == "down" else ">=", Scaled(factor, extreme, is_distance=True))


# lines that rise and fall


@RULES.rule(
    "turning", "{left:sloping} <be>? <goes>? {side:sloping_word} <no_amount>", "{side:sloping_word} {left:sloping}"
)
def _sloping(left: Value, side: str) -> Turning:
    return Turning(left, side)


@RULES.rule("turning", "{left:sloping} {side:turning_word}")
def _turning_line(left: Value, side: str) -> Turning:
    return Turning(left, side, event=True)


@RULES.primitive("no_amount", None)
def _no_amount(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """Nothing, where it is not said by how much: "rises", not "rises 5%"."""
    if place >= len(chart.tokens) or not (chart.tokens[place].kind is Kind.NUMBER or chart.tokens[place].word == "by"):
        yield place, ""


@RULES.primitive("plain_end", None)
def _plain_end(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """Nothing, where a number is not counted in anything: "at 50", not "at 50%", "at 50 dollars"."""
    word = chart.tokens[place].word if place < len(chart.tokens) else "."
    if word in (".", "..", "...", ",", ";", "\n", ")", "and", "or", "?", "!", "with", "in", "from", "on"):
        yield place, ""


RULES.same(
    "sloping",
    "{average}",
    "{oscillator_value}",
    "{macd_value}",
    "{stochastic_value}",
    "{the_average}",
    "{bare_average}",
)
RULES.value("sloping", Mention("it"), "it")
RULES.value("sloping", Indicator("macd_histogram"), "histogram")


@RULES.rule("reaching", "(at|<back> at|<back> to|<when> it (hits|reaches|gets to)) {signed_number} <plain_end>")
def _reaching(signed_number: float) -> Reaching:
    return Reaching(Known(number_node(signed_number), Scale.ANY))


@RULES.rule("reaching", "at {name:oscillator} (of|=)? {signed_number} <plain_end>")
def _reaching_of(name: str, signed_number: float) -> Reaching:
    """ "at RSI 70"."""
    return Reaching(Known(number_node(signed_number), Scale.ANY), Indicator(name))


# crosses


@RULES.rule(
    "crossing_where",
    "{crossed:crossing} ,? (while|when|and)? (both|it|they)? <be>? <while_still>? {operator:position} {level:level}",
    "{crossed:crossing} in {extreme:oversold} <territory>",
)
def _crossing_where(crossed: object, operator: str = "", level: Value | None = None, extreme: str = "") -> Every | None:
    """ "%K crosses above %D below 20": the line that crosses is there too."""
    if not isinstance(crossed, Crossing) or crossed.left is None or crossed.right is None:
        return None
    if isinstance(crossed.right, Known) and isinstance(crossed.right.node, Number):
        return None
    if extreme:
        return Every((crossed, Extremity(crossed.left, extreme)))
    assert level is not None
    return Every((crossed, Comparing(crossed.left, operator, level)))


@RULES.rule(
    "crossing",
    "{left:measure}? (<goes>|<crosses>|<turns>) from {before:positive} (to|into) {after:positive} <territory>?",
    "{left:measure}? (<crosses>|<turns>) {after:positive} from {before:positive}",
)
def _from_sign_to_sign(before: str, after: str, left: Value | None = None) -> Crossing | None:
    if before == after or (left is not None and not _is_about_zero(left)):
        return None
    return Crossing(left, "above" if after == ">" else "below", ABOUT_ZERO)


@RULES.rule(
    "crossing",
    "{left:measure} (<goes>|<crosses>) from (below|under) {first:level} (to|and) (above|over) {second:level}",
    "{left:measure} (<goes>|<crosses>) <back>? above {first:level} from (below|under) {second:level}?",
)
def _from_below(left: Value, first: Value, second: Value | None = None) -> Crossing | None:
    return Crossing(left, "above", first) if second in (None, first) else None


@RULES.rule(
    "crossing",
    "{left:measure} (<goes>|<crosses>) from (above|over) {first:level} (to|and) (below|under) {second:level}",
    "{left:measure} (<goes>|<crosses>) <back>? below {first:level} from (above|over) {second:level}?",
)
def _from_above(left: Value, first: Value, second: Value | None = None) -> Crossing | None:
    return Crossing(left, "below", first) if second in (None, first) else None


@RULES.rule(
    "crossing",
    "{left:measure} <be>? <crosses> <back>? {side} {right:target} <from_side>?",
    "{left:measure} <be>? <crosses> <back>? {side} <through>? {right:target}",
    "{left:measure} <be>? <crosses> {right:value} {side:from_direction}",
    "{left:measure} <be>? <crosses> {right:average} {side:upward}",
)
def _crossing(left: Value, side: str, right: Value) -> Crossing:
    return Crossing(left, side, right)


@RULES.rule("moved_across", "{left:measure} <moves> <back>? {side} {right:measure}")
def _moved_across(left: Value, side: str, right: Value) -> Crossing | None:
    """ "each time its 50-day average went above the 200-day": of two lines that is an event."""
    return Crossing(left, side, right) if isinstance(left, Average) and isinstance(right, Average) else None


@RULES.rule(
    "crossing",
    "{left:measure} and {right:measure} <crosses> {side:upward}",
    "{side:upward} <cross_noun> (of|between) {left:measure} and {right:measure}",
)
def _cross_of_two(left: Value, side: str, right: Value) -> Crossing | None:
    if isinstance(left, Average) and left.kind == "number":  # "the 20 and 50 day averages"
        return None
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
    "{left:measure} <crosses> <back>? {side} <back>?",
    "{left:measure} <crosses> <back>? {side:upward} <back>?",
    "{left:measure} <crosses> <back>? {side:from_direction}",
)
def _elided_right(left: Value, side: str) -> Crossing:
    return Crossing(left, side, None)


@RULES.rule(
    "crossing",
    "<crosses> <back>? {side} <back>?",
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
    "defined_extremity",
    "{left:measure}? <goes>? <oversold> \\( {meant:comparing} \\)",
    "{left:measure}? <goes>? <oversold> ,? (i.e.|meaning|that is|with) {meant:comparing}",
)
def _defined_extremity(meant: Condition, left: Value | None = None) -> Condition | None:
    """ "oversold (RSI under 30)"."""
    return meant if left in (None, Mention("it"), CLOSE) else None


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
