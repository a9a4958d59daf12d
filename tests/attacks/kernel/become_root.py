"""Takes the identity of another user."""

import os

from victim import won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        os.setresuid(4, 4, 4)
        won()
