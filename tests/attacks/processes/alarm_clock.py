"""Sets an alarm."""

import signal

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        signal.setitimer(signal.ITIMER_REAL, 100)
        won()
