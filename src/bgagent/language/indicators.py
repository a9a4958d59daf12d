"""Phrases for indicators and their parameters: oscillators, z-scores, MACD, stochastics, bands."""

from bgagent.language.measures import Indicator, Mention
from bgagent.language.rulebook import Rules
from bgagent.language.values import Length

RULES = Rules()


# oscillators


@RULES.rule(
    "oscillator_value",
    "{name:oscillator}",
    "{any_length} {name:oscillator}",
    "{name:oscillator} \\( <period_word>? =? {any_length} \\)",
    "{name:oscillator} {plain_length}",
    "{name:oscillator} {length} <period_word>?",
    "{name:oscillator} (of|over) {length}",
    "{name:oscillator} (with|of|using)? <period_word> (of|=)? {any_length}",
    "{name:oscillator} \\( close , {any_length} \\)",
    "{name:oscillator} with {length} <period_word>?",
    "{name:oscillator} <value_word>",
    "{name:oscillator} \\( {any_length} \\) <value_word>",
)
def _oscillator(
    name: str, any_length: Length | None = None, plain_length: Length | None = None, length: Length | None = None
) -> Indicator:
    given = any_length or plain_length or length
    return Indicator(name, (given[0],) if given else None, given[1] if given else None)


RULES.same("measure", "{oscillator_value}")


@RULES.rule(
    "triple",
    "\\( {a:whole} , {b:whole} , {c:whole} \\)",
    "{a:whole} (,|/|-) {b:whole} (,|/|-) {c:whole}",
    "\\( {a:whole} / {b:whole} / {c:whole} \\)",
    "\\( {a:whole} - {b:whole} - {c:whole} \\)",
)
def _triple(a: int, b: int, c: int) -> tuple[float, ...]:
    return (float(a), float(b), float(c))


@RULES.rule("macd_parameters", "{triple}")
def _macd_parameters(triple: tuple[float, ...]) -> tuple[float, ...] | None:
    return triple if triple[0] < triple[1] else None


@RULES.rule(
    "macd_value",
    "<macd_word> {macd_parameters}? {part:macd_part}?",
    "{macd_parameters} <macd_word> {part:macd_part}?",
    "{part:macd_part} of <macd_word> {macd_parameters}?",
    "<macd_word> {part:macd_part} {macd_parameters}",
)
def _macd(part: str = "macd", macd_parameters: tuple[float, ...] | None = None) -> Indicator:
    return Indicator(part, macd_parameters)


RULES.value("measure", Mention("signal"), "<signal_line>")
RULES.value("measure", Indicator("macd_histogram"), "histogram")


RULES.same("measure", "{stochastic_value}")


@RULES.rule(
    "stochastic_value",
    "{part:stochastic_part} {triple}?",
    "{triple} {part:stochastic_part}",
    "{part:stochastic_part} <value_word>",
    "{part:stochastic_part} <period_word>? \\( {length:whole} \\)",
)
def _stochastic(part: str, triple: tuple[float, ...] | None = None, length: int | None = None) -> Indicator:
    """With one number only, the usual smoothing over three bars."""
    return Indicator(part, triple or ((float(length), 3.0, 3.0) if length else None))


RULES.same("measure", "{zscore_value}")


@RULES.rule(
    "zscore_value",
    "{any_length} <zscore>",
    "<zscore> \\( {any_length} \\)",
    "<zscore> (of|over) <last>? {length}",
    "<zscore>",
)
def _zscore(any_length: Length | None = None, length: Length | None = None) -> Indicator:
    given = any_length or length
    return Indicator("zscore", (given[0],), given[1]) if given else Indicator("zscore")


# bands


@RULES.rule(
    "band_parameters",
    "\\( {any_length} (,|/) {number} <deviation_word>? \\)",
    "\\( {any_length} , {number} <deviation_word> \\)",
    "{any_length} (,|/) {number} <deviation_word>?",
    "{length} ,? (and)? {number} <deviation_word>",
    "\\( {length} ,? {number} <deviation_word> \\)",
    "with {any_length} (and|,)? {number} <deviation_word>",
    "with {length} <period_word> (and|,)? {number} <deviation_word>",
    "with {length} <average_kind>? (and|,) {number} <deviation_word>",
)
def _band_parameters(
    any_length: Length | None = None, length: Length | None = None, number: float = 2
) -> tuple[Length, float] | None:
    given = any_length or length
    assert given is not None
    return (given, number) if given[0] >= 2 and 0 < number <= 10 else None


@RULES.rule("plain_band_parameters", "{any_length} (,|/) {number} <deviation_word>?")
def _plain_band_parameters(any_length: Length, number: float) -> tuple[Length, float] | None:
    return (any_length, number) if any_length[0] >= 2 and 0 < number <= 10 else None


@RULES.rule(
    "band_value",
    "{side:band_side} <bollinger> <band_word>? {band_parameters}?",
    "<bollinger> {side:band_side} <band_word> {band_parameters}?",
    "{side:band_side} <band_word> of (a|the)? <bollinger> <band_word>? {band_parameters}?",
    "{band_parameters} {side:band_side} <bollinger> <band_word>?",
    "{length} {side:band_side} <bollinger> <band_word>?",
    "{side:band_side} {band_parameters} <bollinger> <band_word>?",
    "<bollinger> <band_word>? {band_parameters} {side:band_side} <band_word>",
    "{side:band_side} {length} <bollinger> <band_word>?",
)
def _band(side: str, band_parameters: tuple[Length, float] | None = None, length: Length | None = None) -> Indicator:
    name = f"bollinger_{side}"
    if band_parameters is not None:
        (bars, unit), width = band_parameters
        return Indicator(name, (bars, width), unit)
    return Indicator(name, (length[0], 2.0), length[1]) if length else Indicator(name)


@RULES.rule(
    "band_value",
    "{side:band_side} <band_word>",
    "{side:band_side} <band_word> \\( {band_parameters:plain_band_parameters} \\)",
    "(channel|band) {side:band_side}",
    "{side:middle_side} <plain_end>",
)
def _some_band(side: str, band_parameters: tuple[Length, float] | None = None) -> Indicator:
    """A band of whatever bands the sentence names; of Bollinger's where it names none."""
    if band_parameters is None:
        return Indicator(f"band_{side}")
    (bars, unit), width = band_parameters
    return Indicator(f"band_{side}", (bars, width), unit)
