"""Traces another process, to read and change its memory."""

from victim import VICTIM, libc, won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        won(libc.ptrace(16, VICTIM, 0, 0))
