"""Writes to its own code through a file."""

import ctypes

from victim import libc, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        memory = open("/proc/self/mem", "r+b", 0)
        memory.seek(ctypes.addressof(libc.getpid))
        won(len(memory.read(8)))
