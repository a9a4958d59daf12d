"""Loads another shared library."""

import ctypes

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(ctypes.CDLL("libanl.so.1") is not None)
