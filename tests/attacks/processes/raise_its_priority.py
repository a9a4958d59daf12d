"""Takes the machine from the others."""

import os

from victim import won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        won(os.setpriority(os.PRIO_PROCESS, 0, -5) is None)
