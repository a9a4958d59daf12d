"""Takes every descriptor there is."""

import os

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(len([os.dup(1) for _ in range(200)]))
