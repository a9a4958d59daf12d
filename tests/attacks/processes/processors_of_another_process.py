"""Binds another process to one processor."""

import os

from victim import VICTIM

from bgagent.engine.strategy import Strategy

SIGN = "victim"


class S(Strategy):
    def init(self):
        os.sched_setaffinity(VICTIM, {0})
