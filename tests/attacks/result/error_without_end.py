"""Raises errors in errors, each about the one before."""

from victim import won

from bgagent.engine.strategy import Strategy

SIGN = "result"
REFUSED_AS = ("crash",)


class S(Strategy):
    def init(self):
        won()
        error = ValueError("x" * 10**6)
        for _ in range(10**4):
            error, error.__cause__ = ValueError("y"), error
        raise error
