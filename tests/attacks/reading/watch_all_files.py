"""Watches every file of the machine."""

from victim import libc, number, won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        won(libc.syscall(number("fanotify_init"), 0, 0))
