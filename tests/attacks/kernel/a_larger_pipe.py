"""Enlarges its pipe to hold kernel memory."""

import fcntl
import sys

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(fcntl.fcntl(int(sys.argv[2]), 1031, 1 << 17))
