"""Prints what cannot be seen, and what is no text."""

import sys

from victim import won

from bgagent.engine.strategy import Strategy

SIGN = "result"


class S(Strategy):
    def init(self):
        sys.stdout.buffer.write(b"\xff\xfe\xc0\x80" + "\u200b\u2066\U000e0041".encode() + b"\x9b2J\n")
        won()
