"""Compares kernel objects with those of another process."""

from victim import VICTIM, libc, number, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.syscall(number("kcmp"), VICTIM, VICTIM, 2, 0, 0))
