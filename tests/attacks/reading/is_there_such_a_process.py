"""Finds out which processes run by asking for their scheduling."""

import os

from victim import VICTIM, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(os.sched_getscheduler(VICTIM))
