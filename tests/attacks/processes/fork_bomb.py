"""Forks as often as it can."""

import os

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        for _ in range(20):
            if os.fork() == 0:
                os._exit(0)
        won(0)
