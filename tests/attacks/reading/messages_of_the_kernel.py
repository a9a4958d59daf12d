"""Asks for the kernel's messages, which hold addresses."""

from victim import libc, won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        won(libc.klogctl(10, None, 0))
