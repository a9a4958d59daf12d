"""Raises an error that raises when it is told."""

from victim import won

from bgagent.engine.strategy import Strategy

SIGN = "result"
REFUSED_AS = ("crash",)


class S(Strategy):
    def init(self):
        class Untold(Exception):
            def __str__(self):
                won()
                raise self

            __repr__ = __str__

        raise Untold
