"""Kills another process of the user's."""

import os
import time

from victim import VICTIM

from bgagent.engine.strategy import Strategy

SIGN = "victim"


class S(Strategy):
    def init(self):
        os.kill(VICTIM, 9)
        time.sleep(0.05)
