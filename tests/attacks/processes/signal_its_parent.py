"""Signals the process that started it."""

import os

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        os.kill(os.getppid(), 0)
        won()
