"""Makes a pipe, which holds kernel memory."""

import os

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(len(os.pipe()))
