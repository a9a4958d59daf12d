"""Maps memory that it may write and run."""

import mmap

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(mmap.mmap(-1, 4096, prot=7)[0])
