"""Locks its memory, so that it cannot be swapped out."""

from victim import libc, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.mlockall(2))
