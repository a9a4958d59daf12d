"""Reads the environment of the process that started it, where keys may be."""

import os

from victim import won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        won(len(open(f"/proc/{os.getppid()}/environ", "rb").read()))
