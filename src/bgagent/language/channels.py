"""Phrases for lines that follow the price: Supertrend, parabolic SAR, Keltner channels, the Ichimoku cloud."""

from bgagent.language.comparisons import ABOUT_ZERO, CLOSE
from bgagent.language.meanings import Idea
from bgagent.language.measures import Comparing, Crossing, Indicator, Mention, Value
from bgagent.language.rulebook import Rules

RULES = Rules()
_LARGEST_MULTIPLE = 5  # of an ATR; a larger number beside it is a number of bars
_SUPERTREND, _DIRECTION = "supertrend", "supertrend_direction"


# the lines


@RULES.rule(
    "supertrend_parameters", "\\( {length:whole} (,|/) {multiple:number} \\)", "{length:whole} (,|/) {multiple:number}"
)
def _supertrend_parameters(length: int, multiple: float) -> tuple[float, ...] | None:
    return (float(length), multiple) if length >= 2 and 0 < multiple <= _LARGEST_MULTIPLE else None


@RULES.rule(
    "supertrend_value",
    "<supertrend_word> <value_word>? {supertrend_parameters}?",
    "{supertrend_parameters} <supertrend_word> <value_word>?",
)
def _supertrend(supertrend_parameters: tuple[float, ...] | None = None) -> Indicator:
    return Indicator(_SUPERTREND, supertrend_parameters)


@RULES.rule("psar_value", "<psar_word>", "<psar_word> \\( {step:number} , {most:number} \\)", "<psar_word> dots")
def _psar(step: float | None = None, most: float | None = None) -> Indicator | None:
    if step is None or most is None:
        return Indicator("psar")
    return Indicator("psar", (step, most)) if 0 < step <= most < 1 else None


@RULES.rule(
    "keltner_parameters",
    "\\( {length:whole} , {multiple:number} \\)",
    "\\( {length:whole} , {second:number} , {third:number} \\)",
    "{length:whole} , {multiple:number}",
    "\\( {length:whole} \\)",
    "{length:whole} <plain_end>",
)
def _keltner_parameters(
    length: int, multiple: float = 0, second: float = 0, third: float = 0
) -> tuple[float, ...] | None:
    """(length, multiple), (length, ATR length, multiple) or (length, multiple, ATR length), told by their size.

    A length alone leaves the multiple open.
    """
    if not (multiple or second or third):
        return (float(length),) if length > _LARGEST_MULTIPLE else None
    if multiple:
        return (float(length), multiple) if length >= 2 and multiple <= _LARGEST_MULTIPLE else None
    if second > _LARGEST_MULTIPLE >= third > 0 and second.is_integer():
        return (float(length), second, third)
    if third > _LARGEST_MULTIPLE >= second > 0 and third.is_integer():
        return (float(length), third, second)
    return None


@RULES.rule(
    "keltner_value",
    "{side:band_side} <keltner> <channel_word>? {keltner_parameters}?",
    "<keltner> {side:band_side} <channel_word>? {keltner_parameters}?",
    "{side:band_side} <channel_word> of <keltner> {keltner_parameters}?",
    "<keltner> {keltner_parameters} {side:band_side} <channel_word>?",
)
def _keltner(side: str, keltner_parameters: tuple[float, ...] | None = None) -> Indicator:
    return Indicator(f"keltner_{side}", keltner_parameters)


@RULES.rule(
    "ichimoku_line",
    "{line:ichimoku_part} <value_word>?",
    "<ichimoku> {line:ichimoku_part} <value_word>?",
    "{line:ichimoku_part} <value_word>? \\( {length:whole} \\)",
    "<ichimoku> {line:ichimoku_part} <value_word>? \\( {length:whole} \\)",
)
def _ichimoku_line(line: str, length: int | None = None) -> Indicator | None:
    if length is None:
        return Indicator(line)
    return Indicator(line, (float(length),)) if length >= 2 else None


@RULES.rule(
    "cloud_edge", "{edge:cloud_side} of <cloud>", "{edge:cloud_side} of <cloud> {triple}", "<cloud> {edge:cloud_side}"
)
def _cloud_edge(edge: str, triple: tuple[float, ...] | None = None) -> Indicator:
    return Indicator(edge, triple)


RULES.same("line_of_price", "{supertrend_value}", "{psar_value}", "{keltner_value}", "{ichimoku_line}", "{cloud_edge}")
RULES.same("measure", "{line_of_price}")
RULES.same("band_value", "{keltner_value}")


# what they say


@RULES.rule(
    "crossing",
    "{line:supertrend_value} <turns> {side:trend_side}",
    "{line:supertrend_value} {side:trend_side} (flip|turn|signal)",
    "{line:supertrend_value} {side:trade_signal}",
    "{line:supertrend_value} gives (a)? {side:trade_signal}",
    "{line:supertrend_value} <turns> (a)? {side:trade_signal}",
    "{side:trend_side} {line:supertrend_value} (flip|turn|signal)",
    "{side:trade_signal} from {line:supertrend_value}",
)
def _turns(line: Indicator, side: str) -> Crossing:
    return Crossing(Indicator(_DIRECTION, line.parameters), side, ABOUT_ZERO)


@RULES.rule(
    "comparing",
    "{line:supertrend_value} <be> {side:trend_side}",
    "{side:trend_side} {line:supertrend_value}",
    "{line:supertrend_value} {side:upward}",
    "{line:supertrend_value} (points|pointing|pointed) {side:trend_side}",
)
def _points(line: Indicator, side: str) -> Comparing:
    return Comparing(Indicator(_DIRECTION, line.parameters), ">" if side == "above" else "<", ABOUT_ZERO)


@RULES.rule(
    "crossing",
    "<psar_word> <turns> {side:psar_side}",
    "<psar_word> <turns> {side:trend_side}",
    "<psar_word> <turns> {side:psar_side} (the)? (price|candle|candles|close)",
)
def _psar_turns(side: str) -> Crossing:
    """ "flips below the price": the price crosses it upwards."""
    return Crossing(CLOSE, side, Indicator("psar"))


@RULES.rule(
    "comparing",
    "{left:measure}? <be>? (<goes>|<closes>)? <back>? above <cloud> {triple}?",
    "{left:measure}? <be>? (<goes>|<closes>)? <back>? over <cloud> {triple}?",
)
def _above_cloud(left: Value | None = None, triple: tuple[float, ...] | None = None) -> Comparing | None:
    return Comparing(CLOSE, ">", Indicator("ichimoku_top", triple)) if left in _PRICES else None


@RULES.rule(
    "comparing",
    "{left:measure}? <be>? (<goes>|<closes>)? <back>? (below|under) <cloud> {triple}?",
)
def _below_cloud(left: Value | None = None, triple: tuple[float, ...] | None = None) -> Comparing | None:
    return Comparing(CLOSE, "<", Indicator("ichimoku_bottom", triple)) if left in _PRICES else None


@RULES.rule("crossing", "{left:measure}? <crosses> <back>? (above|over) <cloud> {triple}?")
def _crosses_above_cloud(left: Value | None = None, triple: tuple[float, ...] | None = None) -> Crossing | None:
    return Crossing(CLOSE, "above", Indicator("ichimoku_top", triple)) if left in _PRICES else None


@RULES.rule("crossing", "{left:measure}? <crosses> <back>? (below|under) <cloud> {triple}?")
def _crosses_below_cloud(left: Value | None = None, triple: tuple[float, ...] | None = None) -> Crossing | None:
    return Crossing(CLOSE, "below", Indicator("ichimoku_bottom", triple)) if left in _PRICES else None


_PRICES = (None, CLOSE, Mention("it"))


# strategies called by them


@RULES.rule("idea", "{line:supertrend_value} (flip|flips|reversal|crossover)? <system_word>?")
def _supertrend_idea(line: Indicator) -> Idea:
    turned = Indicator(_DIRECTION, line.parameters)
    return Idea(_SUPERTREND, Crossing(turned, "above", ABOUT_ZERO), Crossing(turned, "below", ABOUT_ZERO), topic=line)


@RULES.rule("idea", "{line:psar_value} (flip|flips|reversal|reversals|crossover)? <system_word>?")
def _psar_idea(line: Indicator) -> Idea:
    return Idea("parabolic SAR", Crossing(CLOSE, "above", line), Crossing(CLOSE, "below", line), topic=line)


@RULES.rule("idea", "<cloud> <breakout> <system_word>?")
def _cloud_idea() -> Idea:
    """Long from above the cloud to below it."""
    top, bottom = Indicator("ichimoku_top"), Indicator("ichimoku_bottom")
    return Idea("Ichimoku cloud", Crossing(CLOSE, "above", top), Crossing(CLOSE, "below", bottom), topic=top)


@RULES.rule(
    "idea",
    "(tenkan|tenkan sen) (/|and)? (kijun|kijun sen) <crossover> <system_word>?",
    "<ichimoku> (tk|tenkan kijun) <crossover> <system_word>?",
)
def _lines_idea() -> Idea:
    fast, slow = Indicator("ichimoku_conversion"), Indicator("ichimoku_base")
    return Idea("Ichimoku lines", Crossing(fast, "above", slow), Crossing(fast, "below", slow), topic=fast)
