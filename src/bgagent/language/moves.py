"""Phrases for what the price or the volume did: moves, gaps, runs of days, new highs and lows, ranges, spikes."""

from collections.abc import Iterator

from bgagent.engine.expression import Binary, Call, Compare, Name, Node, Number, combine
from bgagent.engine.rules import parse
from bgagent.language.comparisons import ABOUT_ZERO, CLOSE
from bgagent.language.elements import Finder
from bgagent.language.measures import (
    Average,
    Change,
    Comparing,
    Extreme,
    Fact,
    Known,
    Mention,
    Repeated,
    Scale,
    Scaled,
    SymbolPrice,
    Value,
)
from bgagent.language.quantities import Duration
from bgagent.language.rulebook import Rules
from bgagent.language.values import number_node

RULES = Rules()

_CLOSE, _OPEN, _HIGH, _LOW = Name("close"), Name("open"), Name("high"), Name("low")
_LONGEST_RUN = 20
_DAY = Duration(1, "day")


def _before(price: Name) -> Call:
    return Call("previous", (price, Number(1.0)))


# whose price it is


RULES.value(
    "other_who",
    CLOSE,
    "<traded_thing>",
    "<traded_thing> price",
    "price",
    "close",
    "today close",
    "daily close",
    "day close",
)
RULES.value("who", CLOSE, "it")
RULES.same("who", "{other_who}")


@RULES.rule("other_who", "{symbol:one_symbol} <share_word>?")
def _symbol(symbol: str) -> SymbolPrice:
    return SymbolPrice(symbol, _CLOSE)


# moves by so much


@RULES.rule("move_size", "<at_least_word>? {percent}", "{percent} <or_more>")
def _at_least(percent: float) -> tuple[float, str]:
    return percent, "="


@RULES.rule("move_size", "<more_than> {percent}")
def _more_than(percent: float) -> tuple[float, str]:
    return percent, ""


RULES.value("span", _DAY, "<in_a_day>")
RULES.same("span", "(in|over|within|during|across|for) <last>? {duration}")


@RULES.rule(
    "move",
    "{who}? {side:rises} <by>? {move_size} {span}",
    "{who}? <be>? {side:up_or_down} <by>? {move_size} {span}",
    "{who}? <closes> {side:up_or_down} {move_size} {span}?",
    "{span} {side:rise_noun} of {move_size}",
    "<one_day> {side:rise_noun} (of)? {move_size}",
    "{move_size} <one_day> {side:rise_noun}",
    "<one_day> {move_size} {side:rise_noun}",
    "{side:rise_noun} of {move_size} {span}",
    "{move_size} {side:rise_noun} {span}",
    "{length:duration} {side:rise_noun} of {move_size}",
    "{move_size} {length:duration} {side:rise_noun}",
    "{side:up_or_down} day of {move_size}",
    "{side:up_or_down} {move_size} day",
    "{move_size} {side:up_or_down} day",
)
def _move(
    side: str, move_size: tuple[float, str], span: Duration = _DAY, length: Duration | None = None, who: Value = CLOSE
) -> Comparing:
    percent, equal = move_size
    level = Known(number_node(round(percent if side == "up" else -percent, 12)), Scale.FRACTION)
    return Comparing(Change(length or span, who), (">" if side == "up" else "<") + equal, level)


def one_day_move(side: str, size: tuple[float, str]) -> Comparing:
    """A close so far from the one before."""
    percent, equal = size
    level = Known(number_node(round(percent if side == "up" else -percent, 12)), Scale.FRACTION)
    return Comparing(Change(_DAY, CLOSE), (">" if side == "up" else "<") + equal, level)


@RULES.rule("move", "{who}? <be>? {side:up_or_down} (over|in|during|for|across) <last> {duration}")
def _moved_at_all(side: str, duration: Duration, who: Value = CLOSE) -> Comparing:
    """ "up over the last 200 days"."""
    return Comparing(Change(duration, who), ">" if side == "up" else "<", ABOUT_ZERO)


@RULES.rule("move", "{signed_percent} {span}", "<one_day> <return_word> (of)? {signed_percent}")
def _signed_move(signed_percent: float, span: Duration = _DAY) -> Comparing | None:
    """ "-3% in a day": at least so far."""
    if signed_percent == 0:
        return None
    level = Known(number_node(round(signed_percent, 12)), Scale.FRACTION)
    return Comparing(Change(span, CLOSE), ">=" if signed_percent > 0 else "<=", level)


@RULES.rule(
    "return_value",
    "{duration} <return_word>",
    "<return_word> (over|of|for|in) <last>? {duration}",
    "<one_day> <return_word>",
    "<last> {duration} <return_word>",
)
def _return(duration: Duration = _DAY) -> Change:
    return Change(duration, CLOSE)


RULES.same("measure", "{return_value}")


@RULES.rule("comparing", "{left:return_value} <goes>? {sign:positive}", "{sign:positive} {left:return_value}")
def _return_positive(left: Value, sign: str) -> Comparing:
    return Comparing(left, sign, ABOUT_ZERO)


# ranges


RULES.value(
    "range_value",
    Known(Binary("/", Binary("-", _HIGH, _LOW), _CLOSE), Scale.FRACTION),
    "<daily_range> (as|in)? <of_price>?",
)


@RULES.rule(
    "comparing",
    "{left:range_value} (of|<goes>)? {operator:comparison} {right:level} <of_price>?",
    "{left:range_value} <goes>? {right:level} <of_price>? {operator:or_beyond}",
)
def _range_compared(left: Value, operator: str, right: Value) -> Comparing | None:
    return Comparing(left, operator, right) if isinstance(right, Known) and right.scale is Scale.FRACTION else None


# gaps


@RULES.rule(
    "fact",
    "{who}? <gaps> {side:up_or_down_word} <by>? {move_size} <at_open>?",
    "{who}? <gaps> {side:up_or_down_word} <at_open> <by>? {move_size}",
    "{who}? <gaps> <by>? {move_size} {side:up_or_down_word} <at_open>?",
    "{side:up_or_down_word} <gaps> (of|by)? {move_size} <at_open>?",
    "{move_size} <gaps> {side:up_or_down_word} <at_open>?",
    "{move_size} {side:up_or_down_word} <gaps> <at_open>?",
    "{who}? opens {move_size} {side:up_or_down_word}",
    "{who}? opens {side:up_or_down_word} <by>? {move_size}",
    "{who}? opens {move_size} {side:higher_or_lower} than (<previous_bar>)? (close|<previous_bar>)",
    "{who}? opens {move_size} {side:above_below} <previous_bar> close",
)
def _gap_of(side: str, move_size: tuple[float, str], who: Value = CLOSE) -> Fact:
    """A gap of so much: the open against the close before."""
    percent, equal = move_size
    level = number_node(round(percent if side == "up" else -percent, 12))
    return Fact(Compare((">" if side == "up" else "<") + equal, Name("gap"), level), who)


@RULES.rule(
    "fact",
    "{who}? opens {operator:comparison} {right:value}",
    "{who}? (open|opening) <be>? {operator:comparison} {right:value}",
)
def _opens(operator: str, right: Value, who: Value = CLOSE) -> Comparing:
    opening = SymbolPrice(who.symbol, _OPEN) if isinstance(who, SymbolPrice) else Known(_OPEN, Scale.PRICE)
    return Comparing(opening, operator, right)


@RULES.rule(
    "fact",
    "{who}? opens {side:higher_or_lower}",
    "{who}? opens {side:higher_or_lower} than (<previous_bar> close|<previous_bar>)",
)
def _opens_beyond(side: str, who: Value = CLOSE) -> Fact:
    return Fact(Compare(">" if side == "up" else "<", _OPEN, _before(_CLOSE)), who)


@RULES.rule("fact", "{who}? <gaps> {side:up_or_down_word} <at_open>?", "{side:up_or_down_word} <gaps>")
def _gap(side: str, who: Value = CLOSE) -> Fact:
    if side == "down":
        return Fact(Compare("<", _OPEN, _before(_LOW)), who)
    return Fact(Compare(">", _OPEN, _before(_HIGH)), who)


# runs of days


@RULES.rule(
    "fact",
    "{count:whole} <in_a_row>? {side:higher_or_lower} {column:column_plural} <in_a_row>?",
)
def _run_of_extremes(count: int, side: str, column: str) -> Fact | None:
    """ "3 lower lows in a row"."""
    if not 1 <= count <= _LONGEST_RUN:
        return None
    price = Name(column)
    values: list[Node] = [price, *(Call("previous", (price, Number(float(back)))) for back in range(1, count + 1))]
    operator = ">" if side == "up" else "<"
    return Fact(combine("and", tuple(Compare(operator, values[i], values[i + 1]) for i in range(count))), CLOSE)


@RULES.rule("up_or_down_word", "{side:up_or_down}", "{side:higher_or_lower}")
def _up_or_down_word(side: str) -> str:
    return side


RULES.same("mover", "{other_who}")
RULES.value("mover", Mention("it"), "it", "<left_out>")


@RULES.primitive("left_out", None)
def _left_out(chart: Finder, place: int) -> Iterator[tuple[int, str]]:  # noqa: ARG001
    """Nothing, where nobody says what moved."""
    yield place, ""


@RULES.rule(
    "fact", "{count:whole} <in_a_row> {colour} <candle_noun>", "{count:whole} {colour} <candle_noun> <in_a_row>"
)
def _coloured(count: int, colour: str) -> Repeated | None:
    """A candle has the colour of its own open and close; a day that of the close before."""
    return Repeated(Fact(parse(colour).node, CLOSE), count) if 2 <= count <= _LONGEST_RUN else None


@RULES.rule(
    "fact",
    "{count:whole} <in_a_row> {side:up_or_down} <bar_word>",
    "{count:whole} {side:up_or_down} <bar_word> <in_a_row>",
    "{count:whole} <in_a_row> {side:higher_or_lower} <close_noun>",
    "{count:whole} {side:higher_or_lower} <close_noun> <in_a_row>",
    "{who}? <closes> {side:up_or_down_word} (for)? {count:whole} <bar_word> <in_a_row>",
    "{who}? <closes> {side:up_or_down_word} (for)? {count:whole} <in_a_row> <bar_word>",
    "{who:mover} <be>? {side:up_or_down} (for)? {count:whole} <bar_word> <in_a_row>",
    "{who:mover} <be>? {side:up_or_down} (for)? {count:whole} <in_a_row> <bar_word>",
    "{who:mover} {side:rises} (for)? {count:whole} <bar_word> <in_a_row>",
    "{who:mover} {side:rises} (for)? {count:whole} <in_a_row> <bar_word>",
    "{who}? <be>? {side:higher_or_lower} than <previous_bar> close (for)? {count:whole} <bar_word> <in_a_row>",
    "{who}? <closes> (for)? {count:whole} <bar_word> <in_a_row> {side:higher_or_lower}",
    "{who}? <closes> (for)? {count:whole} <in_a_row> <bar_word> {side:higher_or_lower}",
    "{count:whole} <in_a_row> <bar_word> of {side:rise_plural}",
    "{count:whole} <in_a_row> {side:rise_plural}",
)
def _run(count: int, side: str, who: Value = CLOSE) -> Fact | None:
    if not 1 <= count <= _LONGEST_RUN:
        return None
    closes: list[Node] = [_CLOSE, *(Call("previous", (_CLOSE, Number(float(back)))) for back in range(1, count + 1))]
    operator = ">" if side == "up" else "<"
    return Fact(combine("and", tuple(Compare(operator, closes[i], closes[i + 1]) for i in range(count))), who)


@RULES.rule(
    "one_up",
    "{who}? <closes> {side:up_or_down_word} once?",
    "{who}? <closes> {side:higher_or_lower} than <previous_bar> (close)?",
    "{side:up_or_down} (day|close) once?",
    "{side:higher_or_lower} close once?",
)
def _one_up(side: str, who: Value = CLOSE) -> Fact:
    return Fact(Compare(">" if side == "up" else "<", _CLOSE, _before(_CLOSE)), who)


RULES.same("fact", "{one_up}", "(first|next) {one_up}")


# candles


@RULES.rule(
    "candle_fact",
    "{candle} <candle_word>? <candle_forms>?",
    "<candle_shows> {candle} <candle_word>?",
    "{who} <candle_shows> {candle} <candle_word>?",
    "<candle_word> <be> {candle}",
)
def _candle(candle: str, who: Value = CLOSE) -> Fact:
    """A pattern of candles, by the definitions of the rule language."""
    return Fact(parse(candle).node, who)


@RULES.rule("candle_fact", "<candle_noun> <be> {colour}")
def _candle_colour(colour: str) -> Fact:
    """ "the candle is green": by its own open and close."""
    return Fact(parse(colour).node, CLOSE)


@RULES.rule(
    "fact",
    "{who}? <reaches>? {name:bar_shape} <bar_of_shape>",
    "{who} <candle_shows> {name:bar_shape} <bar_of_shape>",
)
def _bar_shape(name: str, who: Value = CLOSE) -> Fact:
    return Fact(parse(name).node, who)


RULES.same("fact", "{candle_fact}")


# the bar in its own range, and as the extreme of the last ones


@RULES.rule(
    "fact",
    "{column:price_word} <be> {side:extreme_of} of <last>? {length}",
    "{column:price_word} <be> {length} {side:extreme_of}",
)
def _is_extreme(column: str, side: str, length: tuple[int, str | None]) -> Fact | None:
    """ "the low is the lowest low of 10 days": of those, the present one included."""
    kind, _, source = side.partition(" ")
    if (source, column) not in (("low", "low"), ("high", "high")) or length[1] not in (None, "day"):
        return None
    if (kind == "lowest") != (column == "low"):
        return None
    price = Name(column)
    operator = "<=" if kind == "lowest" else ">="
    return Fact(Compare(operator, price, Call(kind, (price, Number(float(length[0]))))), CLOSE)


@RULES.rule(
    "fact",
    "{who}? (<closes>|<be>) in (the)? {end:range_end} {part:range_part} (of|in) (the|its)? <bar_range>",
    "<close_noun> in (the)? {end:range_end} {part:range_part} (of|in) (the|its)? <bar_range>",
    "<close_noun> in (the)? {end:range_end} {percent} (of|in) (the|its)? <bar_range>",
    "{who}? (<closes>|<be>) in (the)? {end:range_end} {percent} (of|in) (the|its)? <bar_range>",
)
def _in_range(end: str, part: str = "", percent: float = 0, who: Value = CLOSE) -> Fact | None:
    """ "closes in the top half of its range"."""
    share = percent or float(part)
    if not 0 < share < 1:
        return None
    width = Binary("-", _HIGH, _LOW)
    from_low = round(1 - share, 12) if end == "top" else round(share, 12)
    level = Binary("+", _LOW, Binary("*", Number(from_low), width))
    return Fact(Compare(">=" if end == "top" else "<=", _CLOSE, level), who)


# new highs and lows


@RULES.rule(
    "fact",
    "{who}? <stands_at> <new>? {extreme}",
    "{who}? <closes> at <new>? {extreme}",
    "{who}? <breaks> {extreme}",
    "<close_noun> at <new>? {extreme}",
    "<new>? {extreme} close",
)
def _at_extreme(extreme: Extreme, who: Value = CLOSE) -> Comparing:
    return Comparing(who, ">" if extreme.side == "highest" else "<", extreme)


@RULES.rule(
    "candle_fact", "{who}? <makes> <new>? {extreme}", "<new> {extreme}", "{who}? <breaks> <to>? <new> {extreme}"
)
def _new_extreme(extreme: Extreme, who: Value = CLOSE) -> Comparing:
    """ "makes a new 20-day high": the high does, unless it is one of closes."""
    operator, column = (">", "high") if extreme.side == "highest" else ("<", "low")
    if extreme.source in ("close", "high", "low"):
        column = extreme.source
    if isinstance(who, SymbolPrice):
        return Comparing(SymbolPrice(who.symbol, Name(column)), operator, extreme)
    return Comparing(Known(Name(column), Scale.PRICE), operator, extreme)


@RULES.rule("fact", "<breakout> {side:through_side} {extreme}", "{who}? <breaks> {side:through_side} {extreme}")
def _breaks(side: str, extreme: Extreme, who: Value = CLOSE) -> Comparing | None:
    outward = "up" if extreme.side == "highest" else "down"
    if side not in (outward, "out"):
        return None
    return Comparing(who, ">" if outward == "up" else "<", extreme)


@RULES.rule("fact", "{length} <high_word>? <breakout>")
def _breakout(length: tuple[int, str | None]) -> Comparing:
    return Comparing(CLOSE, ">", Extreme("highest", length[0], None, length[1]))


# volume


_VOLUME = Known(Name("volume"), Scale.VOLUME)
_USUAL_VOLUME = Average("average", None, None, "volume")
RULES.value(
    "fact",
    Comparing(_VOLUME, ">", _USUAL_VOLUME),
    "above average volume",
    "volume <goes>? above average",
    "higher than average volume",
)


@RULES.rule(
    "fact", "<volume_spike> (of|above|over)? {multiple} <its_average>?", "volume {multiple} (of)? <its_average>"
)
def _volume_spike(multiple: float) -> Comparing:
    return Comparing(_VOLUME, ">", Scaled(multiple, _USUAL_VOLUME))


@RULES.rule("fact", "{formula}")
def _formula(formula: Node) -> Fact:
    return Fact(formula, CLOSE)
