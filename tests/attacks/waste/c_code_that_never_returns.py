"""Stays in C code, where no Python signal handler runs."""

from victim import won

from bgagent.engine.strategy import Strategy

LIMITS = {"wall_s": 0.4}


class S(Strategy):
    def init(self):
        10 ** (3 * 10**6) // 7
        won()
