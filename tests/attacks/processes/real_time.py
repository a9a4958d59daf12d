"""Takes a processor for itself alone."""

import os

from victim import won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        won(os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)) is None)
