"""Makes a file without a name, to write a program into."""

import os

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(os.memfd_create("x"))
