"""Spins, and ignores the signal that warns it."""

import signal
import time

from victim import won

from bgagent.engine.strategy import Strategy

LIMITS = {"cpu_s": 1, "wall_s": 10.0}


class S(Strategy):
    def init(self):
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)
        while time.process_time() < 1.6:
            pass
        won()
