"""Handles page faults itself, a common help to exploits."""

from victim import libc, number, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.syscall(number("userfaultfd"), 1))
