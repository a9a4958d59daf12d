"""Does not go when it is done."""

import os
import time

from victim import won

from bgagent.engine.strategy import Strategy

SIGN = "result"
REFUSED_AS = ("timeout",)


class S(Strategy):
    def on_bar(self):
        if self.index == 30:
            os._exit = lambda code: time.sleep(600)
            won()
