"""Phrases for numbers that change from bar to bar: prices, averages, indicators, highs and lows, and parts of them."""

from collections.abc import Iterator

from bgagent.engine.expression import Call, Name, Node, Number
from bgagent.engine.grammar import RuleError
from bgagent.engine.rules import parse
from bgagent.language.elements import Finder
from bgagent.language.measures import (
    Average,
    Extreme,
    Known,
    Mention,
    Owned,
    Scale,
    Scaled,
    Shifted,
    SymbolPrice,
    Value,
)
from bgagent.language.quantities import Duration, Money
from bgagent.language.rulebook import Rules
from bgagent.language.tokens import Kind

RULES = Rules()
_LONGEST = 2000  # bars; a longer look-back is more likely a misread number
_SESSION = 1440  # minutes
WITHIN_DAY = "part of a day"  # unit of what only bars within the day have

Length = tuple[int, str | None]


def number_node(value: float) -> Number:
    """A constant as the expression language holds it."""
    return Number(float(value))


@RULES.rule("length", "{whole} <trading>? {unit}")
def _length(whole: int, unit: str) -> Length | None:
    return (whole, None if unit == "bar" else unit) if 1 <= whole <= _LONGEST else None


@RULES.rule("plain_length", "{whole}")
def _plain_length(whole: int) -> Length | None:
    return (whole, None) if 1 <= whole <= _LONGEST else None


RULES.same("any_length", "{length}", "{plain_length}", "<last> {length}")


@RULES.primitive("symbol", lambda: ["@"])
def _symbol(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    token = chart.tokens[place]
    if token.kind is Kind.SYMBOL:
        yield place + 1, str(token.value)


@RULES.rule("measure", "{symbol} {value:owned}", "{value:owned} (of|for|on) {symbol}")
def _owned(symbol: str, value: Value) -> Owned:
    return Owned(symbol, value)


RULES.same("owned", "{average}", "{oscillator_value}", "{macd_value}", "{band_value}", "{extreme}")


# numbers


@RULES.primitive("without_the", None)
def _without_the(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """Nothing, where no "the" stands: "above the 50" speaks of an average, "above 50" of a number."""
    if place < len(chart.tokens) and chart.tokens[place].word != "the":
        yield place, ""


@RULES.rule(
    "level", "<without_the> {signed_number}", "{signed_number} <level_word>", "<level_word> (of)? {signed_number}"
)
def _level(signed_number: float) -> Known:
    return Known(number_node(signed_number), Scale.ANY)


RULES.value("level", Known(Number(0.0), Scale.ANY), "zero (line|level)?", "0 line", "centerline", "centreline")


@RULES.rule("level", "{money}")
def _price_level(money: Money) -> Known:
    return Known(number_node(money.amount), Scale.PRICE)


@RULES.rule("level", "{signed_percent}")
def _fraction_level(signed_percent: float) -> Known:
    return Known(number_node(round(signed_percent, 12)), Scale.FRACTION)


# prices


@RULES.rule("measure", "{price_word}")
def _price(price_word: str) -> Known:
    return Known(Name(price_word), Scale.VOLUME if price_word == "volume" else Scale.PRICE)


@RULES.rule("measure", "{symbol} <share_word>? {price_word}?", "price of {symbol}", "{price_word} of {symbol}")
def _symbol_price(symbol: str, price_word: str = "close") -> SymbolPrice:
    return SymbolPrice(symbol, Name(price_word))


@RULES.rule("measure", "<previous_bar> {price_word}", "{price_word} of <previous_bar>")
def _previous(price_word: str) -> Known:
    return Known(
        _call("previous", Name(price_word), Number(1.0)), Scale.VOLUME if price_word == "volume" else Scale.PRICE
    )


@RULES.rule("measure", "{price_word} {length} (ago|earlier|before)", "{price_word} of {length} (ago|earlier|before)")
def _ago(price_word: str, length: Length) -> Known:
    scale = Scale.VOLUME if price_word == "volume" else Scale.PRICE
    return Known(_call("previous", Name(price_word), number_node(length[0])), scale, length[1])


RULES.value("measure", Known(Name("gap"), Scale.FRACTION), "(opening|overnight) gap", "gap at the open")


@RULES.rule(
    "measure",
    "(highest)? high of (first|opening) {duration}",
    "{duration} opening range high",
    "opening {duration} high",
    "opening range high (of|over|\\()? (first)? {duration} \\)?",
)
def _opening_high(duration: Duration) -> Known | None:
    return _opening("opening_high", duration)


@RULES.rule(
    "measure",
    "(lowest)? low of (first|opening) {duration}",
    "{duration} opening range low",
    "opening {duration} low",
    "opening range low (of|over|\\()? (first)? {duration} \\)?",
)
def _opening_low(duration: Duration) -> Known | None:
    return _opening("opening_low", duration)


def _opening(function: str, duration: Duration) -> Known | None:
    """The range of the session's first minutes; on bars within the day only."""
    minutes = duration.count * {"minute": 1, "hour": 60}.get(duration.unit, 0)
    if not 1 <= minutes <= _SESSION or not float(minutes).is_integer():
        return None
    return Known(_call(function, number_node(minutes)), Scale.PRICE, WITHIN_DAY)


RULES.value(
    "measure",
    Known(Name("vwap"), Scale.PRICE, WITHIN_DAY),
    "vwap",
    "volume weighted average price",
    "session vwap",
    "intraday vwap",
    "vwap line",
)
RULES.value(
    "measure",
    Known(Name("session_open"), Scale.PRICE, WITHIN_DAY),
    "session open",
    "session's open",
    "opening price of the session",
    "opening price of the day",
)
RULES.value("value", Mention("yesterday"), "<yesterdays> <plain_end>")
RULES.value("measure", Mention("it"), "it")
RULES.same("value", "{measure}", "{level}")


# averages


@RULES.rule(
    "average",
    "{any_length} {kind:average_kind}",
    "{kind:average_kind} \\( {any_length} \\)",
    "{kind:average_kind} {any_length}",
    "{kind:average_kind} (of|over) <last>? {any_length}",
    "{any_length} {kind:average_kind} (of|on) <closing_price>",
    "{any_length} {kind:average_kind} line",
    "{kind:average_kind} \\( close , {any_length} \\)",
    "{kind:average_kind} (of|on) <closing_price> (over|for) <last>? {any_length}",
    "{length} <average_prefix> {kind:average_kind}",
)
def _average(any_length: Length | None = None, kind: str = "average", length: Length | None = None) -> Average:
    given = any_length or length
    assert given is not None
    return Average(kind, given[0], given[1])


@RULES.rule(
    "average",
    "{any_length} {kind:average_kind} (of)? volume",
    "{any_length} average volume",
    "{any_length} volume {kind:average_kind}",
    "{any_length} volume average",
    "volume {kind:average_kind} \\( {any_length} \\)",
    "(average|mean) volume (of|over|in|for) <last>? {any_length}",
    "{kind:average_kind} \\( volume , {any_length} \\)",
)
def _volume_average(any_length: Length, kind: str = "average") -> Average:
    return Average(kind, any_length[0], any_length[1], "volume")


RULES.value(
    "average",
    Average("average", None, None, "volume"),
    "average (daily)? volume",
    "volume average",
    "mean volume",
    "usual volume",
    "normal volume",
)
RULES.same("measure", "{average}", "{macd_value}", "{band_value}")


RULES.same("measure", "{the_average}")


@RULES.rule("the_average", "{kind:average_kind}", "{kind:average_kind} line")
def _the_average(kind: str) -> Average:
    return Average(kind, None)


RULES.value("measure", Mention("fast"), "<fast_word> <average_kind>?", "<fast_word> line")
RULES.value("measure", Mention("slow"), "<slow_word> <average_kind>?", "<slow_word> line")


@RULES.rule("numbered_average", "the {whole}")
def _numbered_average(whole: int) -> Average | None:
    """ "the 50", where an average of that length is named elsewhere."""
    return Average("number", whole) if 2 <= whole <= _LONGEST else None


RULES.same("measure", "{numbered_average}", "{numbered_average} line")


@RULES.rule("bare_number", "{whole}")
def _bare_number(whole: int) -> Average | None:
    return Average("number", whole) if 2 <= whole <= _LONGEST else None


@RULES.rule("bare_average", "{length}")
def _bare_average(length: Length) -> Average | None:
    return Average("bare", *length) if length[1] in ("day", "week") and length[0] >= 2 else None


RULES.same("measure", "{bare_average}", "{bare_average} line", "{bare_average} one")


# highs and lows


@RULES.rule(
    "extreme",
    "<previous_word>? {length} {side:extreme_side}",
    "{side:extreme_side} (of|in|over|for) <last> {length}",
    "{side:extreme_side} (of|in|over|for) {length}",
    "{length} {side:extreme_of}",
    "{side:extreme_of} (of|in|over|for) <last>? {length}",
    "<last> {length} {side:extreme_side}",
)
def _extreme(length: Length, side: str) -> Extreme:
    kind, _, source = side.partition(" ")
    return Extreme(kind, length[0], source or None, length[1])


@RULES.rule(
    "extreme",
    "{side:band_side} <donchian> \\( {any_length} \\)",
    "{any_length} {side:band_side} <donchian>",
    "{side:band_side} {any_length} <donchian>",
    "{side:band_side} <band_word> of (a|the)? {any_length} <donchian>",
    "{any_length} <donchian> {side:extreme_side}",
    "{any_length} <donchian> {side:band_side} <band_word>?",
    "<donchian> \\( {any_length} \\) {side:band_side} <band_word>?",
)
def _donchian(side: str, any_length: Length) -> Extreme | None:
    kind = {"upper": "highest", "lower": "lowest"}.get(side, side)
    return Extreme(kind, any_length[0], None, any_length[1]) if kind in ("highest", "lowest") else None


RULES.same("measure", "{extreme}")


# parts of other values


RULES.same("value", "{times}")


@RULES.rule("times", "{multiple} (of)? {value:scalable}")
def _multiple_of(multiple: float, value: Value) -> Scaled:
    return Scaled(multiple, value)


RULES.same("scalable", "{average}", "{oscillator_value}", "{scalable_mention}")


@RULES.rule("scalable_mention", "{kind:average_kind}")
def _average_to_scale(kind: str) -> Average:
    return Average(kind, None)


@RULES.rule("value", "{percent} (of)? {value:scalable}")
def _percent_of(percent: float, value: Value) -> Scaled:
    return Scaled(round(percent, 12), value)


RULES.same("target", "{value}", "{shifted}")


@RULES.rule("shifted", "{percent} {side} {value}")
def _percent_from(percent: float, side: str, value: Value) -> Scaled | None:
    if isinstance(value, Known) and not isinstance(value.node, (Name, Call)):
        return None
    if isinstance(value, Average) and value.kind == "bare":  # "5% over 50 days" is a time, not an average
        return None
    return Scaled(round(1 + (percent if side == "above" else -percent), 12), value, is_distance=True)


@RULES.rule("shifted", "{percent} (off|from|away from|off of) {extreme}")
def _percent_off(percent: float, extreme: Extreme) -> Scaled | None:
    """ "10% off its 52-week high"."""
    return Scaled(round(1 + (percent if extreme.side == "lowest" else -percent), 12), extreme, is_distance=True)


@RULES.rule("shifted", "{number} <deviation_word> {side} {value}")
def _deviations_from(number: float, side: str, value: Value) -> Shifted | None:
    if number <= 0 or not isinstance(value, Average):
        return None
    return Shifted(value, number if side == "above" else -number, "deviation")


@RULES.rule(
    "shifted",
    "{number} (x|times)? <atr_word> {side} {value}",
    "<atr_word> {side} {value}",
    "{number} (x|times)? <atr_word> \\( {length:whole} \\) {side} {value}",
    "{number} (x|times)? {length:whole} <unit>? <atr_word> {side} {value}",
)
def _atrs_from(side: str, value: Value, number: float = 1, length: int | None = None) -> Shifted | None:
    if number <= 0 or (isinstance(value, Known) and isinstance(value.node, Number)):
        return None
    return Shifted(value, number if side == "above" else -number, "atr", length)


# formulas


@RULES.primitive("formula", lambda: ['"'])
def _formula(chart: Finder, place: int) -> Iterator[tuple[int, Node]]:
    """A condition of the rule language in double quotes."""
    quoted = quoted_text(chart, place)
    if quoted is None:
        return
    end, text = quoted
    try:
        expression = parse(text)
    except RuleError:
        return
    if expression.is_condition:
        yield end, expression.node


def quoted_text(chart: Finder, place: int) -> tuple[int, str] | None:
    """What stands in double quotes from `place` on, and the place after it."""
    tokens = chart.tokens
    if tokens[place].word != '"':
        return None
    for end in range(place + 1, len(tokens)):
        if tokens[end].word == '"':
            inner = tokens[place + 1 : end]
            return end + 1, "".join(
                ("_" if token.hyphen else "" if token.glued else " ") + token.text for token in inner
            ).strip()
    return None


def _call(name: str, *arguments: Node) -> Call:
    return Call(name, arguments)
