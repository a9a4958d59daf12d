"""Removes a file of the user's."""

import os

from victim import SECRET_FILE

from bgagent.engine.strategy import Strategy

SIGN = "disk"


class S(Strategy):
    def init(self):
        os.unlink(SECRET_FILE)
