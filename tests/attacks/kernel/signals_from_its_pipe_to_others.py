"""Has the kernel signal another process when its pipe is ready."""

import fcntl
import sys

from victim import VICTIM, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(fcntl.fcntl(int(sys.argv[1]), 8, VICTIM))
