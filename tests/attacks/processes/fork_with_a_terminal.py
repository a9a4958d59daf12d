"""Forks into a new terminal."""

import os

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        child, terminal = os.forkpty()
        if child == 0:
            os._exit(0)
        won(child)
