"""Makes another process wait for the disk."""

from victim import VICTIM, libc, number, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.syscall(number("ioprio_set"), 1, VICTIM, (2 << 13) | 7))
