"""Signals its group, and with it whoever is in it."""

import os

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(os.kill(0, 0))
