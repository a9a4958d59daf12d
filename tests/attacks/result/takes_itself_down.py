"""Ends itself with a broken memory access."""

import os
import signal

from victim import won

from bgagent.engine.strategy import Strategy

SIGN = "result"
REFUSED_AS = ("crash",)


class S(Strategy):
    def on_bar(self):
        if self.index == 30:
            won()
            os.kill(os.getpid(), signal.SIGSEGV)
