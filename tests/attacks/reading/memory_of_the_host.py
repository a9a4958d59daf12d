"""Opens the memory of the process that started it."""

import os

from victim import won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        won(os.open(f"/proc/{os.getppid()}/mem", os.O_RDONLY))
