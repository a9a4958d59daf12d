"""Leaves a file in shared memory, where another run could find it."""

import os

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        p = f"/dev/shm/{os.getpid()}"
        open(p, "w").write("x")
        os.unlink(p)
        won(0)
