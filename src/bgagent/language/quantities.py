"""Numbers, percents, multiples, lengths of time and sums of money, as people write them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bgagent.language.elements import Finder
from bgagent.language.rulebook import Rules
from bgagent.language.tokens import Kind, Token
from bgagent.language.words import lexicon

RULES = Rules()


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time. unit: minute, hour, day, week, month, quarter, year, or bar."""

    count: float
    unit: str


@dataclass(frozen=True, slots=True)
class Money:
    """A sum of money. currency: ISO code; None when only the size tells that it is money ("25k")."""

    amount: float
    currency: str | None


@RULES.primitive("number", lambda: ["#", *lexicon("numbers")["ones"], *lexicon("numbers")["tens"]])
def _number(chart: Finder, place: int) -> Iterator[tuple[int, float]]:
    token = chart.tokens[place]
    if token.kind is Kind.NUMBER:
        after = chart.tokens[place + 1] if place + 1 < len(chart.tokens) else None
        if after is None or not (after.word in _ORDINAL_ENDINGS and after.glued and not after.hyphen):
            yield place + 1, float(token.value or 0)
        return
    yield from _number_words(chart.tokens, place)


_ORDINAL_ENDINGS = frozenset(("st", "nd", "rd", "th"))


def _number_words(tokens: Sequence[Token], place: int) -> Iterator[tuple[int, float]]:
    """twenty, twenty-five, two hundred, two hundred and fifty; thousands and above are magnitudes of their own."""
    numbers = lexicon("numbers")
    word = tokens[place].word
    value = float(numbers["ones"].get(word) or numbers["tens"].get(word) or 0)
    end = place + 1
    if word in numbers["tens"] and end < len(tokens) and 0 < numbers["ones"].get(tokens[end].word, 0) < 10:
        value += numbers["ones"][tokens[end].word]
        end += 1
    if end < len(tokens) and tokens[end].word == "hundred" and value < 100:
        value *= 100
        end += 1
        rest = end + (end < len(tokens) and tokens[end].word == "and")
        if rest < len(tokens) and (tokens[rest].word in numbers["ones"] or tokens[rest].word in numbers["tens"]):
            for stop, more in _number_words(tokens, rest):
                if more < 100:
                    yield stop, value + more
    yield end, value


@RULES.primitive("ordinal", lambda: ["#", *lexicon("numbers")["ordinals"]])
def _ordinal(chart: Finder, place: int) -> Iterator[tuple[int, int]]:
    token = chart.tokens[place]
    named = lexicon("numbers")["ordinals"].get(token.word)
    if named is not None:
        yield place + 1, int(named)
    elif token.kind is Kind.NUMBER and place + 1 < len(chart.tokens):
        after = chart.tokens[place + 1]
        if after.word in _ORDINAL_ENDINGS and after.glued and float(token.value or 0).is_integer():
            yield place + 2, int(token.value or 0)


@RULES.primitive("hyphen", None)
def _hyphen(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """Nothing, where a hyphen joins the next word to the last ("Jan-Dec")."""
    if place < len(chart.tokens) and chart.tokens[place].hyphen:
        yield place, "-"


@RULES.primitive("glued", None)
def _glued(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """Nothing, where no space stands before the next word ("25k")."""
    if place < len(chart.tokens) and chart.tokens[place].glued:
        yield place, ""


@RULES.primitive("unglued", None)
def _unglued(chart: Finder, place: int) -> Iterator[tuple[int, str]]:
    """Nothing, where a space stands before the next word: " -$5", not "$1-$5"."""
    if place < len(chart.tokens) and not chart.tokens[place].glued:
        yield place, ""


@RULES.rule("whole", "{number}")
def _whole(number: float) -> int | None:
    return int(number) if number.is_integer() else None


@RULES.rule("percent", "{number} <percent_sign>", "{number} <hyphen> <percent_sign>")
def _percent(number: float) -> float:
    return number / 100


@RULES.rule("percent", "{number} <basis_points>")
def _basis_points(number: float) -> float:
    return number / 10_000


RULES.value("percent", 0.005, "half (of)? (a|one) (percent|pct)", "half percent")


@RULES.rule("signed_percent", "{sign} {percent}", "{percent}")
def _signed_percent(percent: float, sign: str = "+") -> float:
    return -percent if sign == "-" else percent


RULES.value("sign", "+", "\\+", "plus")
RULES.value("sign", "-", "-", "minus", "negative")


@RULES.rule("signed_number", "{sign} {number}", "{number}")
def _signed_number(number: float, sign: str = "+") -> float:
    return -number if sign == "-" else number


RULES.same("multiple", "{number} (times|x)")
RULES.value("multiple", 2.0, "twice", "double", "doubles")
RULES.value("multiple", 3.0, "triple", "thrice", "triples")
RULES.value("multiple", 0.5, "half")


@RULES.rule("duration", "{number} <trading>? {unit}", "{number} (full|whole|consecutive|more)? <trading>? {unit}")
def _duration(number: float, unit: str) -> Duration | None:
    return Duration(number, unit) if number > 0 else None


@RULES.rule("duration", "(a|one|single|one full) <trading>? {unit}")
def _one(unit: str) -> Duration:
    return Duration(1, unit)


RULES.value("duration", Duration(10, "year"), "decade", "a decade")
RULES.value("duration", Duration(0.5, "year"), "half a year", "half year")


@RULES.rule("duration", "{number} decades")
def _decades(number: float) -> Duration:
    return Duration(number * 10, "year")


@RULES.rule(
    "money",
    "{currency_sign} {number}",
    "{currency_sign} {number} {magnitude}",
    "{number} <glued> {currency_sign}",
    "{number} {currency_word}",
    "{number} {magnitude} {currency_word}",
    "{number} {magnitude} (of|in)? {currency_word}",
    "{number} {magnitude} <glued> {currency_sign}",
    "{currency_code} {number}",
    "{currency_code} {number} {magnitude}",
    "{currency_sign} {number} {magnitude} {again:currency_word}",
    "{currency_sign} {number} {again:currency_word}",
)
def _money(
    number: float,
    currency_sign: str | None = None,
    currency_word: str | None = None,
    currency_code: str | None = None,
    again: str | None = None,
    magnitude: str = "1",
) -> Money | None:
    if again not in (None, currency_sign):
        return None
    return Money(number * float(magnitude), currency_sign or currency_word or currency_code)


@RULES.rule(
    "money_in_two",
    "{currency_sign} {number} {magnitude}? (in)? {again:currency_word}",
    "{currency_code} {number} {magnitude}? {again:currency_word}",
)
def _money_in_two(
    number: float, again: str, currency_sign: str | None = None, currency_code: str | None = None, magnitude: str = "1"
) -> tuple[float, str, str] | None:
    """A sum with two different currencies: "$10k euros"."""
    first = currency_sign or currency_code or again
    return (number * float(magnitude), first, again) if first != again else None


@RULES.primitive("dotted_thousands", lambda: ["#"])
def _dotted_thousands(chart: Finder, place: int) -> Iterator[tuple[int, float]]:
    """5.000 where euros are counted: five thousand."""
    if re.fullmatch(r"\d{1,3}\.\d{3}", chart.tokens[place].word):
        yield place + 1, float(chart.tokens[place].word.replace(".", ""))


@RULES.rule("euros", "<euro> {dotted_thousands}", "{dotted_thousands} <euro>")
def _euros(dotted_thousands: float) -> Money:
    return Money(dotted_thousands, "EUR")


@RULES.primitive("three_digits", lambda: ["#"])
def _three_digits(chart: Finder, place: int) -> Iterator[tuple[int, int]]:
    """The digits after a space that divides thousands: 25 000 USD."""
    word = chart.tokens[place].word
    if len(word) == 3 and word.isdigit() and not chart.tokens[place].glued:
        yield place + 1, int(word)


@RULES.rule(
    "spaced_money",
    "{currency_sign}? {whole} {three_digits} {currency_word}",
    "{currency_sign} {whole} {three_digits}",
    "{whole} {three_digits} {currency_sign}",
)
def _spaced(
    whole: int, three_digits: int, currency_sign: str | None = None, currency_word: str | None = None
) -> Money | None:
    if not 1 <= whole <= 999 or (currency_sign and currency_word and currency_sign != currency_word):
        return None
    return Money(whole * 1000.0 + three_digits, currency_sign or currency_word)


@RULES.primitive("pips", lambda: ["#"])
def _pips(chart: Finder, place: int) -> Iterator[tuple[int, float]]:
    """So many pips of the one currency pair of the sentence, in its price."""
    tokens = chart.tokens
    if place + 1 >= len(tokens) or tokens[place + 1].word not in ("pip", "pips"):
        return
    pairs = {str(token.value) for token in tokens if token.kind is Kind.SYMBOL and str(token.value).endswith("=X")}
    if len(pairs) == 1:
        size = 0.01 if pairs.pop().removesuffix("=X").endswith("JPY") else 0.0001
        yield place + 2, round(float(tokens[place].value or 0) * size, 9)


@RULES.rule("bare_money", "{number} {magnitude}")
def _bare_money(number: float, magnitude: str) -> Money | None:
    if (number, magnitude) == (401, "1000"):  # a 401k is a savings plan
        return None
    return Money(number * float(magnitude), None)


RULES.same("any_money", "{euros}", "{spaced_money}", "{money}", "{bare_money}")


@RULES.rule(
    "negative_money",
    "<unglued> - {any_money}",
    "{currency_sign} - {number} {magnitude}?",
    "(minus|negative) {any_money}",
)
def _negative_money(
    any_money: Money | None = None, number: float = 0, magnitude: str = "1", currency_sign: str | None = None
) -> Money:
    if any_money is not None:
        return Money(-any_money.amount, any_money.currency)
    return Money(-number * float(magnitude), currency_sign)
