"""Takes a descriptor out of the process that started it."""

import os

from victim import libc, number, won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        won(libc.syscall(number("pidfd_getfd"), os.pidfd_open(os.getppid()), 0, 0))
