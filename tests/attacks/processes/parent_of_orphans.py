"""Becomes the parent of whatever it leaves behind."""

from victim import libc, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.prctl(36, 1, 0, 0, 0))
