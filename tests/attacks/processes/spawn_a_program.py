"""Runs a program by posix_spawn."""

import os

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
        won(0)
