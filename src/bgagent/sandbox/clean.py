"""Text from strategy code made safe to show: it may try to move the cursor, hide words or forge lines."""

import re
import unicodedata

# ECMA-48: strings (DCS, SOS, OSC, PM, APC) up to their terminator, control sequences (CSI), then any other escape;
# each also in its one-character C1 form
_STRING = r"(?:\x1b[PX\]^_]|[\x90\x98\x9d\x9e\x9f]).*?(?:\x07|\x1b\\|\x9c|\Z)"
_SEQUENCE = r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
_ESCAPE = r"\x1b[ -/]*[0-~]?"
_CONTROL_SEQUENCES = re.compile(f"{_STRING}|{_SEQUENCE}|{_ESCAPE}", re.DOTALL)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# controls, formats (bidirectional marks, zero width, tags), surrogates, private and unassigned characters
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def clean_text(raw: bytes | str, *, keep: int) -> str:
    """The last `keep` characters of `raw` that a terminal, a log or a page can show without being steered.

    Invalid UTF-8 becomes U+FFFD; control sequences, control characters except newline and tab, bidirectional and
    zero-width characters go; every kind of line end becomes a newline. It is not escaped for markdown or HTML.
    """
    return _clean(raw)[-keep:]


def one_line(raw: bytes | str, *, keep: int) -> str:
    """The first `keep` characters of the same in a single line: white space in a row becomes one space."""
    return " ".join(_clean(raw).split())[:keep]


def _clean(raw: bytes | str) -> str:
    text = raw.decode("utf-8", errors="replace") if isinstance(raw, bytes) else raw
    text = _LINE_ENDS.sub("\n", _CONTROL_SEQUENCES.sub("", text))
    return "".join(mark for mark in text if mark in "\n\t" or unicodedata.category(mark) not in _UNSHOWN)
