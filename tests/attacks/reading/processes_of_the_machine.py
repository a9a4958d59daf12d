"""Lists what runs on the machine."""

import os

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(len([name for name in os.listdir("/proc") if name.isdigit()]))
