"""Answers with a gigabyte, in a frame that only the host may send, for the host to keep."""

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
            answers = int(sys.argv[2])
            won()
            os.write(answers, struct.pack("<BI", 3, 1 << 30))
            for _ in range(1 << 10):
                os.write(answers, bytes(1 << 20))
