"""Makes another process slow."""

import os

from victim import VICTIM

from bgagent.engine.strategy import Strategy

SIGN = "victim"


class S(Strategy):
    def init(self):
        os.setpriority(os.PRIO_PROCESS, VICTIM, 19)
