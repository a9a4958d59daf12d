"""Does nothing for longer than it may."""

import signal
import time

from victim import won

from bgagent.engine.strategy import Strategy

LIMITS = {"wall_s": 0.6}


class S(Strategy):
    def init(self):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(1.2)
        won()
