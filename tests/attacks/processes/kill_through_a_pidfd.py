"""Kills another process through a pidfd."""

import os
import signal
import time

from victim import VICTIM

from bgagent.engine.strategy import Strategy

SIGN = "victim"


class S(Strategy):
    def init(self):
        signal.pidfd_send_signal(os.pidfd_open(VICTIM), 9)
        time.sleep(0.05)
