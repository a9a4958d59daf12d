"""Asks how large a file of the user's is."""

import os

from victim import SECRET_FILE, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(os.stat(SECRET_FILE).st_size)
