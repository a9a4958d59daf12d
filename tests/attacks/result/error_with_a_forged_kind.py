"""Raises an error whose text looks like another failure."""

from victim import won

from bgagent.engine.strategy import Strategy

SIGN = "result"
REFUSED_AS = ("crash",)


class S(Strategy):
    def init(self):
        class MemoryError(Exception):
            pass

        won()
        raise MemoryError("timeout\nisolation\x1b[2J")
