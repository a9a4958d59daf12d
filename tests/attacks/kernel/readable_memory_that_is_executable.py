"""Asks that all readable memory be executable."""

from victim import libc, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.personality(0x0400000))
