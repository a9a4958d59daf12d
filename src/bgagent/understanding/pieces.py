"""A long task cut into numbered pieces, so that a model can name what it accounts for instead of copying it."""

import re

from bgagent.understanding.coverage import Span

LONGEST_WHOLE = 400  # characters; a shorter sentence of one line is not cut
_LONGEST_PIECE = 160  # characters that are not cut further if they can be
_SHORTEST_PIECE = 20  # characters, so that "1." and "e.g." are none
_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(r"(?<=[.;:!?])\s+(?=\S)")
_NAMED = re.compile(r"\s*#(\d+)(?:\s*-\s*#?(\d+))?\s*")


def is_long(sentence: str) -> bool:
    """Whether the sentence is rather a text: of several lines, or of many words."""
    return len(sentence) > LONGEST_WHOLE or "\n" in sentence.strip()


def pieces_of(sentence: str) -> tuple[Span, ...]:
    """Where each piece of a long sentence stands, in order; none of a short one."""
    if not is_long(sentence):
        return ()
    pieces: list[Span] = []
    for line in _LINE.finditer(sentence):
        begins = line.start()
        if len(line[0]) > _LONGEST_PIECE:
            for end in _SENTENCE_END.finditer(line[0]):
                if line.start() + end.start() - begins >= _SHORTEST_PIECE:
                    pieces.append((begins, line.start() + end.start()))
                    begins = line.start() + end.end()
        pieces.append((begins, line.start() + len(line[0].rstrip())))
    return tuple(span for span in pieces if any(sign.isalnum() for sign in sentence[slice(*span)]))


def named_pieces(words: str, pieces: tuple[Span, ...]) -> Span | None:
    """The stretch that `#4` or `#4-6` names; None when the words name no piece there is."""
    match = _NAMED.fullmatch(words)
    if match is None:
        return None
    first, last = int(match[1]), int(match[2] or match[1])
    return (pieces[first - 1][0], pieces[last - 1][1]) if 1 <= first <= last <= len(pieces) else None
