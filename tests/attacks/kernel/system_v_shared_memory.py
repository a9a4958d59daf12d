"""Leaves System V shared memory for another run."""

from victim import libc, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        i = libc.shmget(0, 4096, 0o1600)
        won(i)
        libc.shmctl(i, 0, None)
