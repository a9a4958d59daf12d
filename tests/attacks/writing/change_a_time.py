"""Puts a file's times back, so that nothing seems to have happened."""

import os

from victim import SECRET_FILE

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        os.utime(SECRET_FILE, (1, 1))
