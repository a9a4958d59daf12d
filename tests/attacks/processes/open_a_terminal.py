"""Opens a terminal, to push words into."""

import os

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(len(os.openpty()))
