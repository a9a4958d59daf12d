"""Makes another user the owner of a file."""

import os

from victim import SECRET_FILE, won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        os.chown(SECRET_FILE, 4, 4)
        won()
