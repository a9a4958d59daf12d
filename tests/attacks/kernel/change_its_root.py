"""Changes its root directory."""

from victim import libc, won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        won(libc.chroot(b"/"))
