"""A sentence cut into words, numbers and signs, each with its exact place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto

from bgagent.language.characters import plain_characters


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    NUMBER = auto()
    SIGN = auto()
    DATE = auto()  # digits that can only be a date: 2024-01-31, 12/31/2024
    SYMBOL = auto()  # a ticker, made of one or more of the others


@dataclass(frozen=True, slots=True)
class Token:
    """text: as typed. word: plain and lower case. span: half-open character offsets into the sentence.

    glued: no white space before it. hyphen: joined to the token before by a hyphen or an underscore, which is then no
    token of its own. value: a NUMBER's value, a SYMBOL's ticker, else None.
    """

    kind: Kind
    text: str
    word: str
    span: tuple[int, int]
    glued: bool = False
    hyphen: bool = False
    value: float | str | None = None

    @property
    def key(self) -> str:
        """What the grammar looks it up by: its word, or its kind."""
        return _KEYS.get(self.kind, self.word)

    @property
    def is_capitals(self) -> bool:
        """Letters, all of them capitals."""
        return self.kind is Kind.WORD and self.text.isupper()


class Placed:
    """What wants to know where it stood: a dataclass whose `place` is filled with its half-open range of tokens."""

    __slots__ = ()
    place: tuple[int, int] | None


_KEYS = {Kind.NUMBER: "#", Kind.SYMBOL: "@", Kind.DATE: "#date"}
_TOKEN = re.compile(
    r"(?P<date>(?<![\d/])(?<!\d\.)(?:\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}|\d{1,2}/\d{1,2}/\d{4}|\d{1,2}\.\d{1,2}\.\d{4})(?![\d/]))"
    r"|(?P<number>\d+(?:,\d+)*(?:\.\d+)*|\.\d+)"
    r"|(?P<short>[wW]/[oO]?(?=\s))"
    r"|(?P<word>[^\W\d_]+(?:'(?![sS]\b)[^\W\d_]+)*)"
    r"|(?P<possessive>'[sS]\b)"
    r"|(?P<sign>->|\*\*|<=|>=|==|!=|\.\.\.|\.\.|//|\n|\S)"
)
_WESTERN = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_INDIAN = re.compile(r"\d{1,2}(,\d{2})+,\d{3}(\.\d+)?")
_DOTTED = re.compile(r"\d{1,3}(\.\d{3}){2,}")
_PART = re.compile(r"\d+(?:\.\d+)?|\.\d+|[,.]")
_SHORT_FORMS = {
    "don't": "do not", "doesn't": "does not", "didn't": "did not", "isn't": "is not", "aren't": "are not",
    "won't": "will not", "can't": "can not", "cannot": "can not", "shouldn't": "should not", "wouldn't": "would not",
    "wasn't": "was not", "weren't": "were not", "hasn't": "has not", "haven't": "have not",
    "i'd": "i would", "i'll": "i will", "i'm": "i am", "i've": "i have", "you're": "you are", "we're": "we are",
    "w/": "with", "w/o": "without",
    "it'd": "it would", "it'll": "it will", "we'd": "we would", "we'll": "we will", "you'd": "you would",
    "would've": "would have", "could've": "could have", "should've": "should have", "we've": "we have",
    "you've": "you have", "they've": "they have", "i'd've": "i would have", "they're": "they are",
    "what'd": "what would", "how'd": "how would", "gonna": "going to", "wanna": "want to",
}  # fmt: skip
_SUBJECTS = frozenset(("it", "that", "what", "there", "here", "who", "which", "how"))  # of whom "'s" is a verb


def tokenise(sentence: str) -> tuple[Token, ...]:
    """The tokens of a sentence, in order; nothing but white space and list markers is left out."""
    characters = plain_characters(sentence)
    tokens: list[Token] = []
    depth = ended = 0
    for found in _TOKEN.finditer(characters.plain):
        for kind, start, end in _pieces(found, depth, tokens[-1] if tokens else None):
            span = characters.span(start, end)
            text = characters.plain[start:end]
            if text == "**":  # bold type
                continue
            glued = start > 0 and ended == start
            ended = end
            value = _number(text) if kind is Kind.NUMBER else None
            word = _SHORT_FORMS.get(text.lower(), text.lower())
            if found["possessive"] and tokens and tokens[-1].word in _SUBJECTS:
                word = "is"
            for part in word.split(" "):
                tokens.append(Token(kind, text, part, span, glued, value=value))
            depth += (text == "(") - (text == ")")
    return tuple(_with_hyphens(_without_list_markers(_without_quotes_of_values(tokens))))


def _without_quotes_of_values(tokens: list[Token]) -> list[Token]:
    """Without the quotes of keys and values, as in symbol="AAPL" and {"symbol": "AAPL"}; those of formulas stay."""
    dropped: set[int] = set()
    opened: int | None = None
    for place, token in enumerate(tokens):
        if token.word not in ('"', "'"):
            continue
        if opened is None:
            before = tokens[place - 1].word if place else ""
            opened = place if before in ("=", ":", "{", "(", ",") else -1
            continue
        after = tokens[place + 1].word if place + 1 < len(tokens) else ""
        is_key = after == ":" and (not opened or tokens[opened - 1].word in ("{", ","))
        if opened > 0 and (
            is_key or (after in (",", "}", ")", ";", "\n", "") and tokens[opened - 1].word in ("=", ":", "("))
        ):
            dropped |= {opened, place}
        opened = None
    return [token for place, token in enumerate(tokens) if place not in dropped]


def _pieces(found: re.Match[str], depth: int, before: Token | None) -> Iterator[tuple[Kind, int, int]]:
    """Kind and place of what was found; digits with commas that are no thousands fall apart."""
    start, end = found.span()
    if found["date"]:
        yield Kind.DATE, start, end
    elif found["number"]:
        text = found["number"]
        is_list = depth > 0 and not (before and before.word in "$\u20ac\u00a3\u20b9\u00a5")  # sma(20,200)
        if text.isdigit() or _DOTTED.fullmatch(text) or (_is_grouped(text) and not is_list):
            yield Kind.NUMBER, start, end
            return
        for part in _PART.finditer(text):
            kind = Kind.SIGN if part[0] in ",." else Kind.NUMBER
            yield kind, start + part.start(), start + part.end()
    else:
        yield Kind.SIGN if found["sign"] else Kind.WORD, start, end


def _is_grouped(text: str) -> bool:
    return bool(_WESTERN.fullmatch(text) or _INDIAN.fullmatch(text))


def _number(text: str) -> float:
    return float(text.replace(".", "") if _DOTTED.fullmatch(text) else text.replace(",", ""))


def _without_list_markers(tokens: list[Token]) -> Iterator[Token]:
    """Without the marks that make items of a list and headings ("- ", "* ", "2. ", "3) ", "## ")."""
    several_lines = any(token.word == "\n" for token in tokens)
    inline = _inline_numbers(tokens)
    skip = 0
    for place, token in enumerate(tokens):
        if skip:
            skip -= 1
            continue
        begins_line = place == 0 or tokens[place - 1].word == "\n"
        after = tokens[place + 1] if place + 1 < len(tokens) else None
        if place in inline:
            skip = 1
            continue
        if begins_line and several_lines and after is not None:
            if token.word in ("-", "*", "\u2022") and not after.glued:
                continue
            if token.word == "#":
                skip = next((more for more, other in enumerate(tokens[place + 1 :]) if other.word != "#"), 0)
                continue
            if _numbers_an_item(tokens, place):
                skip = 1
                continue
        yield token


def _numbers_an_item(tokens: list[Token], place: int) -> bool:
    """True for the number of "2. " and "3) "."""
    if tokens[place].kind is not Kind.NUMBER or place + 2 >= len(tokens):
        return False
    after, beyond = tokens[place + 1], tokens[place + 2]
    return after.word in (".", ")") and after.glued and not beyond.glued


def _inline_numbers(tokens: list[Token]) -> frozenset[int]:
    """Where items are numbered from 1 on within one line: "1) Buy ... 2) Sell ..."."""
    places: list[int] = []
    for place, token in enumerate(tokens):
        begins = place == 0 or tokens[place - 1].word in ("\n", ".", ";", ",", ":")
        if begins and token.value == len(places) + 1 and _numbers_an_item(tokens, place):
            places.append(place)
    return frozenset(places if len(places) > 1 else ())


def _with_hyphens(tokens: Iterator[Token]) -> Iterator[Token]:
    """Without the hyphens inside words ("50-day", "stop_loss"); those between numbers and signs before one stay."""
    held: Token | None = None  # a hyphen that may be one inside a word
    last: Token | None = None
    for token in tokens:
        if held is not None:
            inner = token.glued and token.kind in (Kind.WORD, Kind.NUMBER) and last is not None
            if inner and last is not None and Kind.WORD in (last.kind, token.kind):
                token = replace(token, hyphen=True)  # noqa: PLW2901
            else:
                yield held
            held = None
        if token.word in ("-", "_") and token.glued and last is not None and last.kind in (Kind.WORD, Kind.NUMBER):
            held = token
            continue
        yield token
        last = token
    if held is not None:
        yield held
