"""Prepares a file system to mount."""

from victim import libc, number, won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        won(libc.syscall(number("fsopen"), b"tmpfs", 0))
