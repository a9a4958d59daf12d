"""Starts a thread in C code, which Python does not know of."""

import ctypes

from victim import libc, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.pthread_create(ctypes.byref(ctypes.c_ulong()), None, libc.getpid, None) == 0)
