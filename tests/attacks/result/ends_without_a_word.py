"""Goes in the middle with the exit code of success."""

import os

from victim import won

from bgagent.engine.strategy import Strategy

SIGN = "result"
REFUSED_AS = ("crash",)


class S(Strategy):
    def on_bar(self):
        if self.index == 30:
            won()
            os._exit(0)
