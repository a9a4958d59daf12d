"""Asks not to be ended with the process that started it."""

from victim import libc, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.prctl(1, 0, 0, 0, 0))
