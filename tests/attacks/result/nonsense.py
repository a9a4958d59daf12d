"""Answers with what is no frame."""

import os
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
            os.write(answers, b"\x9d" * 4096)
