"""Steers the machine's clock."""

import ctypes

from victim import libc, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.adjtimex(ctypes.create_string_buffer(208)))
