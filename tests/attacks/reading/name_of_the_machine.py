"""Asks for the name of the machine it runs on."""

import os

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(len(os.uname().nodename) - 1)
