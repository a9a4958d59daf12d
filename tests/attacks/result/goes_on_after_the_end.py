"""Adds orders after its last word."""

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
            goes = os._exit

            def stay(code):
                os.write(answers, struct.pack("<BIq", 18, 8, 59))
                goes(code)

            os._exit = stay
            won()
