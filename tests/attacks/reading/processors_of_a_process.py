"""Finds out which processes run by asking for their processors."""

import os

from victim import VICTIM, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(len(os.sched_getaffinity(VICTIM)))
