"""Readings that the grammar allows and a careful reader does not trust: words to name, or a question to ask.

A filler may stand round the rules and never inside one: "is it profitable?", not "and the trade is profitable". Money
is the capital only where it is said as such: "5 dollars below its average" is a distance.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

from bgagent.language.meanings import (
    Alternative,
    BuyAndHold,
    Capital,
    Comparison,
    Filter,
    Idea,
    Order,
    Place,
    State,
    Style,
    Variant,
    Versus,
)
from bgagent.language.measures import Every, Indicator
from bgagent.language.portfolio_meanings import Payment, Ranking
from bgagent.language.sentence import Piece
from bgagent.language.tokens import Token

T = TypeVar("T")

_STOPS = frozenset((",", ".", "..", ";", ":", "?", "!", "\n", "...", "•", "|", "(", ")", "-", '"'))
_SENTENCE_ENDS = frozenset((".", "?", "!", "\n"))
_NOISE = frozenset(("the", "a", "an", "just", "simply", "then", "also", "please", "this", "that", "my", "its"))
_JOINS = frozenset(("and", "but"))
_WISHES = frozenset(
    "show report tell give see plot include list calculate compute find let run test backtest simulate i we you how "
    "what print display check evaluate thanks can could would whether if".split()
)
_ASKING = frozenset("is was were are would will does did do has have had".split())
_OPENING = _WISHES | _ASKING | {"know", "wonder", "curious", "suppose", "imagine", "prove"}
_CLAIMS = frozenset("profitable money management pays paid works worked".split())
_STATES = _CLAIMS | _ASKING | {"be", "been", "makes", "made", "usual"}
_CAPITAL_WORDS = frozenset(
    "capital account start starting starts started initial initially budget portfolio cash balance equity bankroll "
    "begin beginning investment stake pot wallet principal money deposit seed aum funds notional lump bank".split()
)
_CAPITAL_LEADS = frozenset("with using use invest investing invested put putting have had given having trading".split())
_TO_A_SYMBOL = frozenset(("in", "into", "of", "on", "each"))
_AWAY = frozenset("under below above beneath less more lower higher off away beyond".split())
_LINES = frozenset("average averages ma sma ema wma hma vwap band high low close line open price entry".split())
_OF_AN_EVENT = frozenset(
    "when once until after reaches hits exceeds gains loses profit loss gain stop target by".split()
)
_YEARLY = frozenset("every each yearly annually annual annum year years".split())
_LEAST_CAPITAL, _USUAL_CAPITAL = 100.0, 1000.0


def doubtful(pieces: Sequence[Piece], facts: Sequence[object], tokens: Sequence[Token]) -> list[Place]:
    """Places of words that were read but not as they stand."""
    words = [token.word for token in tokens]
    found = list(_claims(pieces, words))
    found.extend(_joined_claims(pieces, words))
    found.extend(_loose_indicators(pieces, words))
    found += [fact.place for fact in facts if isinstance(fact, Capital) and fact.place and _is_level(fact.place, words)]
    found += _styles_of_rules(facts)
    return found


def _styles_of_rules(facts: Sequence[object]) -> list[Place]:
    """The name of a way to trade, where all that is asked for is to buy and hold: "hold SPY, Monday effect"."""
    is_plain = any(isinstance(fact, BuyAndHold) for fact in facts) and not any(
        isinstance(fact, (Order, State, Idea, Comparison, Versus, Alternative, Variant, Filter, Ranking))
        for fact in facts
    )
    styles = [fact for fact in facts if isinstance(fact, Style)] if is_plain else []
    return [fact.place for fact in styles if fact.place]


def question(facts: Sequence[object], tokens: Sequence[Token]) -> str | None:
    """What has to be asked although the grammar has an answer."""
    words = [token.word for token in tokens]
    payments = [fact for fact in facts if isinstance(fact, Payment)]
    for payment in payments:
        on = payment.dates.on if payment.dates else ""
        if re.fullmatch(r"dated\(\d+, \d+\)", on) and not _YEARLY & set(words):
            return "Is that paid once, or on that day of every year? Say 'every year' if it is."
    for fact in facts:
        if isinstance(fact, Capital) and fact.place is not None:
            said = f"{fact.money.amount:,.2f}".removesuffix(".00")
            if payments and _is_another_payment(fact.place, payments, words):
                return f"Is {said} paid once at the start, beside the payments, or when? Say 'starting with' if it is."
            if _is_small(fact, words):
                return f"Is {said} the capital that the test starts with? Say 'starting with' if it is."
    return _two_lengths(facts)


# fillers


def _runs(pieces: Sequence[Piece], words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pieces from and to of each run of fillers between clauses and signs."""
    start = None
    for at, piece in enumerate((*pieces, None)):
        if piece is not None and piece.is_explained and not piece.facts and words[piece.start] not in _STOPS | _JOINS:
            start = at if start is None else start
        elif start is not None:
            yield start, at
            start = None


def _claims(pieces: Sequence[Piece], words: Sequence[str]) -> Iterator[Place]:
    """ "profitable" and the like where nothing is asked."""
    for first, after in _runs(pieces, words):
        place = (pieces[first].start, pieces[after - 1].end)
        said = words[place[0] : place[1]]
        if not _CLAIMS & set(said):
            continue
        if "management" in said and words[place[1] : place[1] + 1] in ([":"], ["\n"], ["-"]):
            continue
        begins = first == 0 or words[pieces[first - 1].start] in _STOPS
        own = begins and said[0] in _ASKING and said[1:2] in (["it"], ["this"], ["that"])
        if not own and not _opens_asking(pieces[:after], words):
            yield place


def _opens_asking(pieces: Sequence[Piece], words: Sequence[str]) -> bool:
    """Whether the sentence that the last of the pieces is in opens as a question or a wish."""
    opening = 0
    for at, piece in enumerate(pieces):
        if words[piece.start] in _SENTENCE_ENDS and not piece.facts:
            opening = at + 1
    for piece in pieces[opening:]:
        if piece.facts:
            return False
        if _OPENING & set(words[piece.start : piece.end]):
            return True
    return False


def _joined_claims(pieces: Sequence[Piece], words: Sequence[str]) -> Iterator[Place]:
    """Fillers joined to a rule by "and", where they say what something is or was."""
    for first, after in _runs(pieces, words):
        if not _follows_a_rule(pieces[:first], words):
            continue
        place = (pieces[first].start, pieces[after - 1].end)
        said = [word for word in words[place[0] : place[1]] if word not in _NOISE]
        if not said or said[0] in _WISHES or (said[0] in _ASKING and said[1:2] == ["it"]):
            continue
        leads_on = after < len(pieces) and bool(pieces[after].facts)
        if _STATES & set(said) and (_CLAIMS & set(said) or not leads_on):
            yield place


def _follows_a_rule(pieces: Sequence[Piece], words: Sequence[str]) -> bool:
    before = list(pieces)
    if not before or words[before.pop().start] not in _JOINS:
        return False
    if before and words[before[-1].start] == "," and not before[-1].facts:
        before.pop()
    return bool(before) and any(isinstance(fact, (Order, State, Idea)) for fact in before[-1].facts)


def _loose_indicators(pieces: Sequence[Piece], words: Sequence[str]) -> Iterator[Place]:
    """An indicator beside a rule without anything said of it: "RSI is below 30 and the 2-day RSI too"."""
    for at, piece in enumerate(pieces):
        for fact in piece.facts:
            if not (isinstance(fact, Idea) and fact.entry is None and isinstance(fact.topic, Indicator)):
                continue
            ruled = [rule for before in pieces[:at] for rule in before.facts if isinstance(rule, (Order, State))]
            lengths = {part.parameters for part in _parts(ruled, Indicator) if part.name == fact.topic.name}
            joined = bool(ruled) and _follows_a_rule(pieces[:at], words)
            if joined or lengths - {fact.topic.parameters, None}:
                yield piece.start, piece.end


# money


def _is_level(place: Place, words: Sequence[str]) -> bool:
    """Whether the sum is a price or a distance from a line: "at $150", "5 dollars below its average"."""
    said = set(words[place[0] : place[1]])
    if said & _CAPITAL_WORDS:
        return False
    before = words[place[0] - 1] if place[0] else ""
    if words[place[0]] == "at" or before == "at" or before in _OF_AN_EVENT:
        return True
    after = words[place[1]] if place[1] < len(words) else ""
    return after in _AWAY or (after in ("over", "from") and bool(_LINES & set(words[place[1] : place[1] + 6])))


def _is_small(fact: Capital, words: Sequence[str]) -> bool:
    """Whether so little money is hardly the capital, as it stands there."""
    assert fact.place is not None
    first, end = fact.place
    said = set(words[first:end])
    if said & _CAPITAL_WORDS or fact.money.amount <= 0:
        return False
    if fact.money.amount < _LEAST_CAPITAL:
        return True
    if fact.money.amount >= _USUAL_CAPITAL or said & _CAPITAL_LEADS or said & _TO_A_SYMBOL:
        return False
    set_off = first == 0 or words[first - 1] in _STOPS | _JOINS
    closed = end >= len(words) or words[end] in _STOPS | _JOINS | _TO_A_SYMBOL
    return not (set_off and closed)


def _is_another_payment(place: Place, payments: Sequence[Payment], words: Sequence[str]) -> bool:
    """Whether the sum may be one of the payments, or what they are paid out of, rather than money to start with."""
    said = words[place[0] : place[1]]
    if said[0] in ("from", "out"):
        return True
    if _CAPITAL_WORDS & set(said) or said[0] == "with":
        return False
    return any(payment.place is not None and payment.place[0] < place[0] for payment in payments)


# indicators


def _two_lengths(facts: Sequence[object]) -> str | None:
    """A question where one condition holds an oscillator with a length of its own and one without."""
    for every in _parts(facts, Every):
        found = [part for part in _parts(every.parts, Indicator) if len(part.parameters or (1,)) == 1]
        for one in found:
            others = [other for other in found if other.name == one.name and other.parameters is not None]
            if one.parameters is None and others and one.name in ("rsi", "mfi", "cci", "williams_r", "adx"):
                name = one.name.upper().replace("_", " ")
                return f"Over how many bars is the {name} that is named without a length?"
    return None


def _parts(whole: object, kind: type[T]) -> Iterator[T]:
    """All parts of that kind, at any depth."""
    stack = [whole]
    while stack:
        part = stack.pop()
        if isinstance(part, kind):
            yield part
        if isinstance(part, (tuple, list)):
            stack.extend(part)
        elif hasattr(part, "__dataclass_fields__"):
            stack.extend(getattr(part, name) for name in part.__dataclass_fields__)
