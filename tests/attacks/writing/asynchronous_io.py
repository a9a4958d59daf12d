"""Opens the kernel's queue for asynchronous reads and writes."""

import ctypes

from victim import libc, number, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        won(libc.syscall(number("io_setup"), 1, ctypes.byref(ctypes.c_ulong(0))))
