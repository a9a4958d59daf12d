"""Answers a thousand times what was asked once."""

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
            for _ in range(1000):
                os.write(answers, struct.pack("<BIq", 18, 8, 30))
