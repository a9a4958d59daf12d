"""Holds a clause ledger against its sentence: where each clause stands, and which words and numbers it leaves out."""

import re
from collections.abc import Iterable, Sequence

Span = tuple[int, int]

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_NUMBER = re.compile(r"(?<![\w.])[$€£₹]?(\d[\d,]*\.?\d*|\.\d+)\s?(k|m|mm|bn|b|mio|lakh|crore)?(?![\w])", re.IGNORECASE)
_IN_TEXT = re.compile(r"\d+\.?\d*(?:e-?\d+)?")
_LISTED = re.compile(r"^[\s*#>-]*(\d+)[.)]\s", re.MULTILINE)
_LABEL = re.compile(r"^[\s*#>\d.)-]*\**[A-Z][^:.\n\d%]{0,60}:\**|^\s*#+[^\n\d%]*$", re.MULTILINE)
_EMPHASIS = "*`_#"
_ALIKE = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "\u00a0": " "}
_LINKING = frozenset(
    "a an the and or of to in on at by for from with into over is are be was it its this that these those as than then "
    "so if when whenever while each every my i we you me us our your please do does did will would can could should "
    "backtest test run using use".split()
)
_TIMES = {"k": 1e3, "m": 1e6, "mm": 1e6, "mio": 1e6, "b": 1e9, "bn": 1e9, "lakh": 1e5, "crore": 1e7}
_FACTORS = (1.0, 0.01, 0.0001, 100.0, 5.0, 7.0, 21.0, 30.0, 252.0, 365.0, 60.0, 1 / 60, 1 / 5, 1 / 15, 1 / 30)
"""What a number may have been multiplied by: percent, basis points, bars of weeks, months and years, minutes."""


def find_words(words: str, sentence: str, taken: Sequence[Span]) -> Span | None:
    """Where the words stand in the sentence; None when they do not.

    Blanks, case, marks of emphasis, the shape of quotes and dashes, and a full stop at the end make no difference. The
    first place that no span of `taken` overlaps, else the first place of all.
    """
    wanted = "".join(sign for sign, _ in _plain(words)).strip().rstrip(".,;:").strip()
    if not wanted:
        return None
    plain = _plain(sentence)
    text = "".join(sign for sign, _ in plain)
    places = [
        (plain[start][1], plain[start + len(wanted) - 1][1] + 1)
        for start in (match.start() for match in re.finditer(f"(?={re.escape(wanted)})", text))
    ]
    free = [place for place in places if not any(_overlap(place, other) for other in taken)]
    return next(iter(free or places), None)


def _plain(text: str) -> list[tuple[str, int]]:
    """The signs of a text that make its words, each with its place."""
    signs: list[tuple[str, int]] = []
    for place, sign in enumerate(text):
        if sign in _EMPHASIS:
            continue
        if sign.isspace():
            if signs and signs[-1][0] != " ":
                signs.append((" ", place))
            continue
        small = _ALIKE.get(sign, sign).lower()
        signs.append((small if len(small) == 1 else sign, place))
    return signs


def words_left_out(sentence: str, covered: Sequence[Span], *, within: Sequence[Span]) -> tuple[str, ...]:
    """Stretches of words inside `within` that no span of `covered` touches, linking words aside.

    In a text of several lines the labels before a colon and the headings need no clause of their own.
    """
    if "\n" in sentence.strip():
        covered = [*covered, *(match.span() for form in (_LABEL, _LISTED) for match in form.finditer(sentence))]
    stretches: list[Span] = []
    previous = -1
    for index, match in enumerate(_WORD.finditer(sentence)):
        span = match.span()
        told = any(_overlap(span, other) for other in covered) or not any(_overlap(span, other) for other in within)
        if told or match[0].lower() in _LINKING:
            continue
        if stretches and previous == index - 1:
            stretches[-1] = (stretches[-1][0], span[1])
        else:
            stretches.append(span)
        previous = index
    return tuple(sentence[start:end] for start, end in stretches)


def numbers_left_out(sentence: str, values: Iterable[str], *, known: Sequence[Span]) -> tuple[str, ...]:
    """Numbers of the sentence that stand in none of the `values`, not even converted.

    known: spans whose numbers are certain already. The numbers of a list's items do not count.
    """
    known = [*known, *(match.span(1) for match in _LISTED.finditer(sentence))]
    told = [float(number) for text in values for number in _IN_TEXT.findall(text.replace(",", ""))]
    left_out: list[str] = []
    for match in _NUMBER.finditer(sentence):
        if any(_overlap(match.span(), span) for span in known):
            continue
        number = float(match[1].replace(",", ""))
        scales = {1.0, _TIMES.get((match[2] or "").lower(), 1.0)}  # 15m are minutes, or millions
        if not any(_same(number * scale * factor, value) for scale in scales for factor in _FACTORS for value in told):
            left_out.append(match[0].strip())
    return tuple(left_out)


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-9 * max(1.0, abs(one))


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
