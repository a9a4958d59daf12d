"""Strategies called by name: crossovers, RSI 30/70, MACD, golden cross, channel breakouts."""

from collections.abc import Iterator
from functools import cache

from bgagent.engine.expression import Name
from bgagent.language.elements import Finder
from bgagent.language.meanings import BarLength, Heading, Idea, Lengths, Levels, StopTitle, Style
from bgagent.language.measures import Average, Comparing, Crossing, Extreme, Extremity, Indicator, Known, Scale
from bgagent.language.rulebook import Rules
from bgagent.language.tokens import Kind
from bgagent.language.values import Length, number_node
from bgagent.language.words import lexicon
from bgagent.periods import Timeframe

RULES = Rules()
_CLOSE = Name("close")


@RULES.rule("pair", "{fast:any_length} <versus_sign> {slow:any_length}")
def _pair(fast: Length, slow: Length) -> tuple[Length, Length]:
    return fast, slow


@RULES.rule("near_pair", "{fast:any_length} {slow:any_length}")
def _near_pair(fast: Length, slow: Length) -> tuple[Length, Length]:
    return fast, slow


RULES.same("any_pair", "{pair}", "\\( {pair} \\)")


@RULES.rule(
    "crossover_idea",
    "{pair} {kind:average_kind} <crossover>",
    "{pair} {kind:average_kind} <system_word>",
    "{pair} <crossover>",
    "{near_pair} {kind:average_kind} <crossover>",
    "{kind:average_kind} {any_pair} ,? <crossover>",
    "{kind:average_kind} {any_pair}",
    "{kind:average_kind} <crossover> <system_word>? {near_pair}",
    "{kind:average_kind} {near_pair} <crossover>",
    "{kind:average_kind} <crossover> <system_word>? {any_pair}",
    "{kind:average_kind} <crossover> <system_word>? (of|with|using|on|from|between) {pair} <average_kind>?",
    "<crossover> (of|between) {pair} {kind:average_kind}",
)
def _crossover(
    pair: tuple[Length, Length] | None = None,
    near_pair: tuple[Length, Length] | None = None,
    any_pair: tuple[Length, Length] | None = None,
    kind: str = "average",
) -> Idea | None:
    lengths = pair or near_pair or any_pair
    assert lengths is not None
    return cross_of(*(Average(kind, length, unit) for length, unit in lengths))


@RULES.rule(
    "crossover_idea",
    "<fast_word> {first:average_kind} {fast:any_length} (,|and|/|;)? <slow_word> {kind:average_kind} {slow:any_length}",
    "<set_off> {pair:pair} {kind:average_kind} <set_off_after>",
)
def _fast_and_slow(
    kind: str, fast: Length = (0, None), slow: Length = (0, None), first: str | None = None, pair: object = None
) -> Idea | None:
    """ "fast EMA 10, slow EMA 30", and "50/200 SMA" set off on its own."""
    if first not in (None, kind):
        return None
    lengths = pair if isinstance(pair, tuple) else (fast, slow)
    return cross_of(*(Average(kind, length, unit) for length, unit in lengths))


@RULES.rule("crossover_idea", "{fast:average} (crossing|crosses|cross|x) {slow:average} <crossover>?")
def _average_crossing(fast: Average, slow: Average) -> Idea | None:
    return cross_of(fast, slow)


@RULES.rule(
    "crossing",
    "{pair} {kind:average_kind}? {side:upward} <cross_noun>",
    "{pair} {kind:average_kind}? <cross_noun> {side:upward}",
    "{kind:average_kind} {pair} {side:upward} <cross_noun>",
    "{kind:average_kind} {pair} <cross_noun> {side:upward}",
)
def _directed_crossover(pair: tuple[Length, Length], side: str, kind: str = "average") -> Crossing | None:
    """ "on a 9/21 EMA bullish crossover"."""
    idea = cross_of(*(Average(kind, length, unit) for length, unit in pair))
    if idea is None or not isinstance(idea.entry, Crossing):
        return None
    return Crossing(idea.entry.left, side, idea.entry.right)


@RULES.rule("average_pair", "{fast:average} <versus_sign> {slow:average}")
def _average_pair(fast: Average, slow: Average) -> tuple[Average, Average]:
    return fast, slow


@RULES.rule(
    "crossover_idea",
    "{average_pair} <crossover>",
    "{average_pair} (strategy|system)",
    "<crossover> (of|between) {average_pair}",
)
def _crossover_of_averages(average_pair: tuple[Average, Average]) -> Idea | None:
    return cross_of(*average_pair)


RULES.same("idea", "{crossover_idea} <system_word>?")


def cross_of(first: Average, second: Average) -> Idea | None:
    """The shorter average above and below the longer one."""
    if first.length is None or second.length is None or first.length == second.length or first.kind != second.kind:
        return None
    if first.unit and second.unit and first.unit != second.unit:
        return None
    unit = first.unit or second.unit
    fast, slow = sorted((first.length, second.length))
    return cross_idea(Average(first.kind, fast, unit), Average(first.kind, slow, unit))


def cross_idea(fast: Average, slow: Average) -> Idea:
    """Long from the cross above to the cross below."""
    return Idea("crossover", Crossing(fast, "above", slow), Crossing(fast, "below", slow), topic=fast)


@RULES.rule("idea", "<golden_cross> <system_word>?", "<golden_cross> (and|/) <death_cross> <system_word>?")
def _golden() -> Idea:
    return cross_idea(Average("average", 50), Average("average", 200))


@RULES.rule(
    "idea",
    "<how_many>? {kind:average_kind} <crossover> <system_word>?",
    "<how_many> {kind:average_kind} <system_word>",
    "<crossover> <system_word>",
)
def _some_crossover(kind: str = "average") -> Idea:
    return Idea("crossover without lengths", topic=Average(kind, None))


@RULES.rule(
    "lengths", "<fast_title> (=|:|of|is)? {fast:whole} <unit>?", "{fast:whole} <unit>? <fast_word> <average_kind>"
)
def _fast(fast: int) -> Lengths | None:
    """ "fast=10", beside "slow=50"."""
    return Lengths(fast, None) if fast >= 1 else None


@RULES.rule(
    "lengths", "<slow_title> (=|:|of|is)? {slow:whole} <unit>?", "{slow:whole} <unit>? <slow_word> <average_kind>"
)
def _slow(slow: int) -> Lengths | None:
    return Lengths(None, slow) if slow >= 1 else None


@RULES.rule("lengths", "(with|of|using)? {pair} (lengths|periods)?", "(with|of|using) {bare:pair} (lengths|periods)?")
def _lengths(pair: tuple[Length, Length] | None = None, bare: tuple[Length, Length] | None = None) -> Lengths | None:
    given = pair or bare
    assert given is not None
    (first, unit), (second, other) = given
    if first == second or (pair is not None and not (unit or other)):
        return None
    return Lengths(min(first, second), max(first, second), unit or other)


@RULES.rule("idea", "{pair} <golden_cross> <system_word>?", "<golden_cross> <system_word>? \\(? {pair} \\)?")
def _golden_with_lengths(pair: tuple[Length, Length]) -> Idea | None:
    return _golden() if sorted(length for length, _ in pair) == [50, 200] else None


@RULES.rule(
    "idea",
    "<price_word>? {average:average} <crossover> <system_word>?",
    "<price_word> <crossed> {average:average} <system_word>?",
    "{length} <price_word> <crossover> <system_word>?",
    "<crossover> of <price_word> (and|with|over) {average:average}",
    "<price_word> (and|/|vs|versus) {average:average} <crossover> <system_word>?",
)
def _price_crossover(average: Average | None = None, length: Length | None = None) -> Idea:
    average = average or Average("average", *(length or (0, None)))
    price = Known(_CLOSE, Scale.PRICE)
    return Idea("price crossover", Crossing(price, "above", average), Crossing(price, "below", average), topic=average)


@RULES.rule(
    "idea",
    "{topic:oscillator_value} <system_word>?",
    "{topic:oscillator_value} <style_word> <system_word>?",
    "{topic:oscillator_value} <oversold_overbought> <system_word>?",
)
def _oscillator(topic: Indicator) -> Idea | None:
    return Idea("oscillator", topic=topic)


@RULES.rule(
    "low_high",
    "{low:number} (/|-|and|to|,) {high:number}",
    "\\( {low:number} (/|-|and|to|,) {high:number} \\)",
    "<level_word> (of|at)? {low:number} (/|-|and|to|,) {high:number}",
    "{low:number} (/|-|and|to|,) {high:number} <level_word>",
    "oversold <level_at>? {low:number} ,? (and)? overbought <level_at>? {high:number}",
)
def _low_high(low: float, high: float) -> tuple[float, float] | None:
    return (low, high) if low < high else None


@RULES.rule(
    "idea",
    "{topic:oscillator_value} (under|below|<) {low:number} (/|,|and|or)?"
    " (over|above|>) {high:number} <system_word>?".replace("|<)", "|\\<)").replace("|>)", "|\\>)"),
    "{topic:oscillator_value} lower (level|band|:|=)? {low:number} ,? upper (level|band|:|=)? {high:number}",
)
def _under_over(topic: Indicator, low: float, high: float) -> Idea | None:
    """ "RSI under 30 / over 70"."""
    return levels_idea(topic, low, high) if low < high else None


@RULES.rule(
    "idea",
    "{topic:oscillator_value} <style_word>? <system_word>? (with|at|using|:|,)? {low_high} <system_word>?",
    "{low_high} {topic:oscillator_value} <style_word>? <system_word>?",
)
def _levels(topic: Indicator, low_high: tuple[float, float]) -> Idea | None:
    return levels_idea(topic, *low_high)


def levels_idea(topic: Indicator, low: float, high: float) -> Idea | None:
    """Long from below the low level to above the high one."""
    if topic.name not in ("rsi", "mfi") or not (low > 0 and high < 100):
        return None
    return Idea(
        "levels",
        Comparing(topic, "<", Known(number_node(low), Scale.ANY)),
        Comparing(topic, ">", Known(number_node(high), Scale.ANY)),
        topic=topic,
    )


@RULES.rule(
    "idea",
    "<macd_word> {macd_parameters}? <signal_line>? <crossover>? <system_word>?",
    "{macd_parameters} <macd_word> <crossover>? <system_word>?",
    "<macd_word> <system_word>? {macd_parameters}",
    "<macd_word> <crossover> <system_word>? {macd_parameters}",
)
def _macd(macd_parameters: tuple[float, ...] | None = None) -> Idea:
    line, signal = Indicator("macd", macd_parameters), Indicator("macd_signal", macd_parameters)
    return Idea("macd", Crossing(line, "above", signal), Crossing(line, "below", signal), topic=line)


@RULES.rule(
    "idea",
    "<bollinger> <band_word>? {band_parameters}? <style_word>? <system_word>?",
    "{band_parameters} <bollinger> <band_word>? <style_word>? <system_word>?",
    "{length} <bollinger> <band_word>? <style_word>? <system_word>?",
    "<bollinger> <band_word>? <style_word>? <system_word>? {band_parameters}",
)
def _bollinger(band_parameters: tuple[Length, float] | None = None, length: Length | None = None) -> Idea:
    if band_parameters is not None:
        (bars, unit), width = band_parameters
        return Idea("bands", topic=Indicator("bollinger_middle", (bars, width), unit))
    return Idea(
        "bands",
        topic=Indicator("bollinger_middle", (length[0], 2.0) if length else None, length[1] if length else None),
    )


@RULES.rule(
    "idea",
    "{any_length} <donchian> <breakout>? <system_word>?",
    "<donchian> <breakout>? <system_word>? \\(? {any_length} \\)?",
    "{any_length} <breakout> <system_word>",
    "{length} <high_word> <breakout> <system_word>?",
    "{length} <breakout>",
)
def _donchian(any_length: Length | None = None, length: Length | None = None) -> Idea | None:
    given = any_length or length
    assert given is not None
    return breakout_idea(given, given)


@RULES.rule(
    "idea",
    "<turtle> {high:whole} / {low:whole} <system_word>?",
    "{high:whole} / {low:whole} (<donchian>|<turtle>) <breakout>? <system_word>?",
    "<donchian> {high:whole} / {low:whole} <breakout>? <system_word>?",
    "<donchian> <breakout> <system_word>? {high:whole} / {low:whole}",
)
def _turtle(high: int, low: int) -> Idea | None:
    return breakout_idea((high, None), (low, None)) if high >= low >= 1 else None


def breakout_idea(high: Length, low: Length) -> Idea:
    """Long from a close above the highest high of the bars before to one below their lowest low."""
    price = Known(_CLOSE, Scale.PRICE)
    return Idea(
        "breakout",
        Comparing(price, ">", Extreme("highest", high[0], None, high[1])),
        Comparing(price, "<", Extreme("lowest", low[0], None, low[1])),
    )


@RULES.rule(
    "levels",
    "(with|at|using|and)? {low_high} <level_word>",
    "(with|at|using|and)? <level_word> (of|at|:)? {low_high}",
    "<oversold_overbought> (at|:|=|levels)? {low_high}",
)
def _levels_alone(low_high: tuple[float, float]) -> Levels | None:
    low, high = low_high
    return Levels(low, high) if low > 0 and high < 100 else None


RULES.value("idea", Idea("histogram", topic=Indicator("macd_histogram")), "<macd_word> (histogram|hist) <system_word>?")


@RULES.rule(
    "heading",
    "{value:stochastic_value} <style_word>? <system_word>?",
    "{value:zscore_value} <style_word>? <system_word>?",
)
def _heading(value: Indicator) -> Heading:
    return Heading((value,))


@RULES.rule(
    "heading",
    "(triple|three|3)? {kind:average_kind} \\(? {a:whole} (/|,|-) {b:whole} (/|,|-) {c:whole} \\)? <crossover>?"
    " <system_word>?",
    "{a:whole} (/|,|-) {b:whole} (/|,|-|and|, and) {c:whole} {kind:average_kind} <crossover>? <system_word>?",
)
def _three_averages(kind: str, a: int, b: int, c: int) -> Heading | None:
    return Heading(tuple(Average(kind, length) for length in (a, b, c))) if 1 < a < b < c else None


@RULES.rule("heading", "{length} ,? (and)? {number} <deviation_word>", "<bollinger_settings> {band_parameters}")
def _band_heading(
    length: Length | None = None, number: float = 2, band_parameters: tuple[Length, float] | None = None
) -> Heading | None:
    (bars, unit), width = band_parameters or (length or (0, None), number)
    return Heading((Indicator("bollinger_middle", (bars, width), unit),)) if bars >= 2 and 0 < width <= 10 else None


RULES.value(
    "heading", StopTitle(("trailing_stop",)), "<set_off> chandelier (exit|stop)? <system_word>? <set_off_after>"
)
RULES.value("heading", StopTitle(("stop_loss", "trailing_stop")), "<set_off> atr stop <system_word>? <set_off_after>")


@RULES.rule("timed_idea", "{timeframe:timeframe_word} {idea}")
def _timed(timeframe: str, idea: Idea) -> tuple[BarLength, Idea]:
    return BarLength(Timeframe(timeframe)), idea


@RULES.primitive("apart", None)
def _apart(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """Nothing, where no word before belongs to a rule: of "an inside day breakout" the last word is no title."""
    at = place - 1
    while at >= 0 and chart.tokens[at].word in _articles():
        at -= 1
    before = chart.tokens[at] if at >= 0 else None
    if before is not None and before.word in ("with", "plus", "and", "using", "after", "including", "add", "adding"):
        return
    if before is None or before.kind is not Kind.WORD or before.word in _words_of_no_rule():
        yield place, ""


@cache
def _articles() -> frozenset[str]:
    return frozenset(lexicon("fillers")["noise"])


@cache
def _words_of_no_rule() -> frozenset[str]:
    lists = lexicon("fillers")
    return frozenset(
        word for name in ("noise", "separators", "fillers") for phrase in lists[name] for word in phrase.split()
    ) | {"using", "via", "by", "based"}


@RULES.rule("named_style", "{name:style_word} <system_word>")
def _named_style(name: str) -> Style:
    return Style(name)


@RULES.rule("style", "<apart> {name:style_word} <system_word>?", "<style_lead> {name:style_word}")
def _style(name: str) -> Style:
    return Style(name)


def extremity_idea(topic: Indicator) -> Idea:
    """Long from oversold to overbought."""
    return Idea("levels", Extremity(topic, "low"), Extremity(topic, "high"), topic=topic)
