"""Takes namespaces of its own, where it would be root."""

from victim import libc, won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        won(libc.unshare(0x20000))
