"""Answers with as many bytes as an answer may have, of orders that are none."""

import os
import struct
import sys

from victim import won

from bgagent.engine.strategy import Strategy

SIGN = "result"
REFUSED_AS = ("protocol",)


class S(Strategy):
    def on_bar(self):
        if self.index == 30:
            unsent = memoryview(struct.pack("<BIq", 18, 1 << 24, 30) + bytes((1 << 24) - 8))
            won()
            while unsent:
                unsent = unsent[os.write(int(sys.argv[2]), unsent) :]
