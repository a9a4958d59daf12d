"""Leaves its session, so that the group's end is not its own."""

import os

from victim import libc, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        r = libc.setsid()
        won(r) if r != -1 else won(os.getpgid(0))
