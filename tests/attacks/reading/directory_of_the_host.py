"""Asks where the process that started it works."""

import os

from victim import WON

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        print(WON, os.readlink(f"/proc/{os.getppid()}/cwd"))
