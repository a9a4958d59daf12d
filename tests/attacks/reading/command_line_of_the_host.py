"""Reads the command line of the process that started it."""

import os

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(len(open(f"/proc/{os.getppid()}/cmdline").read()))
