"""Opens a file as a place, with no right to read it."""

import os

from victim import SECRET_FILE, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(os.open(SECRET_FILE, os.O_PATH))
