"""A long task cut into numbered pieces, so that a model can name what it accounts for instead of copying it."""

import re
from collections.abc import Iterator

from bgagent.understanding.coverage import Span

LONGEST_WHOLE = 400  # characters; a shorter sentence of one line is not cut
_LONGEST_PIECE = 160  # characters that are not cut further if they can be
_SHORTEST_PIECE = 20  # characters, so that "1." and "e.g." are none
_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(r"(?<=[.;!?])\s+(?=\S)")
_HEADING = re.compile(r"[^\w\n]*[A-Z][^\d%\n.;]{0,60}:\W*|\s*#+[^\d%\n]*")
_NAMED = re.compile(r"\s*#(\d+)(?:\s*-\s*#?(\d+))?\s*")


def is_long(sentence: str) -> bool:
    """Whether the sentence is rather a text: of several lines, or of many words."""
    return len(sentence) > LONGEST_WHOLE or "\n" in sentence.strip()


def pieces_of(sentence: str) -> tuple[Span, ...]:
    """Where each piece of a long sentence stands, in order, headings left out; none of a short one."""
    return tuple(span for span, is_heading in _cut(sentence) if not is_heading) if is_long(sentence) else ()


def numbered(sentence: str) -> Iterator[tuple[str, str]]:
    """(number, text) of each piece of a long sentence as a model is shown it; headings without a number."""
    number = 0
    for span, is_heading in _cut(sentence):
        number += not is_heading
        yield ("" if is_heading else f"#{number}"), sentence[slice(*span)]


def _cut(sentence: str) -> Iterator[tuple[Span, bool]]:
    """Every stretch that says something, and whether it is only a heading."""
    for line in _LINE.finditer(sentence):
        begins = line.start()
        ends: list[tuple[int, int]] = []
        if len(line[0]) > _LONGEST_PIECE:
            ends = [(line.start() + end.start(), line.start() + end.end()) for end in _SENTENCE_END.finditer(line[0])]
        for end, following in (*ends, (line.start() + len(line[0].rstrip()), line.end())):
            piece = sentence[begins:end]
            if len(piece) < _SHORTEST_PIECE and end < line.start() + len(line[0].rstrip()):
                continue
            if any(sign.isalnum() for sign in piece):
                yield (begins, end), _HEADING.fullmatch(piece) is not None
            begins = following


def named_pieces(words: str, pieces: tuple[Span, ...]) -> Span | None:
    """The stretch that `#4` or `#4-6` names; None when the words name no piece there is."""
    match = _NAMED.fullmatch(words)
    if match is None:
        return None
    first, last = int(match[1]), min(int(match[2] or match[1]), max(len(pieces), int(match[1])))
    return (pieces[first - 1][0], pieces[last - 1][1]) if 1 <= first <= last <= len(pieces) else None
